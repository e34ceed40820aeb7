import fc from 'fast-check';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { addDays, addUnits } from '../../src/domain/period.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { type Asker, ask, settle } from './asking.ts';
import { insertRows } from './contract/records.ts';
import { localDate } from './oracle.ts';

/*
 * Random operators with changes of role and activation, signs of their presence, licences, campaigns and their reports, asked
 * for any period, grain, row and moment: users, licences, active users and the rates of campaigns are what a walk over the
 * records gives. CREMA_PROPERTY_RUNS multiplies the runs, CREMA_PROPERTY_SEED sets the seed.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_121);
const timeLimit = 120_000 * factor;

const origin = Temporal.Instant.from('2026-09-15T00:00:00Z').epochMilliseconds / 1000;
const text = (at: number | null) => (at === null ? null : Temporal.Instant.fromEpochMilliseconds(at * 1000).toString());
/** At the edges of local days, with a change of the clocks in New York. */
const instant = fc
  .tuple(fc.integer({ min: 0, max: 66 }), fc.constantFrom(0, 14_399, 14_400, 18_000, 66_600, 86_399))
  .map(([day, at]) => origin + day * 86_400 + at);
const maybe = fc.option(instant, { nil: null });
const account = fc.constantFrom('acme', 'bee', null, 'toy');
const date = fc.integer({ min: 0, max: 66 }).map((day) => addDays('2026-09-15', day));

/** States in order; one like the last is no change. */
const states = <T>(value: fc.Arbitrary<T>) =>
  fc.tuple(value, fc.array(fc.tuple(instant, value), { maxLength: 3 })).map(([first, later]) => {
    const changes: { at: number; old: T; new: T }[] = [];
    let last = first;
    for (const [at, next] of later.toSorted(([a], [b]) => a - b)) {
      if (next !== last) changes.push({ at, old: last, new: next });
      last = next;
    }
    return { now: last, changes };
  });

const operator = fc.record({
  created: maybe,
  deleted: fc.option(instant, { nil: null, freq: 1 }),
  active: states(fc.constantFrom(true, true, false)),
  role: states(fc.constantFrom('agent', 'agent', 'supervisor', 'owner', 'other')),
  account,
  signs: fc.array(fc.record({ at: instant, account }), { maxLength: 6 }),
});
const licence = fc.record({ account, from: date, days: fc.integer({ min: 0, max: 40 }), agents: fc.nat(9) });
const counter = fc.option(fc.nat(20), { nil: null, freq: 4 });
const campaign = fc.record({
  sent: maybe,
  created: maybe,
  status: fc.constantFrom('completed', 'active', 'draft', 'scheduled', null),
  template: fc.constantFrom('hello', 'sale', null),
  recipients: counter,
  account,
  reports: fc.array(
    fc.record({
      at: instant,
      recipients: counter,
      delivered: counter,
      read: counter,
      replied: counter,
      failed: counter,
    }),
    { maxLength: 3 },
  ),
});
const company = fc.record({
  operators: fc.array(operator, { minLength: 1, maxLength: 8 }),
  licences: fc.array(licence, { maxLength: 6 }),
  campaigns: fc.array(campaign, { maxLength: 12 }),
});
type Company = typeof company extends fc.Arbitrary<infer T> ? T : never;
const question = fc.record({
  from: fc.integer({ min: 3, max: 64 }),
  days: fc.integer({ min: 1, max: 30 }),
  grain: fc.constantFrom('day', 'week', 'month'),
  now: fc.integer({ min: 40, max: 66 }).map((day) => origin + day * 86_400 + 50_000),
});
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

interface Scope {
  from: string;
  to: string;
  account?: string | null;
}
type Counts = Record<string, number | null>;

