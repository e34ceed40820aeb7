import sql from 'sql-template-tag';
import { beforeAll, expect, test } from 'vitest';
import { type Sees, seenIn } from '../../../src/answers/people.ts';
import { readAs, viewing } from '../../../src/db/viewer.ts';
import { createEditions } from '../../../src/deliveries/editions.ts';
import { askable } from '../../../src/kpis/audience.ts';
import { kpis } from '../../../src/kpis/index.ts';
import { fixedClock } from '../../../src/lib/clock.ts';
import { useDatabase } from '../../database.ts';
import type { Asker } from '../../kpis/asking.ts';
import { makeCompany, now, viewers } from '../../kpis/rights-company.ts';

const database = useDatabase();
let asker: Asker;
beforeAll(async () => {
  asker = await makeCompany(database.db, 'ours');
}, 60_000);

/** One by one, and as the members of a channel: any two of them. */
const names = viewers.map(({ id }) => id).filter((id) => id !== '' && id !== '*');
const readers = [...names, ...names.flatMap((one, index) => names.slice(index + 1).map((other) => `${one} ${other}`))];

/** What the database shows: single records, and which numbers may be asked. */
async function shownTo(viewer: string): Promise<string> {
  return readAs(database.db, { tenantId: asker.tenantId, viewer }, async (reader) =>
    JSON.stringify([
      await reader.query(sql`select source, id from crm.tickets order by 1, 2`),
      await reader.query(sql`select source, id from crm.surveys order by 1, 2`),
      (await askable(reader, kpis)).map(({ id }) => id),
    ]),
  );
}

test('readers who may see different records, or ask different numbers, never share an edition', async () => {
  const { db } = database;
  const editions = createEditions({ db, tenantId: asker.tenantId, clock: fixedClock(now.usual) });
  const shownBy = new Map<number, string>();
  const readersOf = new Map<number, string[]>();
  for (const viewer of readers) {
    const seen: { sees: Sees | null } = { sees: null };
    await viewing(db, { tenantId: asker.tenantId, viewer }, async (tx) => {
      seen.sees = await seenIn(tx, asker.tenantId, viewer);
    });
    if (!seen.sees) continue;
    const shown = await shownTo(viewer);
    const key = { kind: 'digest', subject: 'morning-coffee', slot: '2026-11-20', viewer, sees: seen.sees } as const;
    const { editionId, content } = await editions.once({ ...key, view: {} }, async () => ({ shown }));
    expect(content.shown, `${viewer} and ${readersOf.get(editionId)?.join(', ')}`).toBe(shown);
    expect(shownBy.get(editionId) ?? shown).toBe(shown);
    shownBy.set(editionId, shown);
    readersOf.set(editionId, [...(readersOf.get(editionId) ?? []), viewer]);
  }
  const sharing = [...readersOf.values()];
  // Whoever sees more than a colleague sees in a common channel what the colleague sees alone.
  expect(sharing.find((some) => some.includes('agent'))).toContain('agent agent-anywhere');
  expect(sharing.length).toBeGreaterThan(5);
}, 120_000);
