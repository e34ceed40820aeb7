import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { addDays, addUnits } from '../../src/domain/period.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from './asking.ts';
import { type ContactScope, contactOracle, type OracleContact } from './contact-oracle.ts';
import { insertRows } from './contract/records.ts';

/*
 * Random contacts, with what may make several of them one person, with changes of their status and with messages, asked
 * for any period, grain, row and moment: every answer is that of a walk over them. CREMA_PROPERTY_RUNS multiplies the runs,
 * CREMA_PROPERTY_SEED sets the seed.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_121);
const timeLimit = 120_000 * factor;

const second = (text: string) => Temporal.Instant.from(text).epochMilliseconds / 1000;
const text = (at: number | null) => (at === null ? null : Temporal.Instant.fromEpochMilliseconds(at * 1000).toString());
const origin = second('2026-07-20T00:00:00Z');
/** Over four months at the edges of local days: longer than the windows, with a change of the clocks in New York. */
const instant = fc
  .tuple(fc.integer({ min: 0, max: 123 }), fc.constantFrom(0, 14_399, 14_400, 18_000, 66_600, 86_399))
  .map(([day, at]) => origin + day * 86_400 + at);
const recent = fc.integer({ min: 60, max: 123 }).map((day) => origin + day * 86_400 + 40_000);
const whole = second('2026-09-01T12:00:00Z');

const contact = fc
  .record({
    source: fc.constantFrom('chat', 'mail'),
    created: fc.option(instant, { nil: null }),
    seen: instant,
    deleted: fc.option(instant, { nil: null, freq: 2 }),
    statuses: fc.array(fc.tuple(recent, fc.constantFrom('active', 'inactive', null)), { maxLength: 3 }),
    first: fc.constantFrom('active', 'inactive', null, null, null),
    person: fc.constantFrom('1', '2', null, null, null),
    phone: fc.constantFrom('+62 811', '+62811', '+6282', '0811', null, null),
    email: fc.constantFrom('a@x.test', ' A@X.test', 'b@x.test', '', null, null),
    country: fc.constantFrom('ID', null),
    segment: fc.constantFrom('vip', 'new', null),
    demo: fc.constantFrom(false, false, false, false, true),
    messages: fc.array(fc.oneof(instant, recent), { maxLength: 5 }),
  })
  .map(({ statuses, first, ...rest }) => {
    const changes: OracleContact['changes'] = [];
    let status = first;
    for (const [at, next] of statuses.toSorted(([a], [b]) => a - b)) {
      if (next !== status) changes.push({ at, old: status, new: next });
      status = next;
    }
    return { ...rest, status, changes };
  });

const question = fc.record({
  from: fc.integer({ min: 60, max: 122 }),
  days: fc.integer({ min: 1, max: 45 }),
  grain: fc.constantFrom('day', 'week', 'month'),
  now: fc.integer({ min: 100, max: 123 }).map((day) => origin + day * 86_400 + 50_000),
  by: fc.constantFrom('country', 'segment'),
});

async function load(slug: string, timezone: string, contacts: readonly OracleContact[]): Promise<Asker> {
  const { db } = database;
  const tenantId = await makeTenant(db, slug, { timezone });
  await insertRows(
    db,
    'crm.accounts',
    tenantId,
    ['chat', 'mail'].map((source) => ({ source, id: 'toy', name: 'Toy', demo: true })),
  );
  await insertRows(
    db,
    'crm.contacts',
    tenantId,
    contacts.map(({ source, id, phone, email, country, segment, status, ...one }) => ({
      ...{ source, id, phone, email, country, segment, status, person_id: one.person },
      ...{ created_at: text(one.created), first_seen_at: text(one.seen), deleted_at: text(one.deleted) },
      account_id: one.demo ? 'toy' : null,
    })),
  );
  await insertRows(
    db,
    'crm.messages',
    tenantId,
    contacts.flatMap(({ source, id, demo, messages }) =>
      messages.map((at, n) => ({
        ...{ source, id: `${id}-${n}`, contact_id: id, direction: n % 2 === 0 ? 'inbound' : 'outbound' },
        ...{ sent_at: text(at), account_id: demo ? 'toy' : null },
      })),
    ),
  );
  for (const { source, id, changes } of contacts)
    for (const change of changes)
      await db.run(sql`
        insert into crm.changes (tenant_id, entity, source, entity_id, field, old, new, at)
        values (${tenantId}, 'contact', ${source}, ${id}, 'status', ${change.old}, ${change.new}, ${text(change.at)})`);
  for (const source of ['chat', 'mail'])
    await db.run(sql`
      insert into ops.streams (tenant_id, source, stream, loaded_at, first_complete_at)
      values (${tenantId}, ${source}, 'contact', ${text(whole)}, ${text(whole)})`);
  const asker = { db, tenantId, timezone, now: '2026-12-01T00:00:00Z' };
  await settle(asker, { chat: asker.now, mail: asker.now });
  return asker;
}

