import { describe, expect, inject, test } from 'vitest';
import { makeCompany, now } from '../../src/bench/company.ts';
import { benchSla } from '../../src/bench/sla/bench.ts';
import { addOpenTickets, addTickets, addVerdicts } from '../../src/bench/sla/data.ts';
import { createDb } from '../../src/db/db.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { verifySla } from '../../src/facts/verify.ts';
import { silentLog } from '../../src/lib/log.ts';
import { defaultPolicies } from '../../src/sla/policy.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

describe('what the SLA benchmark generates', () => {
  test('has the verdicts that the engine comes to', async () => {
    const { db } = database;
    const tenant = await makeCompany(db, defaultPolicies);
    await addTickets(db, tenant.tenantId, { tickets: 3_000, days: 100 });
    await addVerdicts(db, tenant.tenantId);
    await addOpenTickets(db, tenant.tenantId, { tickets: 500, dueFrom: now });
    const verified = await verifySla(db, tenant, slaTerms(defaultPolicies), { now: () => now });
    expect(verified).toEqual({ tickets: 3_500, differing: 0, examples: [] });
  });
});

test('the SLA benchmark measures the engine, what is stored, sweeps and answers, and its counts add up', async () => {
  const url = inject('serverUrl');
  const db = createDb({ url, applicationName: 'crema test', log: silentLog });
  const lines: string[] = [];
  const figures = await benchSla({ db, url }, { quick: true, line: (line) => void lines.push(line) }).finally(() =>
    db.end(),
  );
  const { engine, stored, answers, sweeps } = figures;

  for (const { perSecond, states } of [engine.aroundTheClock, engine.businessHours]) {
    expect(perSecond).toBeGreaterThan(0);
    expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(engine.tickets);
    expect(Object.keys(states)).toEqual(expect.arrayContaining(['met', 'missed']));
  }
  expect(stored).toMatchObject({
    ...{ evaluated: stored.tickets, changed: stored.tickets },
    verified: { tickets: stored.tickets, differingFacts: 0, differingCells: 0 },
  });
  expect(stored.verified.cells).toBeGreaterThan(stored.tickets);

  expect(answers.questions.map(({ question, as }) => `${question} (${as})`)).toEqual([
    'sla (everybody)',
    'sla 30d by priority (everybody)',
    'sla all (everybody)',
    'sla (supervisor)',
    'sla (agent)',
  ]);
  for (const { histories } of answers.questions) {
    expect(histories.map(({ history }) => history)).toEqual(['base', 'ten times as long', 'ten times as many a day']);
    for (const { medianMs, p95Ms, blocks } of histories) {
      expect(p95Ms).toBeGreaterThanOrEqual(medianMs);
      expect(blocks).toBeGreaterThan(0);
    }
  }
  // Every query of the default answer is a look at an index: none goes through the tickets or the days.
  expect(answers.questions[0]?.histories.flatMap(({ scanned }) => scanned)).toEqual([]);

  expect(sweeps.map(({ due }) => due)).toEqual([0, 100, 1_000]);
  for (const { desks } of sweeps) for (const desk of desks) expect(desk.foundBy).toBe('ticket_sla_next_due_at_idx');
  // Where a tenth of a small table is due, reading all of it may be best; where nothing is, it never is.
  expect(sweeps[0]?.desks.flatMap(({ scanned }) => scanned)).toEqual([]);
  expect(lines.length).toBeGreaterThan(20);
}, 600_000);
