import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { paged as pagedTo, usePagingSink } from './paged.ts';
import type { Ill } from './watched.ts';

const database = useDatabase();
const sinkNow = usePagingSink();
const paged = (settings = {}) => pagedTo(database.db, sinkNow(), settings);

const one: Ill[] = [{ labels: { ticket: 'T1' } }];
const worse: Ill[] = [{ labels: { ticket: 'T1' }, severity: 3 }];

describe('an incident in PagerDuty and at a webhook', () => {
  test('is opened, acknowledged and resolved there, each once, under one key', async () => {
    const { rule, ours, hooks } = await paged();
    await rule.after(0, one);
    expect(ours()).toMatchObject([
      {
        status: 'triggered',
        entries: [
          {
            summary: 'Breached: 1 ticket · T1 is late',
            severity: 'error',
            event: {
              payload: { timestamp: '2026-11-10T10:00:00Z', class: 'kpi-threshold', component: expect.anything() },
            },
          },
        ],
      },
    ]);
    await rule.after(5, worse);
    await rule.act(1, 'acknowledged');
    await rule.after(5, [...worse, { labels: { ticket: 'T2' }, severity: 3 }]);
    await rule.after(4, worse);
    // A change that is no news goes out some seconds later.
    await rule.after(1, worse);
    await rule.after(5, []);
    expect(ours().map(({ status }) => status)).toEqual(['resolved']);
    // What changes after an acknowledgement would say the same there.
    expect(ours()[0]!.entries.map(({ action, severity }) => `${action} ${severity}`.trim())).toEqual([
      ...['trigger error', 'trigger critical', 'acknowledge', 'resolve'],
    ]);
    expect(hooks().map(({ type }) => type)).toEqual([
      'incident.opened',
      ...['incident.updated', 'incident.acknowledged', 'incident.updated'],
      'incident.resolved',
    ]);
    const told = hooks().map(({ body }) => body.incident as Record<string, unknown>);
    expect(told.at(2)).toMatchObject({
      state: 'acknowledged',
      acknowledged_by: 'Noor',
      lines: ['T1 is late', 'T2 is late'],
    });
    expect(told.at(-1)).toMatchObject({ state: 'resolved', resolved_at: '2026-11-10T10:20:00Z', severity: 'critical' });
    expect(hooks().map(({ times }) => times)).toEqual([1, 1, 1, 1, 1]);
  });

  test('that comes again is another one there', async () => {
    const { rule, place } = await paged();
    await rule.after(0, one);
    await rule.after(5, []);
    await rule.after(5, one);
    const keys = sinkNow()
      .pagerDuty.incidents.map(({ key }) => key)
      .filter((key) => key.includes(`:${place.tenant.slug}:`));
    expect(keys).toEqual([`crema:${place.tenant.slug}:1::1`, `crema:${place.tenant.slug}:1::2`]);
  });

  test('calls nobody where it is over, or somebody has it, before the page goes out', async () => {
    const { rule, ours, hooks } = await paged();
    sinkNow().failNext({ kind: 'status', status: 500, to: 'hooks' });
    await rule.settle(one);
    await rule.settle([]);
    await rule.after(1, []);
    await rule.after(1, []);
    expect(ours()).toEqual([]);
    expect(hooks().map(({ type }) => type)).toEqual(['incident.resolved']);
  });

  test('of a snoozed rule is taken up there, and open again after it', async () => {
    const { rule, ours } = await paged();
    await rule.after(0, one);
    await rule.act(1, 'snoozed', { until: '2026-11-10T11:00:00Z' });
    for (let minute = 0; minute < 2; minute++) await rule.after(1, [...one, { labels: { ticket: 'T2' } }]);
    expect(ours()[0]!.entries.map(({ action }) => action)).toEqual(['trigger', 'acknowledge']);
    await rule.after(60, one);
    expect(ours()[0]!.entries.map(({ action }) => action)).toEqual(['trigger', 'acknowledge', 'trigger']);
  });
});

describe('trouble on the way', () => {
  test('a lost answer is sent again under the same key, and opens nothing twice', async () => {
    const { rule, ours, hooks } = await paged();
    sinkNow().failNext({ kind: 'lost-answer', to: 'pagerduty' });
    sinkNow().failNext({ kind: 'lost-answer', to: 'hooks' });
    await rule.after(0, one);
    await rule.after(1, one);
    expect(ours()).toHaveLength(1);
    expect(ours()[0]!.entries).toHaveLength(2);
    expect(hooks()).toMatchObject([{ type: 'incident.opened', times: 2 }]);
  });

  test('a Retry-After is waited for', async () => {
    const { rule, ours, place } = await paged();
    sinkNow().failNext({ kind: 'too-many', retryAfterSeconds: 120, to: 'pagerduty' });
    await rule.after(0, one);
    await rule.after(1, one);
    expect(ours()).toEqual([]);
    await rule.after(1, one);
    expect(ours()).toHaveLength(1);
    expect(place.arrived).toEqual([]);
  });
});

test('keys and addresses stand in no row', async () => {
  const { place, rule } = await paged();
  await rule.after(0, one);
  const rows = await place.db.query(
    sql`select d::text as row from ops.deliveries d where tenant_id = ${place.tenantId}`,
  );
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toMatch(/0123456789abcdef0123456789abcdef|hush|127\.0\.0\.1/);
});
