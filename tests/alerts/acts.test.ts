import { describe, expect, test } from 'vitest';
import { type Act, decideAct } from '../../src/alerts/acts.ts';
import type { Incident } from '../../src/alerts/incident.ts';
import { mayAct, type Subject } from '../../src/alerts/may-act.ts';
import type { Person } from '../../src/answers/people.ts';
import type { Named } from '../../src/answers/rights.ts';

const now = Temporal.Instant.from('2026-11-20T03:42:00Z');
const tenant = { tenantId: 1, timezone: 'Asia/Jakarta', locale: 'en' };
const actor = { id: 'slack:U1', name: 'Maya' };
const nameOf = (id: string | null) => (id === actor.id ? 'You' : id === 'slack:U2' ? 'Daniel' : 'Somebody');

const open = {
  ...{ tenantId: 1, incidentId: 42, state: 'firing', since: now.subtract({ hours: 1 }), resolvedAt: null, content: {} },
  ...{ acknowledgedAt: null, acknowledgedBy: null, assignedTo: null, snoozedUntil: null, snoozedBy: null },
} as unknown as Incident;
const acknowledged = { acknowledgedAt: now.subtract({ minutes: 5 }), acknowledgedBy: 'slack:U2' };
const snoozed = { snoozedUntil: now.add({ hours: 4 }), snoozedBy: 'slack:U2' };
const over = { state: 'resolved', resolvedAt: now.subtract({ minutes: 10 }) } as const;

const decide = (deed: Act, more: Partial<Incident> = {}) =>
  decideAct({ ...open, ...more }, deed, actor, { now, tenant, nameOf });
const snooze = (until = now.add({ hours: 4 })): Act => ({ kind: 'snooze', until });

describe('what people do with an incident', () => {
  test.each<[string, Act, Partial<Incident>, Partial<Incident>, string]>([
    [
      'acknowledge',
      { kind: 'acknowledge' },
      {},
      { acknowledgedAt: now, acknowledgedBy: 'slack:U1' },
      'acknowledged it',
    ],
    [
      'acknowledge, snoozed',
      { kind: 'acknowledge' },
      snoozed,
      { acknowledgedAt: now, snoozedUntil: null },
      'acknowledged it',
    ],
    [
      'take back',
      { kind: 'unacknowledge' },
      acknowledged,
      { acknowledgedAt: null, acknowledgedBy: null },
      'took the acknowledgement back',
    ],
    [
      'take back, assigned to another',
      { kind: 'unacknowledge' },
      { ...acknowledged, assignedTo: 'slack:U2' },
      { assignedTo: 'slack:U2' },
      'took the acknowledgement back',
    ],
    [
      'take back, assigned to themselves',
      { kind: 'unacknowledge' },
      { ...acknowledged, assignedTo: 'slack:U1' },
      { assignedTo: null },
      'took the acknowledgement back',
    ],
    ['snooze', snooze(), {}, { snoozedUntil: now.add({ hours: 4 }), snoozedBy: 'slack:U1' }, 'snoozed it until 14:42'],
    [
      'snooze over midnight',
      snooze(now.add({ hours: 20 })),
      {},
      { snoozedBy: 'slack:U1' },
      'snoozed it until 21 Nov 06:42',
    ],
    [
      'snooze for longer',
      snooze(now.add({ hours: 5 })),
      snoozed,
      { snoozedUntil: now.add({ hours: 5 }) },
      'snoozed it until 15:42',
    ],
    ['snooze what is acknowledged', snooze(), acknowledged, { snoozedBy: 'slack:U1' }, 'snoozed it until 14:42'],
    ['wake', { kind: 'wake' }, snoozed, { snoozedUntil: null, snoozedBy: null }, 'ended the snooze'],
    ['assign', { kind: 'assign' }, {}, { assignedTo: 'slack:U1', acknowledgedBy: 'slack:U1' }, 'takes care of it'],
    [
      'take over',
      { kind: 'assign' },
      { ...acknowledged, assignedTo: 'slack:U2' },
      { assignedTo: 'slack:U1' },
      'takes it over from Daniel',
    ],
    ['not useful', { kind: 'opinion', useful: false }, {}, {}, 'says it was not useful'],
    ['not useful, over', { kind: 'opinion', useful: false }, over, {}, 'says it was not useful'],
  ])('%s', (_, deed, before, change, text) => {
    const decided = decide(deed, before);
    expect(decided).toMatchObject({ change, text });
  });

  test('leaves who acknowledged first as it is when somebody else takes it on', () => {
    expect(decide({ kind: 'assign' }, acknowledged)).toMatchObject({ change: { assignedTo: 'slack:U1' } });
    expect(
      'change' in decide({ kind: 'assign' }, acknowledged) &&
        Object.keys((decide({ kind: 'assign' }, acknowledged) as { change: object }).change),
    ).toEqual(['assignedTo']);
  });

  test.each<[string, Act, Partial<Incident>, string]>([
    [
      'acknowledge twice',
      { kind: 'acknowledge' },
      acknowledged,
      'Daniel acknowledged incident 42 already: 20 Nov 10:37.',
    ],
    [
      'acknowledge twice oneself',
      { kind: 'acknowledge' },
      { ...acknowledged, acknowledgedBy: 'slack:U1' },
      'You acknowledged incident 42 already: 20 Nov 10:37.',
    ],
    ['take back what nobody has', { kind: 'unacknowledge' }, {}, 'Nobody has acknowledged incident 42.'],
    ['snooze to the same', snooze(), snoozed, 'Daniel snoozed incident 42 already, until 14:42.'],
    ['snooze until before now', snooze(now), {}, '10:42 is over already.'],
    ['wake what is awake', { kind: 'wake' }, {}, 'Incident 42 is not snoozed.'],
    ['wake after the end', { kind: 'wake' }, { ...snoozed, snoozedUntil: now }, 'Incident 42 is not snoozed.'],
    ['assign twice', { kind: 'assign' }, { ...acknowledged, assignedTo: 'slack:U1' }, 'You have incident 42 already.'],
    [
      'acknowledge what is over',
      { kind: 'acknowledge' },
      over,
      'Incident 42 is over: it recovered 20 Nov 10:32. There is nothing left to do.',
    ],
    [
      'snooze what is over',
      snooze(),
      over,
      'Incident 42 is over: it recovered 20 Nov 10:32. There is nothing left to do.',
    ],
    [
      'assign what is closed',
      { kind: 'assign' },
      { ...over, content: { ...open.content, closed: 'The rule was ended' } },
      'Incident 42 is closed since 20 Nov 10:32: The rule was ended.',
    ],
  ])('changes nothing: %s', (_, deed, before, why) => {
    expect(decide(deed, before)).toEqual({ nothing: why });
  });
});

