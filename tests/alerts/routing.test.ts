import { describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { town } from './town.ts';
import { type Ill, office, watched } from './watched.ts';

const database = useDatabase();
const channel = (id: string) => ({ channel: id });

/** A ticket of a team, by the team's id and name. */
const ticket = (id: string, labels: Record<string, string> = {}, more: Partial<Ill> = {}): Ill => ({
  ...{ labels: { ticket: id }, about: labels },
  ...more,
});

const routes = [
  { when: { team: 'Delivery', priority: ['high', 'urgent'] }, to: channel('CURGENT') },
  { when: { team: 'Delivery' }, to: channel('CDELIVERY') },
  { when: { account: '77' }, to: channel('CACCOUNT') },
];

async function routed(ill: Ill): Promise<string[]> {
  const place = await town(database.db, { now: '2026-11-10T10:00:00Z' });
  const rule = await watched(place, { routes, to: channel('CREST') });
  await rule.after(0, [ill]);
  return rule.told();
}

describe('where an incident goes', () => {
  const names = { team: 'Delivery' };
  test.each([
    ['by team and priority', { team: 'crm/4', priority: 'high' }, 'CURGENT'],
    ['by the first route that holds', { team: 'crm/4', priority: 'low' }, 'CDELIVERY'],
    ['by an account’s id behind its source', { team: 'crm/5', account: 'crm/77' }, 'CACCOUNT'],
    ['to the rest', { team: 'crm/5', account: 'crm/177' }, 'CREST'],
  ])('is told %s', async (_, about, to) => {
    const named = about.team === 'crm/4' ? { names } : {};
    expect(await routed(ticket('T1', about, named))).toEqual([`10:00 ${to} main Breached: 1 ticket`]);
  });

  test('makes an incident of its own for each set of labels that routes look at', async () => {
    const place = await town(database.db, { now: '2026-11-10T10:00:00Z' });
    const rule = await watched(place, {
      routes: [{ when: { team: 'a' }, to: channel('CTEAMA') }],
      to: channel('CREST'),
    });
    await rule.after(0, [ticket('T1', { team: 'a' }), ticket('T2', { team: 'b' }), ticket('T3', { team: 'a' })]);
    expect(rule.told()).toEqual(['10:00 CTEAMA main Breached: 2 tickets', '10:00 CREST main Breached: 1 ticket']);
  });
});

describe('by how bad it is', () => {
  const page = {
    routes: [{ when: { severity: 'critical' }, to: ['night', channel('C0ALERTS')] }],
    to: channel('C0ALERTS'),
  };
  const targets = { night: { webhook: 'https://example.com/hook', secret: 'x' } } as never;

  test('who is told of what is critical is told when it becomes so, and nobody twice', async () => {
    const place = await town(database.db, { now: '2026-11-10T10:00:00Z', targets });
    const rule = await watched(place, page);
    await rule.after(0, [ticket('T1')]);
    expect(rule.told()).toEqual(['10:00 C0ALERTS main Breached: 1 ticket']);
    await rule.after(5, [ticket('T1', {}, { severity: 3 })]);
    expect(rule.told()).toEqual([
      '10:05 C0ALERTS thread Worse: Breached: 1 ticket',
      '10:05 webhook night main incident.opened Breached: 1 ticket',
      '10:05 C0ALERTS edit Breached: 1 ticket',
    ]);
    // Where it has been told it stays told, also when it gets better and worse again.
    await rule.after(5, [ticket('T1')]);
    await rule.after(5, [ticket('T1', {}, { severity: 3 })]);
    expect(rule.told().filter((line) => / main /.test(line))).toEqual([]);
    await rule.after(5, []);
    await rule.after(10, []);
    expect(rule.told()).toEqual([
      '10:30 C0ALERTS thread Recovered 10:20 after 20 min',
      expect.stringMatching(/10:30 .* edit/),
      expect.stringMatching(/10:30 .* edit/),
    ]);
  });
});

describe('by office hours', () => {
  const hours = {
    routes: [
      { when: { open: 'office' }, to: channel('CDAY') },
      { when: { closed: 'office' }, to: channel('CNIGHT') },
    ],
  };

  test('the hours of the moment it is told first hold for it until its end', async () => {
    const place = await town(database.db, { now: '2026-11-10T16:50:00Z', calendars: { office } });
    const rule = await watched(place, {
      ...hours,
      routes: [{ ...hours.routes[0], escalate: [{ after: '30 min', to: channel('CDAYLEAD') }] }, hours.routes[1]],
    });
    await rule.after(0, [ticket('T1')]);
    expect(rule.told()).toEqual(['16:50 CDAY main Breached: 1 ticket']);
    // It is closed by now; the step of the route it was told by is taken.
    await rule.after(30, [ticket('T1')]);
    expect(rule.told().filter((line) => / main /.test(line))).toEqual(['17:20 CDAYLEAD main Breached: 1 ticket']);
    await rule.after(1, []);
    await rule.after(10, []);
    rule.told();
    await rule.after(10, [ticket('T2')]);
    expect(rule.told()).toEqual(['17:41 CNIGHT main Breached: 1 ticket']);
  });

  test('outside the hours of a rule nobody is told until they begin, with the true time', async () => {
    const targets = { hook: { webhook: 'https://example.com/hook', secret: 'x' } };
    const night = await town(database.db, {
      now: '2026-11-10T18:00:00Z',
      targets: targets as never,
      calendars: { office: office },
    });
    const rule = await watched(night, {
      hours: 'office',
      to: 'hook',
      escalate: [{ after: '15 min', to: channel('CLEAD') }],
    });
    expect(await rule.after(0, [ticket('T1')])).toBe('09:00');
    await rule.after(14 * 60 + 59, [ticket('T1')]);
    expect(rule.told()).toEqual([]);
    expect(await rule.after(1, [ticket('T1')])).toBe('09:15');
    const [arrived] = night.arrived;
    expect(JSON.parse(String(arrived?.body.hook)).incident).toMatchObject({
      since: '2026-11-10T18:00:00Z',
      state: 'open',
    });
    expect(rule.told()).toEqual(['09:00 webhook hook main incident.opened Breached: 1 ticket']);
    // Nobody could have acknowledged it in the night.
    await rule.after(14, [ticket('T1')]);
    expect(rule.told()).toEqual([]);
    await rule.after(1, [ticket('T1')]);
    expect(rule.told()).toContain('09:15 CLEAD main Breached: 1 ticket');
  });

  test('what was over before they begin is told to nobody', async () => {
    const place = await town(database.db, { now: '2026-11-10T18:00:00Z', calendars: { office: office } });
    const rule = await watched(place, { hours: 'office', resolve_after: 0 });
    await rule.after(0, [ticket('T1')]);
    await rule.after(60, []);
    await rule.after(14 * 60, []);
    expect(rule.told()).toEqual([]);
    expect(await rule.incident(1)).toBeUndefined();
  });
});

test('a ticket that goes to another team is told there, and its old incident says where it went', async () => {
  const place = await town(database.db, { now: '2026-11-10T10:00:00Z' });
  const byTeam = ['a', 'b'].map((team) => ({ when: { team }, to: channel(`CTEAM${team.toUpperCase()}`) }));
  const rule = await watched(place, { routes: byTeam, to: channel('CREST') });
  await rule.after(0, [ticket('T1', { team: 'a' })]);
  expect(rule.told()).toEqual(['10:00 CTEAMA main Breached: 1 ticket']);
  await rule.after(20, [ticket('T1', { team: 'b' })]);
  expect(rule.told()).toEqual([
    '10:20 CTEAMB main Breached: 1 ticket',
    '10:20 CTEAMA thread Told as incident 2 from 10:20 on, after 20 min',
    '10:20 CTEAMA edit Moved: 1 ticket',
  ]);
  const moved = (await rule.incident(2))!;
  expect(moved.since.toString()).toBe('2026-11-10T10:00:00Z');
  await rule.after(1, []);
  await rule.after(10, []);
  expect(rule.told()).toEqual([
    '10:31 CTEAMB thread Recovered 10:21 after 21 min',
    '10:31 CTEAMB edit Recovered: 1 ticket',
  ]);
});
