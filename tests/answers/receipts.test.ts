import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { type Answer, type AnswerContext, answer } from '../../src/answers/answer.ts';
import { parseRequest } from '../../src/answers/parse.ts';
import { rightsOf } from '../../src/answers/people.ts';
import { keepReceipt, readCode, receiptOf } from '../../src/answers/receipts.ts';
import { seesAll } from '../../src/answers/rights.ts';
import { reprintPhrases } from '../../src/answers/wording.ts';
import { splitWords } from '../../src/answers/words.ts';
import { everything } from '../../src/db/viewer.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { drainAll, makeCompany, now } from '../slack/company.ts';

const database = useDatabase();

async function company() {
  const tenant = await makeCompany(database.db);
  const contextOf = async (viewer: string, at = now): Promise<AnswerContext> => ({
    ...{ db: database.db, tenant, viewer, now: Temporal.Instant.from(at), settings: {} },
    receipts: { rights: (await rightsOf(database.db, tenant.tenantId, viewer)) ?? seesAll, log: silentLog },
  });
  const ask = async (viewer: string, words: string, at = now) =>
    answer(await contextOf(viewer, at), parseRequest(splitWords(words)));
  return { tenant, ask, contextOf };
}

function codeOf(answered: Answer): string {
  if (answered.kind !== 'result' || answered.result.receipt === null) throw new Error('no receipt');
  return answered.result.receipt;
}

describe('a receipt', () => {
  test('brings the same numbers back, and asks about the same days whenever it is asked again', async () => {
    const { tenant, ask } = await company();
    const answered = await ask('maya', 'sla-reported by priority');
    const code = codeOf(answered);
    const kept = await receiptOf(database.db, tenant.tenantId, code);
    expect(kept).toMatchObject({
      ...{ code, viewer: 'maya', rights: { all: true } },
      words: 'sla-reported 2026-11-09..2026-11-15 by priority vs 2026-11-02..2026-11-08',
      result: { value: 0.9, receipt: code },
    });
    const again = await ask('maya', `receipt ${code.toUpperCase()}`, '2026-11-20T01:00:00Z');
    expect(again).toMatchObject({ kind: 'receipt', since: { kind: 'unchanged' } });
    if (again.kind !== 'receipt' || answered.kind !== 'result') throw new Error(again.kind);
    expect(again.result).toEqual(answered.result);
    expect(reprintPhrases(again, 'en')).toEqual(['As answered on 16 Nov 2026 08:25.', 'Unchanged since.']);
  });

  test('says what has become of the number', async () => {
    const { tenant, ask } = await company();
    const code = codeOf(await ask('maya', 'sla-reported 2026-11-15'));
    await database.db.run(sql`
      update crm.tickets set sla_met = false where tenant_id = ${tenant.tenantId} and id like 't-14-%'`);
    await database.db.run(sql`
      insert into ops.dirty (tenant_id, rollup, bucket)
      select tenant_id, rollup, '2026-11-15' from ops.rollups where tenant_id = ${tenant.tenantId}`);
    await drainAll(database.db, tenant);
    const again = await ask('maya', `receipt ${code}`);
    if (again.kind !== 'receipt') throw new Error(again.kind);
    expect(again.result.value).toBe(0.9);
    expect(reprintPhrases(again, 'en')[1]?.replaceAll(' ', ' ')).toBe('Now 0.0 %, 0 of 20 (was 90.0 %, 18 of 20).');
  });

  test('is for whoever sees all that it was made with, and for others it is as if there were none', async () => {
    const { tenant, ask, contextOf } = await company();
    const ofMaya = codeOf(await ask('maya', 'tickets'));
    const ofSari = codeOf(await ask('sari', 'tickets'));
    const ofBoth = codeOf(await ask('maya sari', 'tickets'));
    const ofCrema = codeOf(await ask(everything, 'tickets'));
    const readers = ['maya', 'daniel', 'sari', 'rafael', 'nobody', everything];
    const readable = async (code: string) => {
      const kinds = await Promise.all(readers.map(async (reader) => (await ask(reader, `receipt ${code}`)).kind));
      return readers.filter((_, index) => kinds[index] === 'receipt');
    };
    expect(await readable(ofMaya)).toEqual(['maya', 'daniel', everything]);
    expect(await readable(ofSari)).toEqual(['maya', 'daniel', 'sari', everything]);
    expect(await readable(ofBoth)).toEqual(['maya', 'daniel', 'sari', everything]);
    expect(await readable(ofCrema)).toEqual(['maya', 'daniel', everything]);
    const refused = await ask('rafael', `receipt ${ofMaya}`);
    expect(refused).toEqual({ ...(await ask('rafael', 'receipt zzzzzz')), code: ofMaya });
    // Rights are those of then: that the asker has fewer now opens nothing.
    await database.db.run(sql`
      update ops.people set role = 'agent', source = 'crm', operator_id = 'op-1'
      where tenant_id = ${tenant.tenantId} and person_id = 'maya'`);
    expect(await readable(ofMaya)).toEqual(['daniel', everything]);
    expect((await contextOf('maya')).receipts?.rights.all).toBe(false);
  });

  test('is not needed for the answer: one that cannot be kept costs only the code', async () => {
    const { tenant, contextOf } = await company();
    const logged: unknown[] = [];
    const context = await contextOf('maya');
    const log = { error: (fields: unknown) => logged.push(fields) } as unknown as typeof silentLog;
    const db = {
      ...context.db,
      run: () => Promise.reject(new Error('disk full')),
    };
    const answered = await answer({ ...context, db, receipts: { rights: seesAll, log } }, parseRequest(['tickets']));
    expect(answered).toMatchObject({ kind: 'result', result: { value: 140, receipt: null } });
    expect(logged).toEqual([{ error: 'disk full', kpi: 'tickets' }]);
    await expect(
      keepReceipt(database.db, tenant.tenantId, {
        ...{ viewer: 'nobody', words: 'tickets', now: Temporal.Instant.from(now) },
        result: answered.kind === 'result' ? answered.result : (undefined as never),
      }),
    ).rejects.toThrow('rights of somebody');
  });

  test('has a code without letters that are taken for others, typed in any case', () => {
    expect(readCode(' K7F3A2 ')).toBe('k7f3a2');
    for (const typed of ['', 'k7f3a', 'k7f3a22', 'k7f3l2', 'k7f3o2', "k7f3'2"]) expect(readCode(typed)).toBeNull();
  });
});