const team = (id: string, name = id): Named => ({ source: 'crm', id, name });
type Somebody = Parameters<typeof mayAct>[0];
const as = (role: Person['role'], more: Partial<Person['rights']> = {}, own: Named[] = []): Somebody => ({
  ...{ viewer: 'slack:U1', role, own },
  rights: { all: ['owner', 'admin', 'executive'].includes(role), teams: [], operators: own, ...more },
});
const supervisor = as('supervisor', { teams: [team('t1', 'Delivery')] });
const agent = as('agent', {}, [team('op1')]);
const about = (members: Subject['members'], more: Partial<Subject> = {}): Subject => ({
  members,
  teams: [],
  maker: null,
  ...more,
});
const byHand = (owner: string, rights: Person['rights'] | null): Subject['maker'] => ({ owner, rights });
const limited = { all: false, teams: [team('t1')], operators: [] };

describe('who may act on an incident', () => {
  test.each<[string, Somebody, Subject, boolean]>([
    ['an owner on anything', as('owner'), about([{}]), true],
    ['an admin on anything', as('admin'), about([{ team: 't9' }]), true],
    ['an executive on anything', as('executive'), about([]), true],
    ['a supervisor on their team', supervisor, about([{ team: 't1' }]), true],
    ['a supervisor on their team with its source', supervisor, about([{ team: 'crm/t1' }]), true],
    ['a supervisor on a team of another source', supervisor, about([{ team: 'other/t1' }]), false],
    ['a supervisor on another team', supervisor, about([{ team: 't2' }]), false],
    ['a supervisor on several teams, one of them theirs', supervisor, about([{ team: 't2' }, { team: 't1' }]), true],
    [
      'a supervisor on an operator of theirs',
      as('supervisor', { operators: [team('op7')] }),
      about([{ operator: 'op7' }]),
      true,
    ],
    ['a supervisor on the whole company', supervisor, about([{}]), false],
    ['a supervisor on a rule cut to their team', supervisor, about([{}], { teams: ['delivery'] }), true],
    ['a supervisor on a rule cut to another team', supervisor, about([{}], { teams: ['Returns'] }), false],
    [
      'a supervisor on another team of a rule that names theirs',
      supervisor,
      about([{ team: 't2' }], { teams: ['Delivery', 'Returns'] }),
      false,
    ],
    ['a supervisor without teams', as('supervisor'), about([{ team: 't1' }]), false],
    ['an agent on their own record', agent, about([{ operator: 'op1' }]), true],
    ['an agent on their own and another’s', agent, about([{ operator: 'op1' }, { operator: 'op2' }]), false],
    ['an agent on their team', agent, about([{ team: 't1' }]), false],
    ['an agent on nothing', agent, about([]), false],
    ['the maker of a rule', agent, about([{}], { maker: byHand('slack:U1', null) }), true],
    [
      'somebody who may see all that the maker may',
      supervisor,
      about([{}], { maker: byHand('slack:U2', limited) }),
      true,
    ],
    ['somebody who may see less than the maker', agent, about([{}], { maker: byHand('slack:U2', limited) }), false],
    [
      'somebody, where the maker has lost their rights',
      supervisor,
      about([{}], { maker: byHand('slack:U2', null) }),
      false,
    ],
  ])('%s: %#', (_, person, subject, expected) => {
    expect(mayAct(person, subject).kind).toBe(expected ? 'may' : 'may not');
  });

  test('is told why they may not', () => {
    expect(mayAct(agent, about([{ team: 't1' }]))).toEqual({
      kind: 'may not',
      why: 'it is not only about your own records',
    });
    expect(mayAct(supervisor, about([{ team: 't2' }]))).toEqual({
      kind: 'may not',
      why: 'it is not about a team of yours',
    });
  });
});
