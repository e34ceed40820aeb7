import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { type ChannelRule, type NoiseFigures, noiseOf, overBudget } from '../../src/alerts/noise.ts';
import type { RulePolicy } from '../../src/alerts/rule.ts';
import { noiseFigures, onlyInDigest, promote } from '../../src/alerts/store/noise.ts';
import { ruleOf } from '../../src/alerts/store/rules.ts';
import { alertNoiseJob } from '../../src/app/alerts/noise.ts';
import { everything } from '../../src/db/viewer.ts';
import { alerts as alertsRoom } from '../../src/digests/findings/alerts.ts';
import { makeDigest } from '../../src/digests/make.ts';
import { templateOf } from '../../src/digests/template.ts';
import { silentLog } from '../../src/lib/log.ts';
import { useDatabase } from '../database.ts';
import { type Town, town } from './town.ts';
import { watched } from './watched.ts';

const database = useDatabase();

const policy = (importance: RulePolicy['importance']) => ({ importance }) as RulePolicy;
const figures = (changes: Partial<NoiseFigures>): NoiseFigures => ({
  ...{ incidents: 12, notUseful: 0, visible: 12, acted: 6 },
  ...changes,
});

describe('a rule is not worth messages of its own', () => {
  test.each([
    ['where half were marked not useful', 'normal', { notUseful: 6 }, true],
    ['not where fewer were', 'normal', { notUseful: 5 }, false],
    ['not where too few are over', 'low', { incidents: 4, notUseful: 4, visible: 4, acted: 0 }, false],
    ['where at most a tenth was acted on', 'low', { incidents: 10, visible: 10, acted: 1 }, true],
    ['not where more was', 'low', { acted: 2 }, false],
    ['not where fewer than ten could be seen to be acted on', 'low', { incidents: 30, visible: 9, acted: 0 }, false],
    ['never where it is important', 'high', { notUseful: 12, acted: 0 }, false],
  ] as const)('%s', (_, importance, changes, noise) => {
    expect(noiseOf({ kind: 'queue', policy: policy(importance) }, figures(changes)) !== null).toBe(noise);
  });

  test('not for being a list that nobody acknowledges', () => {
    const list = { kind: 'high-intent', policy: policy('low') } as const;
    expect(noiseOf(list, figures({ acted: 0 }))).toBeNull();
    expect(noiseOf(list, figures({ acted: 0, notUseful: 9 }))).not.toBeNull();
  });

  test('which is said with its figures', () => {
    const said = noiseOf({ kind: 'queue', policy: policy('low') }, figures({ acted: 1 }));
    expect(JSON.stringify(said).replaceAll('\u00a0', ' ')).toContain(
      '1 of 12 (8.3 %) acknowledged, assigned or snoozed',
    );
  });
});

describe('a channel with more than its budget', () => {
  const rule = (ruleId: number, importance: RulePolicy['importance'], incidents: number): ChannelRule => ({
    ...{ rule: { ruleId, policy: policy(importance) }, incidents },
  });
  const gone = (...rules: ChannelRule[]) => overBudget(rules).map(({ ruleId }) => ruleId);

  test('loses the rules of low importance that it was told most, until the rest is within it', () => {
    expect(gone(rule(1, 'low', 6), rule(2, 'low', 9), rule(3, 'normal', 12))).toEqual([2]);
    expect(gone(rule(1, 'low', 6), rule(2, 'low', 9), rule(3, 'normal', 30))).toEqual([2, 1]);
  });

  test('loses none within it, and none of more importance', () => {
    expect(gone(rule(1, 'low', 20))).toEqual([]);
    expect(gone(rule(1, 'normal', 40), rule(2, 'high', 40))).toEqual([]);
  });
});

interface Past {
  acted?: boolean;
  notUseful?: boolean;
  to?: readonly (readonly [carrier: string, recipient: string])[];
  at?: string;
}

