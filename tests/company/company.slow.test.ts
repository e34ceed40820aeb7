import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { demoAccountId } from '../../src/sandbox/company/accounts.ts';
import { operatorIds, operators, supervisedTeamId, teams } from '../../src/sandbox/company/staff.ts';
import { writeCompany } from '../../src/sandbox/company/write.ts';
import { agent, supervisor, supportLead } from '../../src/sandbox/workspace.ts';
import { importFile } from '../../src/sources/files/import-file.ts';
import { loadMapping } from '../../src/sources/files/read-mapping.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();
const timezone = 'Asia/Jakarta';
const options = { from: '2025-05-19', to: '2026-11-20', timezone, seed: 'test' };
type Ticket = Record<string, string>;

let dir = '';
let tickets: Ticket[] = [];
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'crema-company-'));
  await writeCompany(path.join(dir, 'a'), options);
  tickets = await read('a');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function read(folder: string, table = 'tickets'): Promise<Ticket[]> {
  return parse(await readFile(path.join(dir, folder, `${table}.csv`)), { columns: true });
}
const localDate = (text: string) => Temporal.Instant.from(text).toZonedDateTimeISO(timezone).toPlainDate();
const isOpen = (ticket: Ticket) => !['resolved', 'closed', 'cancelled'].includes(ticket.status!);
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const share = (some: Ticket[], of: (ticket: Ticket) => boolean) => some.filter(of).length / some.length;