function oracleOf({ operators, licences, campaigns }: Company, timezone: string, now: number) {
  const dateOf = (at: number) => localDate(at * 1_000_000, timezone);
  const today = dateOf(now);
  const lastDay = ({ to }: Scope) => (addDays(to, -1) < today ? addDays(to, -1) : today);
  /** Whether something was so by the end of a day, or by now. */
  const isBy = (at: number, day: string) => at <= now && dateOf(at) <= day;
  const after = <T>({ now: last, changes }: { now: T; changes: { at: number; old: T }[] }, day: string): T => {
    const later = changes.find(({ at }) => !isBy(at, day));
    return later ? later.old : last;
  };
  const counts = (scope: Scope, of: string | null) =>
    of !== 'toy' && (scope.account === undefined || scope.account === of);
  const signs = operators.flatMap((one) => one.signs.map((sign) => ({ ...sign, who: one })));
  const first = signs.map(({ at }) => dateOf(at)).toSorted()[0];
  const present = (scope: Scope, last: string, length: number) =>
    new Set(
      signs
        .filter(({ at, account: of }) => counts(scope, of) && at <= now)
        .filter(({ at }) => dateOf(at) <= last && dateOf(at) > addDays(last, -length))
        .map(({ who }) => who),
    ).size;
  const latest = ({ reports }: Company['campaigns'][number]) =>
    reports
      .filter(({ at }) => at <= now)
      .reduce<(typeof reports)[number] | undefined>(
        (best, one) => (best === undefined || one.at > best.at ? one : best),
        undefined,
      );

  return {
    today,
    users(scope: Scope): Counts {
      const day = lastDay(scope);
      const there = operators.filter(
        (one) =>
          counts(scope, one.account) &&
          (one.created === null || isBy(one.created, day)) &&
          !(one.deleted !== null && isBy(one.deleted, day)) &&
          after(one.active, day),
      );
      const as = (role: string) => there.filter((one) => after(one.role, day) === role).length;
      return { value: there.length, agent: as('agent'), owner: as('owner'), supervisor: as('supervisor') };
    },
    licences(scope: Scope): Counts {
      const day = lastDay(scope);
      const held = licences.filter(
        (one) => counts(scope, one.account) && one.from <= day && addDays(one.from, one.days) > day,
      );
      return { value: held.reduce((sum, { agents }) => sum + agents, 0) };
    },
    'active-users'(scope: Scope): Counts {
      const last = lastDay(scope);
      let [sum, days] = [0, 0];
      for (let day = scope.from; day <= last; day = addDays(day, 1)) {
        sum += present(scope, day, 1);
        days += 1;
      }
      const knows = (length: number) => first !== undefined && addDays(last, 1 - length) >= first;
      return {
        value: sum / days,
        dau: present(scope, last, 1),
        wau: knows(7) ? present(scope, last, 7) : null,
        mau: knows(28) ? present(scope, last, 28) : null,
      };
    },
    /** A counter of the campaigns sent in the period over another one. */
    rate(scope: Scope, part: 'delivered' | 'read' | 'replied' | 'failed', whole: 'recipients' | 'delivered'): Counts {
      const sent = campaigns.filter((one) => {
        const at = one.sent ?? one.created;
        const isSent = one.status !== 'draft' && one.status !== 'scheduled';
        return (
          isSent &&
          counts(scope, one.account) &&
          at !== null &&
          at <= now &&
          dateOf(at) >= scope.from &&
          dateOf(at) < scope.to
        );
      });
      const sum = (name: 'recipients' | 'delivered' | 'read' | 'replied' | 'failed') =>
        sent.reduce((total, one) => {
          const report = latest(one);
          const own = name === 'recipients' && report ? one.recipients : null;
          return total + (report?.[name] ?? own ?? 0);
        }, 0);
      return { value: sum(whole) === 0 ? null : sum(part) / sum(whole), numerator: sum(part), denominator: sum(whole) };
    },
  };
}

