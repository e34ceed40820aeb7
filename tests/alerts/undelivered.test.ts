import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { undeliveredAlerts } from '../../src/alerts/store/undelivered.ts';
import { arrivingOf, undeliveredLine } from '../../src/app/alerts/arriving.ts';
import type { Carrier, Outcome } from '../../src/deliveries/delivery.ts';
import { useDatabase } from '../database.ts';
import { town } from './town.ts';
import { type Ill, watched } from './watched.ts';

const database = useDatabase();

const one: Ill[] = [{ labels: { ticket: 'T1' } }];
const worse: Ill[] = [{ labels: { ticket: 'T1' }, severity: 3 }];
const refused: Outcome = { kind: 'refused', reason: 'PagerDuty does not take it (status 400)', whose: 'sender' };
const targets = { night: { pagerduty: 'k'.repeat(32) } } as never;

/** A tenant with an administrator, whose way to PagerDuty ends as `outcome` says at that moment. */
async function troubled(settings: Record<string, unknown> = {}) {
  const now = { outcome: refused };
  const events: string[] = [];
  const pagerduty: Carrier = {
    async send({ letter }, { handOver }) {
      await handOver();
      if (now.outcome.kind === 'sent') events.push((letter.body.event as { event_action: string }).event_action);
      return now.outcome;
    },
  };
  const place = await town(database.db, { now: '2026-11-10T10:00:00Z', targets, carriers: { pagerduty } });
  const { db, tenantId } = place;
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, name, slack_user_id, role) values
      (${tenantId}, 'p1', 'Maya', 'U0ADMIN', 'admin'), (${tenantId}, 'p2', 'Noor', 'U0OWNER', 'supervisor')`);
  const rule = await watched(place, { to: ['night'], repeat: '1 h', ...settings });
  return { place, rule, now, events };
}

describe('an alert that does not arrive', () => {
  test('is bad where the engineer looks when nobody is in Slack who could be told of it, and only noted when somebody was', async () => {
    const { place, rule, now } = await troubled();
    const { db, tenantId, clock } = place;
    await db.run(sql`delete from ops.people where tenant_id = ${tenantId}`);
    expect(await arrivingOf(db, tenantId, clock.now())).toMatchObject({
      state: 'note',
      detail: expect.stringContaining('no administrator is in Slack'),
    });
    await rule.after(0, one);
    expect(place.arrived).toEqual([]);
    const [lost] = await undeliveredAlerts(db, tenantId, { incidents: [{ incidentId: 1 }] });
    expect(undeliveredLine(lost!)).toBe(
      `incident 1 did not reach pagerduty night: PagerDuty does not take it (status 400); nobody was told of that (crema deliveries show ${lost!.deliveryId})`,
    );
    expect(await arrivingOf(db, tenantId, clock.now())).toMatchObject({
      state: 'bad',
      detail: expect.stringContaining('1 alert of the last 7 days did not arrive: incident 1'),
    });
    expect(await undeliveredAlerts(db, tenantId, { incidents: [{ incidentId: 2 }] })).toEqual([]);
    // Mended, the repetition arrives, and nothing is left to look after.
    now.outcome = { kind: 'sent', proof: {} };
    await rule.after(60, one);
    expect(await undeliveredAlerts(db, tenantId, { incidents: [{ incidentId: 1 }] })).toEqual([]);
  });

  test('is noted by crema doctor where somebody was told, for a week', async () => {
    const { place, rule } = await troubled({ repeat: 0 });
    const { db, tenantId, clock } = place;
    expect(await arrivingOf(db, tenantId, clock.now())).toMatchObject({ state: 'ok' });
    await rule.after(0, one);
    expect(await arrivingOf(db, tenantId, clock.now())).toMatchObject({
      state: 'note',
      detail: expect.stringContaining('its administrators or owner were told'),
    });
    expect(await arrivingOf(db, tenantId, clock.now().add({ hours: 8 * 24 }))).toMatchObject({ state: 'ok' });
  });

  test('is told to the administrators with its text and why, once for the incident and target', async () => {
    const { place, rule, events, now } = await troubled();
    await rule.after(0, one);
    const [notice] = place.arrived;
    expect(notice).toMatchObject({ to: 'slack U0ADMIN', text: 'An alert did not arrive: Breached: 1 ticket' });
    const said = JSON.stringify(notice?.body);
    for (const part of ['T1 is late', 'night', 'status 400', 'alerts.rules.rule', 'incident 1', '10 Nov 10:00'])
      expect(said).toContain(part);
    place.arrived.splice(0);
    // Told again with the repetition, where it is refused again: the notice is not.
    await rule.after(60, one);
    expect(place.arrived).toEqual([]);
    // What was in its way is mended.
    now.outcome = { kind: 'sent', proof: {} };
    await rule.after(60, one);
    expect(events).toEqual(['trigger']);
    await rule.after(60, worse);
    await rule.after(60, []);
    await rule.after(60, []);
    expect(events).toEqual(['trigger', 'trigger', 'resolve']);
    expect(place.arrived).toEqual([]);
  });

  test('is told to the owner of its rule too', async () => {
    const { place, rule } = await troubled();
    await place.db.run(sql`update ops.alert_rules set owner = 'p2' where tenant_id = ${place.tenantId}`);
    await rule.after(0, one);
    expect(place.arrived.map(({ to }) => to)).toEqual(['slack U0OWNER', 'slack U0ADMIN']);
  });

  test('because it became too late is told then, with what was in its way', async () => {
    const { place, rule, now } = await troubled({ repeat: 0 });
    now.outcome = { kind: 'again', reason: 'PagerDuty asked to wait' };
    await rule.settle(one);
    for (let hour = 0; hour < 25; hour++) {
      place.clock.move(3_600_000);
      place.machine.move(3_600_000);
      await rule.send();
    }
    expect(place.arrived.map(({ to }) => to)).toEqual(['slack U0ADMIN']);
    expect(JSON.stringify(place.arrived[0]?.body)).toContain('too late to send it; before: PagerDuty asked to wait');
  });

  test('is told to others where it was for the administrator', async () => {
    const place = await town(database.db, {
      now: '2026-11-10T10:00:00Z',
      carriers: {
        slack: {
          send: async ({ recipient, kind }) =>
            kind === 'alert'
              ? { ...refused, whose: 'recipient' }
              : { kind: 'sent', proof: { channel: recipient, ts: '1' } },
        },
      },
    });
    const { db, tenantId } = place;
    await db.run(sql`
      insert into ops.people (tenant_id, person_id, name, slack_user_id, role) values
        (${tenantId}, 'p1', 'Maya', 'U0ADMIN', 'admin'), (${tenantId}, 'p2', 'Noor', 'U0OTHER', 'owner')`);
    const rule = await watched(place, { to: { person: 'U0ADMIN' } });
    await rule.after(0, one);
    const notices = await db.query(sql`
      select recipient, state from ops.deliveries where tenant_id = ${tenantId} and kind = 'notice'`);
    expect(notices).toEqual([{ recipient: 'U0OTHER', state: 'sent' }]);
  });
});