describe('the demo company', () => {
  test('is the same to the byte for the same options', async () => {
    await writeCompany(path.join(dir, 'b'), options);
    for (const name of ['accounts', 'teams', 'operators', 'tickets', 'surveys']) {
      expect(await readFile(path.join(dir, 'b', `${name}.csv`), 'utf8')).toBe(
        await readFile(path.join(dir, 'a', `${name}.csv`), 'utf8'),
      );
    }
  });

  test('generated up to a later date leaves the past as it was, but for what has happened since', async () => {
    await writeCompany(path.join(dir, 'b'), options);
    await writeCompany(path.join(dir, 'b'), { ...options, from: '2025-06-16', to: '2026-12-18' });
    const later = new Map((await read('b')).map((ticket) => [ticket.id, ticket]));
    let moved = 0;
    for (const ticket of tickets) {
      if (Temporal.PlainDate.compare(localDate(ticket.created_at!), '2025-06-16') < 0) continue;
      const then = later.get(ticket.id!);
      const born = ['created_at', 'priority', 'operator', 'team', 'account', 'channel', 'category'];
      expect(born.map((field) => then?.[field])).toEqual(born.map((field) => ticket[field]));
      for (const fact of ['first_response_at', 'closed_at']) if (ticket[fact]) expect(then?.[fact]).toBe(ticket[fact]);
      if (isOpen(ticket) && !isOpen(then!)) moved++;
      if (ticket.status === 'closed') expect(then).toEqual(ticket);
    }
    expect(moved).toBeGreaterThan(30);
  });

  test('tells nothing from after its last moment, and nothing in the wrong order', () => {
    const end = Temporal.PlainDate.from(options.to).toZonedDateTime(timezone).epochMilliseconds;
    const at = (text: string | undefined) => (text ? Temporal.Instant.from(text).epochMilliseconds : undefined);
    for (const ticket of tickets) {
      const created = at(ticket.created_at)!;
      for (const field of ['updated_at', 'first_response_at', 'resolved_at', 'closed_at']) {
        const moment = at(ticket[field]);
        if (moment === undefined) continue;
        expect(moment).toBeLessThan(end);
        expect(moment).toBeGreaterThanOrEqual(created);
        expect(moment).toBeLessThanOrEqual(at(ticket.updated_at)!);
      }
      if (ticket.status === 'resolved') expect(ticket.resolved_at).not.toBe('');
      if (isOpen(ticket)) expect([ticket.resolved_at, ticket.closed_at]).toEqual(['', '']);
    }
  });

  test('is busy on working days, quiet at weekends and at night, and grows', () => {
    const perDay = new Map<string, number>();
    for (const ticket of tickets) {
      const day = localDate(ticket.created_at!).toString();
      perDay.set(day, (perDay.get(day) ?? 0) + 1);
    }
    const mean = (days: [string, number][]) => days.reduce((sum, [, count]) => sum + count, 0) / days.length;
    const days = [...perDay];
    const weekend = (day: string) => Temporal.PlainDate.from(day).dayOfWeek > 5;
    const working = days.filter(([day]) => !weekend(day));
    expect(mean(working)).toBeGreaterThan(40);
    expect(mean(working)).toBeLessThan(60);
    expect(mean(days.filter(([day]) => weekend(day)))).toBeLessThan(15);
    expect(mean(working.slice(-120, -20))).toBeGreaterThan(1.1 * mean(working.slice(0, 100)));
    const hour = (ticket: Ticket) => Temporal.Instant.from(ticket.created_at!).toZonedDateTimeISO(timezone).hour;
    expect(share(tickets, (ticket) => hour(ticket) >= 8 && hour(ticket) < 18)).toBeGreaterThan(0.7);
  });

  test('had one bad week, three weeks ago: more tickets, slower, more of them late', async () => {
    const { badWeek } = await writeCompany(path.join(dir, 'a'), options);
    expect(badWeek).toBe('2026-10-26');
    const week = (from: string) => {
      const start = Temporal.PlainDate.from(from);
      return tickets.filter((ticket) => {
        const days = start.until(localDate(ticket.created_at!), { largestUnit: 'days' }).days;
        return days >= 0 && days < 7;
      });
    };
    const hours = (some: Ticket[]) =>
      median(
        some
          .filter((ticket) => ticket.resolved_at)
          .map((ticket) => (Date.parse(ticket.resolved_at!) - Date.parse(ticket.created_at!)) / 3_600_000),
      );
    const met = (some: Ticket[]) =>
      share(
        some.filter((ticket) => ticket.sla_met),
        (ticket) => ticket.sla_met === 'true',
      );
    const [bad, before] = [week(badWeek), week('2026-10-12')];
    expect(bad.length).toBeGreaterThan(1.25 * before.length);
    expect(hours(bad)).toBeGreaterThan(1.4 * hours(before));
    expect(met(bad)).toBeLessThan(met(before) - 0.12);
    expect(met(tickets)).toBeGreaterThan(0.8);
    expect(met(tickets)).toBeLessThan(0.92);
  });

  test('has open tickets of every age, reopened ones, and a few the CRM did not judge', () => {
    const open = tickets.filter(isOpen);
    const age = (ticket: Ticket) => localDate(ticket.created_at!).until(options.to, { largestUnit: 'days' }).days;
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 7],
      [7, 30],
      [30, 999],
    ] as const) {
      expect(open.filter((ticket) => age(ticket) > from && age(ticket) <= to).length).toBeGreaterThan(0);
    }
    expect(new Set(open.map((ticket) => ticket.status))).toEqual(new Set(['new', 'open', 'pending', 'on-hold']));
    expect(share(tickets, (ticket) => ticket.reopened === '1')).toBeGreaterThan(0.02);
    const done = tickets.filter((ticket) => ticket.resolved_at);
    expect(share(done, (ticket) => ticket.sla_met === '')).toBeGreaterThan(0.005);
    expect(share(done, (ticket) => ticket.sla_met === '')).toBeLessThan(0.05);
    expect(tickets.some((ticket) => ticket.account === demoAccountId)).toBe(true);
  });

  test('hears from about every third customer: scores of the scale, mostly good, worse where it took long', async () => {
    const answers = await read('a', 'surveys');
    const of = (kind: string) => answers.filter((answer) => answer.kind === kind);
    const mean = (some: Ticket[]) => some.reduce((sum, { score }) => sum + Number(score), 0) / some.length;
    expect(of('csat').length / tickets.length).toBeGreaterThan(0.25);
    expect(of('csat').length / tickets.length).toBeLessThan(0.35);
    expect(new Set(of('csat').map(({ score }) => score))).toEqual(new Set(['1', '2', '3', '4', '5']));
    expect(mean(of('csat'))).toBeGreaterThan(3.9);
    expect(mean(of('csat'))).toBeLessThan(4.6);
    expect(share(of('csat'), ({ operator, team }) => operator !== '' && team !== '')).toBeGreaterThan(0.9);

    const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    const hours = (answer: Ticket) => {
      const { created_at, resolved_at } = byId.get(answer.ticket!)!;
      return (Date.parse(resolved_at!) - Date.parse(created_at!)) / 3_600_000;
    };
    const high = of('csat').filter(({ ticket }) => byId.get(ticket!)?.priority === 'high');
    const slow = high.filter((answer) => hours(answer) > 14);
    const quick = high.filter((answer) => hours(answer) < 4);
    expect(Math.min(slow.length, quick.length)).toBeGreaterThan(50);
    expect(mean(quick)).toBeGreaterThan(mean(slow) + 0.5);
    for (const answer of of('csat')) {
      const ticket = byId.get(answer.ticket!);
      if (ticket?.resolved_at) expect(answer.answered_at! > ticket.resolved_at).toBe(true);
    }

    const months = Map.groupBy(of('nps'), ({ answered_at }) => localDate(answered_at!).toString().slice(0, 7));
    // Whole months: enough answers in each to judge it by, from most accounts.
    expect([...months].filter(([, some]) => some.length < 30).length).toBeLessThanOrEqual(2);
    expect(new Set(of('nps').map(({ account }) => account)).size).toBeGreaterThan(30);
    for (const { score } of of('nps')) expect(Number(score)).toBeLessThanOrEqual(10);
    expect(share(of('nps'), ({ score }) => Number(score) >= 9)).toBeGreaterThan(
      share(of('nps'), ({ score }) => Number(score) <= 6),
    );
  });

  test('has answers that stay as they were once given, whatever the export begins and ends with', async () => {
    await writeCompany(path.join(dir, 'd'), { ...options, to: '2026-11-06' });
    const early = await read('d', 'surveys');
    await writeCompany(path.join(dir, 'd'), { ...options, from: '2025-06-01', to: '2026-12-18' });
    const later = new Map((await read('d', 'surveys')).map((answer) => [answer.id, answer]));
    // Not asked about again: what belongs to the days left out of the second export.
    const kept = early.filter(
      ({ answered_at }) => Temporal.PlainDate.compare(localDate(answered_at!), '2025-08-01') > 0,
    );
    expect(kept.length).toBeGreaterThan(1000);
    for (const answer of kept) expect(later.get(answer.id)).toEqual(answer);
  });

  test('has the people the demo speaks as, each e-mail once and at example.com', () => {
    const byId = new Map(operators.map((operator) => [operator.id, operator]));
    expect(byId.get(operatorIds.lead)).toMatchObject({ email: supportLead.email, role: 'admin' });
    expect(byId.get(operatorIds.supervisor)).toMatchObject({
      email: supervisor.email,
      role: 'supervisor',
      teamId: supervisedTeamId,
    });
    expect(byId.get(operatorIds.agent)).toMatchObject({ email: agent.email, role: 'agent', teamId: supervisedTeamId });
    expect(byId.size).toBe(operators.length);
    expect(teams).toHaveLength(5);
    expect(new Set(operators.map((operator) => operator.email)).size).toBe(operators.length);
    for (const operator of operators) expect(operator.email).toMatch(/^[a-z.-]+@example\.com$/);
  });

  test('imports without a single rejection, and a later export brings only what is new', async () => {
    const tenantId = await makeTenant(database.db, 'company', { timezone });
    const load = async (folder: string, more: Partial<typeof options>, at: string) => {
      const company = await writeCompany(path.join(dir, folder), { ...options, ...more });
      const summaries = [];
      for (const { file, map } of company.imports) {
        summaries.push(
          await importFile(
            { db: database.db, clock: fixedClock(at), log: silentLog },
            {
              file,
              mapping: await loadMapping(map),
              tenant: { tenantId, timezone },
              strict: true,
              dryRun: false,
              asOf: company.asOf,
            },
          ),
        );
      }
      return summaries;
    };
    const range = { from: '2026-09-01', to: '2026-11-01' };
    const first = await load('c', range, '2026-11-01T00:00:00Z');
    for (const summary of first) {
      expect(summary).toMatchObject({ rejected: 0, superseded: 0, written: summary.read });
      expect(summary.entities[0]?.unmapped).toEqual([]);
    }
    expect((await load('c', range, '2026-11-01T01:00:00Z')).map((summary) => summary.written)).toEqual([0, 0, 0, 0, 0]);
    const [next, answers] = (await load('c', { ...range, to: '2026-11-02' }, '2026-11-02T00:00:00Z')).slice(-2);
    if (!next || !answers) throw new Error('tickets and answers come last');
    expect(answers).toMatchObject({ updated: 0, rejected: 0 });
    expect(answers.inserted).toBeGreaterThan(0);
    expect(next.inserted).toBeGreaterThan(0);
    expect(next.updated).toBeGreaterThan(0);
    expect(next.written).toBeLessThan(400);
    const [unknown] = await database.db.query(sql`
      select count(*)::int as tickets from crm.tickets t
      where tenant_id = ${tenantId} and (not exists (select from crm.operators o where o.tenant_id = t.tenant_id and o.id = t.operator_id and o.email is not null)
        or not exists (select from crm.accounts a where a.tenant_id = t.tenant_id and a.id = t.account_id))`);
    expect(unknown).toEqual({ tickets: 0 });
  });
});