/** How many numbers of a KPI were compared and were not nothing. */
const compared = new Map<string, number>();

/** A KPI's value from its counts; a point of a series has no more than that. */
function valueFrom(id: string, counts: Readonly<Record<string, number>>): number {
  const { value, start, end, active, deleted, inactive, silent } = counts;
  if (id === 'contact-growth') return (end! - start!) / start!;
  if (id === 'churn') return (deleted! + inactive! + silent!) / active!;
  return value!;
}

async function agree(
  asker: Asker,
  contacts: readonly OracleContact[],
  asked: typeof question extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  const oracle = contactOracle({ timezone: asker.timezone, now: asked.now, whole }, contacts);
  const from = addDays('2026-07-20', asked.from);
  const to = addDays(from, asked.days);
  const kpis: Readonly<Record<string, (scope: ContactScope) => Record<string, number>>> = {
    contacts: (scope) => ({ value: oracle.contacts(scope) }),
    'new-contacts': (scope) => ({ value: oracle.created(scope) }),
    'contact-growth': (scope) => oracle.growth(scope),
    reach: (scope) => {
      const { persons, active } = oracle.reach(scope);
      return { value: persons, active };
    },
    churn: (scope) => oracle.churn(scope),
  };
  for (const [id, measure] of Object.entries(kpis)) {
    const { by, grain } = asked;
    const period = `${from}..${addDays(to, -1)}`;
    const result = await ask(asker, id, { period, by, grain, now: text(asked.now)! });
    const same = (
      shown: { value: unknown; parts?: Record<string, number | null> },
      scope: ContactScope,
      what: string,
    ) => {
      const where = `${id} ${period} ${asker.timezone} at ${text(asked.now)}: ${what}`;
      const expected = measure(scope);
      for (const [name, number] of Object.entries(expected)) {
        const found = name === 'value' ? shown.value : shown.parts?.[name];
        // What is not shown is nothing, or not known.
        if (found === null || found === undefined) {
          if (shown.value !== null) expect(number, `${where} ${name}`).toBe(0);
          continue;
        }
        expect(found, `${where} ${name}`).toBe(number);
        if (number > 0) compared.set(id, (compared.get(id) ?? 0) + 1);
      }
      if (shown.value !== null) expect(shown.value, where).toBe(valueFrom(id, expected));
    };
    // Nothing is known of what has not begun.
    if (from > oracle.today) {
      expect(result.value, `${id} ${period}, which has not begun`).toBeNull();
      continue;
    }
    same(result, { from, to }, 'total');
    for (const point of result.series.points) {
      const next = addUnits(point.at, grain, 1);
      const scope = { from: point.at > from ? point.at : from, to: next < to ? next : to };
      if (point.value !== null)
        expect(point.value, `${id} ${period} point ${point.at}`).toBe(valueFrom(id, measure(scope)));
    }
    for (const row of result.breakdown!.rows)
      same(row, { from, to, [by]: row.key === '' ? null : row.key }, `${by} ${row.key}`);
  }
}

test(
  'every KPI of contacts equals a walk over them, for any zone, period, row, grain and moment',
  async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
        fc.array(contact, { minLength: 3, maxLength: 30 }),
        fc.array(question, { minLength: 3, maxLength: 3 }),
        async (timezone, generated, questions) => {
          const contacts = generated.map((one, n) => ({ ...one, id: String(n) }));
          const asker = await load(`run-${++run}`, timezone, contacts);
          for (const asked of questions) await agree(asker, contacts, asked);
        },
      ),
      { seed, numRuns: 25 * factor, interruptAfterTimeLimit: timeLimit - 20_000 },
    );
    for (const id of ['contacts', 'new-contacts', 'contact-growth', 'reach', 'churn'])
      expect(compared.get(id) ?? 0, `${id} was asked about something`).toBeGreaterThan(50);
  },
  timeLimit,
);