async function load(slug: string, timezone: string, { operators, licences, campaigns }: Company): Promise<Asker> {
  const { db } = database;
  const tenantId = await makeTenant(db, slug, { timezone });
  await insertRows(db, 'crm.accounts', tenantId, [{ id: 'toy', name: 'Toy', demo: true }]);
  await insertRows(
    db,
    'crm.operators',
    tenantId,
    operators.map((one, n) => ({
      ...{ id: `o${n}`, role: one.role.now, active: one.active.now, account_id: one.account },
      ...{ created_at: text(one.created), deleted_at: text(one.deleted) },
    })),
  );
  for (const [n, one] of operators.entries())
    for (const [field, { changes }] of [
      ['active', one.active],
      ['role', one.role],
    ] as const)
      for (const change of changes)
        await db.run(sql`
          insert into crm.changes (tenant_id, entity, source, entity_id, field, old, new, at)
          values (${tenantId}, 'operator', 'import', ${`o${n}`}, ${field}, ${String(change.old)}, ${String(change.new)}, ${text(change.at)})`);
  const signs = operators.flatMap((one, n) => one.signs.map((sign, k) => ({ ...sign, id: `${n}-${k}`, who: `o${n}` })));
  await insertRows(
    db,
    'crm.activity',
    tenantId,
    signs.map(({ id, who, at, account: of }) => ({ id, operator_id: who, at: text(at), account_id: of })),
  );
  await insertRows(
    db,
    'crm.licences',
    tenantId,
    licences.map((one, n) => ({
      ...{ id: `l${n}`, account_id: one.account, billing_date: one.from, agents: one.agents },
      next_billing_date: addDays(one.from, one.days),
    })),
  );
  await insertRows(
    db,
    'crm.campaigns',
    tenantId,
    campaigns.map((one, n) => ({
      ...{ id: `c${n}`, name: `C ${n}`, status: one.status, template: one.template, recipients: one.recipients },
      ...{ account_id: one.account, sent_at: text(one.sent), created_at: text(one.created) },
    })),
  );
  await insertRows(
    db,
    'crm.campaign_reports',
    tenantId,
    campaigns.flatMap(({ reports }, n) =>
      reports.map((report, k) => ({ ...report, id: `c${n}-${k}`, campaign_id: `c${n}`, at: text(report.at) })),
    ),
  );
  const asker = { db, tenantId, timezone, now: '2026-12-01T00:00:00Z' };
  await settle(asker, { import: asker.now });
  return asker;
}

/** How many numbers of a KPI were compared and were not nothing. */
const compared = new Map<string, number>();

async function agree(asker: Asker, made: Company, asked: Question): Promise<void> {
  const oracle = oracleOf(made, asker.timezone, asked.now);
  const from = addDays('2026-09-15', asked.from);
  const to = addDays(from, asked.days);
  if (from > oracle.today) return;
  const period = `${from}..${addDays(to, -1)}`;
  const kpis: Readonly<Record<string, (scope: Scope) => Counts>> = {
    users: oracle.users,
    licences: oracle.licences,
    'active-users': oracle['active-users'],
    'delivery-rate': (scope) => oracle.rate(scope, 'delivered', 'recipients'),
    'read-rate': (scope) => oracle.rate(scope, 'read', 'delivered'),
    'reply-rate': (scope) => oracle.rate(scope, 'replied', 'delivered'),
    'failure-rate': (scope) => oracle.rate(scope, 'failed', 'recipients'),
  };
  for (const [id, measure] of Object.entries(kpis)) {
    const result = await ask(asker, id, { period, by: 'account', grain: asked.grain, now: text(asked.now)! });
    const same = (shown: object, expected: Counts, what: string) => {
      const { parts, ...measured } = shown as { value: number | null; parts?: Counts };
      for (const [name, number] of Object.entries(expected)) {
        const found = { ...parts, ...measured }[name] ?? null;
        const where = `${id} ${period} ${asker.timezone} at ${text(asked.now)}: ${what} ${name}`;
        // Where there is no value at all, what would be zero is not known.
        if (measured.value === null && !found) expect([0, null], where).toContain(number);
        else if (typeof number === 'number') expect(found, where).toBeCloseTo(number, 12);
        else expect(found, where).toBe(number);
        if (number) compared.set(id, (compared.get(id) ?? 0) + 1);
      }
    };
    same(result, measure({ from, to }), 'total');
    for (const point of result.series.points) {
      const next = addUnits(point.at, asked.grain, 1);
      const { value } = measure({ from: point.at > from ? point.at : from, to: next < to ? next : to });
      same(point, { value: value ?? null }, `point ${point.at}`);
    }
    for (const row of result.breakdown!.rows)
      same(row, measure({ from, to, account: row.key === '' ? null : row.key }), `account ${row.key}`);
  }
}

test(
  'users, licences, presence and the rates of campaigns equal a walk over the records',
  async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
        company,
        fc.array(question, { minLength: 3, maxLength: 3 }),
        async (timezone, made, questions) => {
          const asker = await load(`run-${++run}`, timezone, made);
          for (const asked of questions) await agree(asker, made, asked);
        },
      ),
      { seed, numRuns: 40 * factor, interruptAfterTimeLimit: timeLimit - 20_000 },
    );
    for (const id of ['users', 'licences', 'active-users', 'delivery-rate', 'read-rate', 'reply-rate', 'failure-rate'])
      expect(compared.get(id) ?? 0, `${id} was asked about something`).toBeGreaterThan(10);
  },
  timeLimit,
);