let incidentId = 0;
/** Incidents of a rule that are over. */
async function past({ db, tenantId }: Town, ruleId: number, times: number, options: Past = {}): Promise<void> {
  const { acted = false, notUseful = false, to = [['slack', 'C0ALERTS']], at = '2026-11-09T10:00:00Z' } = options;
  for (let count = 0; count < times; count++) {
    incidentId += 1;
    await db.run(sql`
      insert into ops.alert_incidents (tenant_id, incident_id, rule_id, group_key, labels, state, severity, worst_severity, since,
        opened_at, announced_at, resolved_at, content)
      values (${tenantId}, ${incidentId}, ${ruleId}, ${`["${incidentId}"]`}, '{}', 'resolved', 2, 2, ${at}, ${at}, ${at}, ${at},
        '{"stateWord": "Low", "headline": "SLA 80 %"}')`);
    for (const [carrier, recipient] of to)
      await db.run(sql`
        insert into ops.alert_posts (tenant_id, incident_id, carrier, recipient, delivery_id)
        values (${tenantId}, ${incidentId}, ${carrier}, ${recipient}, ${incidentId})`);
    if (acted)
      await db.run(sql`
        insert into ops.alert_history (tenant_id, incident_id, entry, at, kind, person, text, told)
        values (${tenantId}, ${incidentId}, 1, ${at}, 'acknowledged', 'slack:U1', '', true)`);
    if (notUseful)
      await db.run(sql`
        insert into ops.alert_opinions (tenant_id, incident_id, person, useful, at)
        values (${tenantId}, ${incidentId}, 'slack:U1', false, ${at})`);
  }
}

const now = '2026-11-10T06:40:00Z';

async function ruled(settings: Record<string, unknown> = {}) {
  const place = await town(database.db, { now });
  const rule = await watched(place, { importance: 'normal', title: 'SLA below 85 %', ...settings });
  const run = () =>
    alertNoiseJob.run({
      ...{ db: place.db, tenant: place.tenant, terms: place.terms, clock: place.clock, log: silentLog },
      ...{ signal: new AbortController().signal, dueAt: place.clock.now(), lacking: [], hold: async () => undefined },
    });
  const demotedAt = async () => (await ruleOf(place.db, place.tenantId, rule.ruleId))?.demotedAt;
  return { place, rule, run, demotedAt };
}

describe('the daily look at what people did with alerts', () => {
  test('counts what is over, of the last 30 days, by where it was told', async () => {
    const { place, rule } = await ruled();
    await past(place, rule.ruleId, 3, { acted: true });
    await past(place, rule.ruleId, 2, {
      notUseful: true,
      to: [
        ['slack', 'C0ALERTS'],
        ['pagerduty', 'night'],
      ],
    });
    await past(place, rule.ruleId, 4, { at: '2026-10-01T10:00:00Z' });
    await past(place, rule.ruleId, 4, { to: [] });
    expect(await noiseFigures(place.db, place.tenantId, place.clock.now())).toEqual([
      {
        ...{ ruleId: rule.ruleId, incidents: 5, notUseful: 2, visible: 3, acted: 3 },
        targets: [
          { carrier: 'pagerduty', recipient: 'night', incidents: 2, notUseful: 2, visible: 0, acted: 0 },
          { carrier: 'slack', recipient: 'C0ALERTS', incidents: 5, notUseful: 2, visible: 3, acted: 3 },
        ],
      },
    ]);
  });

  test('takes a rule that hardly anybody acts on into the digest, and says so once with how to take it back', async () => {
    const { place, rule, run, demotedAt } = await ruled();
    await past(place, rule.ruleId, 11);
    await past(place, rule.ruleId, 1, { acted: true });
    await place.db.run(sql`update ops.alert_rules set owner = 'slack:U0OWNER' where tenant_id = ${place.tenantId}`);
    expect(await run()).toEqual({ counts: { rules: 1, demoted: 1 } });
    expect((await demotedAt())?.toString()).toBe(now);
    await rule.send();
    expect(place.arrived.map(({ to }) => to)).toEqual(['slack C0ALERTS', 'slack U0OWNER']);
    const said = JSON.stringify(place.arrived[0]?.body).replaceAll('\u00a0', ' ');
    for (const part of [
      'SLA below 85 %',
      'only in the digest',
      '1 of 12 (8.3 %)',
      '/kpi alerts',
      'crema alerts promote rule',
    ])
      expect(said).toContain(part);
    place.arrived.splice(0);
    expect(await run()).toEqual({ counts: { rules: 0, demoted: 0 } });
    await rule.send();
    expect(place.arrived).toEqual([]);
  });

  test('leaves alone what is important, and what may be acknowledged elsewhere', async () => {
    const important = await ruled({ importance: 'high' });
    await past(important.place, important.rule.ruleId, 12);
    const paged = await ruled();
    await past(paged.place, paged.rule.ruleId, 12, {
      to: [
        ['slack', 'C0ALERTS'],
        ['pagerduty', 'night'],
      ],
    });
    for (const { run, demotedAt } of [important, paged]) {
      await run();
      expect(await demotedAt()).toBeNull();
    }
  });

  test('takes rules of low importance out of a channel with more than twenty a day', async () => {
    const { place, rule, run, demotedAt } = await ruled({ importance: 'low' });
    await past(place, rule.ruleId, 21, { acted: true, at: '2026-11-10T01:00:00Z' });
    await run();
    expect(await demotedAt()).not.toBeNull();
  });
});

