import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { town } from './town.ts';
import { type Ill, office, watched } from './watched.ts';

const database = useDatabase();

const one: Ill[] = [{ labels: { ticket: 'T1' } }];
const worse: Ill[] = [{ labels: { ticket: 'T1' }, severity: 3 }];

const steps = {
  to: { channel: 'CTEAM' },
  repeat: '4 h',
  escalate: [
    { after: '30 min', to: { person: 'U0HEAD' } },
    { after: '15 min', to: { person: 'U0LEAD' } },
  ],
};

async function escalating(settings: Record<string, unknown> = steps, now = '2026-11-10T10:00:00Z') {
  const place = await town(database.db, { now, calendars: { office } });
  const rule = await watched(place, settings);
  return { place, rule, mains: () => rule.told().filter((line) => / main /.test(line)) };
}

describe('an incident that nobody acknowledges', () => {
  test('is told to the next ones at their minutes, once, in order', async () => {
    const { rule } = await escalating();
    expect(await rule.after(0, one)).toBe('10:15');
    expect(rule.told()).toEqual(['10:00 CTEAM main Breached: 1 ticket']);
    await rule.after(14, one);
    expect(rule.told()).toEqual([]);
    expect(await rule.after(1, one)).toBe('10:30');
    expect(rule.told()).toEqual([
      '10:15 CTEAM thread Nobody has acknowledged it for 15 min: told to more people',
      '10:15 U0LEAD main Breached: 1 ticket',
      '10:15 CTEAM edit Breached: 1 ticket',
    ]);
    await rule.after(1, one);
    expect(rule.told()).toEqual([]);
    await rule.after(14, one);
    expect(rule.told()).toEqual([
      '10:30 CTEAM thread Nobody has acknowledged it for 30 min: told to more people',
      '10:30 U0LEAD thread Nobody has acknowledged it for 30 min: told to more people',
      '10:30 U0HEAD main Breached: 1 ticket',
      '10:30 CTEAM edit Breached: 1 ticket',
      '10:30 U0LEAD edit Breached: 1 ticket',
    ]);
    await rule.after(60, one);
    expect(rule.told()).toEqual([]);
    expect((await rule.history(1)).map(({ kind }) => kind)).toEqual(['opened', 'escalated', 'escalated']);
  });

  test('is told on all the same after a pause, with how long it has really been', async () => {
    const { rule } = await escalating();
    await rule.after(0, one);
    rule.told();
    await rule.after(20, one);
    expect(rule.told()).toContain('10:20 CTEAM thread Nobody has acknowledged it for 20 min: told to more people');
  });

  test('does not begin anew when more comes in', async () => {
    const { rule, mains } = await escalating();
    await rule.after(0, one);
    await rule.after(10, [...one, { labels: { ticket: 'T2' } }]);
    rule.told();
    await rule.after(5, one);
    // The second one has to be well for some time before it is left out.
    expect(mains()).toEqual(['10:15 U0LEAD main Breached: 2 tickets']);
  });

  test('is neither told twice nor forgotten by a process that dies, before it is written or after', async () => {
    const { place, rule, mains } = await escalating();
    await rule.after(0, one);
    expect(mains()).toHaveLength(1);
    place.clock.move(15 * 60_000);
    await expect(rule.settle(one, { dies: true })).rejects.toThrow('died');
    await rule.send();
    expect(rule.told()).toEqual([]);
    // Written, but the process ends before anything is sent; the next one looks again.
    await rule.settle(one);
    await rule.settle(one);
    await rule.send();
    expect(mains()).toEqual(['10:15 U0LEAD main Breached: 1 ticket']);
  });
});

describe('somebody who acknowledges it', () => {
  test('stops it', async () => {
    const { rule } = await escalating();
    await rule.after(0, one);
    await rule.after(15, one);
    await rule.act(1, 'acknowledged');
    rule.told();
    await rule.after(1, one);
    await rule.after(60, one);
    expect(rule.told().filter((line) => !/ edit /.test(line))).toEqual([]);
  });

  test('is asked again where it gets worse, and the steps begin again from then', async () => {
    const { rule, mains } = await escalating();
    await rule.after(0, one);
    await rule.after(5, one);
    await rule.act(1, 'acknowledged');
    await rule.after(20, worse);
    expect(rule.told()).toContain('10:25 CTEAM thread Worse: Breached: 1 ticket');
    await rule.after(14, worse);
    expect(mains()).toEqual([]);
    await rule.after(1, worse);
    expect(mains()).toEqual(['10:40 U0LEAD main Breached: 1 ticket']);
  });
});

describe('somebody who snoozes it', () => {
  test('stops it until then, and the steps count from the end of it', async () => {
    const { rule, mains } = await escalating();
    await rule.after(0, one);
    await rule.after(10, one);
    await rule.act(1, 'snoozed', { until: '2026-11-10T11:10:00Z' });
    rule.told();
    await rule.after(59, one);
    expect(mains()).toEqual([]);
    await rule.after(1, one);
    expect(rule.told()).toContain('11:10 CTEAM thread Still so, and nobody has acknowledged it: Breached: 1 ticket');
    await rule.after(14, one);
    expect(mains()).toEqual([]);
    await rule.after(1, one);
    expect(mains()).toEqual(['11:25 U0LEAD main Breached: 1 ticket']);
  });
});

test('a recovery ends it, and whoever was told is told so', async () => {
  const { rule } = await escalating({ ...steps, resolve_after: 0 });
  await rule.after(0, one);
  await rule.after(15, one);
  rule.told();
  await rule.after(5, []);
  expect(rule.told().toSorted()).toEqual([
    '10:20 CTEAM edit Recovered: 1 ticket',
    '10:20 CTEAM thread Recovered 10:20 after 20 min',
    '10:20 U0LEAD edit Recovered: 1 ticket',
    '10:20 U0LEAD thread Recovered 10:20 after 20 min',
  ]);
  await rule.after(60, []);
  expect(rule.told()).toEqual([]);
});

test('steps of a more urgent route are taken although those of the other one were', async () => {
  const { rule, mains } = await escalating({
    ...steps,
    routes: [
      {
        when: { severity: 'critical' },
        to: { channel: 'CURGENT' },
        escalate: [{ after: '40 min', to: { person: 'U0BOSS' } }],
      },
    ],
  });
  await rule.after(0, one);
  await rule.after(30, one);
  rule.told();
  await rule.after(1, worse);
  expect(mains()).toEqual(['10:31 CURGENT main Breached: 1 ticket']);
  await rule.after(9, worse);
  expect(mains()).toEqual(['10:40 U0BOSS main Breached: 1 ticket']);
});

test('steps that fall outside the hours of the rule are taken when these begin', async () => {
  const { rule, mains } = await escalating({ ...steps, hours: 'office' }, '2026-11-10T16:50:00Z');
  await rule.after(0, one);
  expect(mains()).toEqual(['16:50 CTEAM main Breached: 1 ticket']);
  await rule.after(30, one);
  expect(mains()).toEqual([]);
  await rule.after(15 * 60 + 40, one);
  expect(mains()).toEqual(['09:00 U0LEAD main Breached: 1 ticket', '09:00 U0HEAD main Breached: 1 ticket']);
});