describe('a rule that only goes into the digest', () => {
  const ill = { labels: { ticket: 'T1' } };

  test('is told nowhere else unless it is critical, and again once somebody wants it', async () => {
    const { place, rule, run } = await ruled({ resolve_after: 0, repeat: '1 h' });
    await past(place, rule.ruleId, 12);
    await run();
    await rule.send();
    place.arrived.splice(0);
    await rule.after(1, [ill]);
    await rule.after(1, [ill]);
    expect(rule.told()).toEqual([]);
    await rule.after(1, [{ ...ill, severity: 3 }]);
    expect(rule.told()).toEqual(['06:43 C0ALERTS main Breached: 1 ticket']);
    await rule.after(1, []);
    rule.told();
    await rule.after(1, [ill]);
    expect(rule.told()).toEqual([]);
    const { db, tenantId, clock } = place;
    expect(await db.tx((tx) => promote(tx, tenantId, rule.ruleId, clock.now()))).toBe(true);
    expect(await db.tx((tx) => promote(tx, tenantId, rule.ruleId, clock.now()))).toBe(false);
    // What is open is told with its next repetition; what nobody acted on before does not count any more.
    await rule.after(60, [ill]);
    expect(rule.told()).toEqual(['07:45 C0ALERTS main Breached: 1 ticket']);
    expect(await run()).toEqual({ counts: { rules: 0, demoted: 0 } });
  });

  test('is told in the digest of its day, to whoever may see it', async () => {
    const { place, rule, run } = await ruled({ resolve_after: 0 });
    await past(place, rule.ruleId, 12);
    await run();
    await rule.after(1, [ill]);
    await rule.after(1, []);
    await rule.after(1, [ill, { labels: { ticket: 'T2' } }]);
    const { db, tenantId, tenant } = place;
    const day = {
      from: Temporal.Instant.from('2026-11-10T00:00:00Z'),
      to: Temporal.Instant.from('2026-11-11T00:00:00Z'),
    };
    const [of] = await onlyInDigest(db, tenantId, day, null);
    expect(of).toMatchObject({ title: 'SLA below 85 %', incidents: 2, latest: 'Breached: 2 tickets' });
    expect(await onlyInDigest(db, tenantId, { from: day.to, to: day.to.add({ hours: 24 }) }, null)).toEqual([]);
    expect(await onlyInDigest(db, tenantId, day, 'slack:U1')).toEqual([]);
    const digest = await makeDigest(
      { db, tenant, settings: {}, now: Temporal.Instant.from('2026-11-11T08:30:00Z'), log: silentLog },
      {
        template: templateOf({}, 'morning-coffee'),
        ...{ viewer: everything, locale: 'en', timezone: 'UTC', followed: null },
        period: { from: '2026-11-10', to: '2026-11-11' },
      },
    );
    expect(digest.findings.map(({ kind, text }) => `${kind}: ${text}`)).toContain(
      'alerts: 2 alerts of “SLA below 85 %” went here only, because hardly anybody acted on its alerts of the last 30 days. The latest: Breached: 2 tickets.',
    );
    const [found] = await alertsRoom.find({ digestOnly: [of], locale: 'en' } as never);
    expect(found).toMatchObject({ key: `alerts:${rule.ruleId}:${of!.latestId}`, category: 1, size: 2 });
  });
});
