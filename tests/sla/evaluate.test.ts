import { describe, expect, test } from 'vitest';
import { evaluateSla } from '../../src/sla/evaluate.ts';
import { type Delivered, orderEvents, type TicketEvent } from '../../src/sla/history.ts';
import { compilePolicies, defaultPolicies, type Policies, type PolicyVersion } from '../../src/sla/policy.ts';
import { breachesBy, isAtRisk } from '../../src/sla/risk.ts';
import type { MetricSla, TicketSla } from '../../src/sla/ticket-sla.ts';
import { at, written } from './at.ts';

/** All on Monday 2026-11-02 unless a date is given. */
const on = (time: string) => at(time.includes('-') ? time : `2026-11-02 ${time}`);
const created = (priority: string | null, time = '09:00', status: string | null = 'new'): TicketEvent => ({
  kind: 'created',
  at: on(time),
  priority,
  status,
});
const status = (value: string | null, time: string): TicketEvent => ({ kind: 'status', at: on(time), new: value });
const priority = (value: string | null, time: string): TicketEvent => ({ kind: 'priority', at: on(time), new: value });
const reply = (time: string, automatic = false): TicketEvent => ({ kind: 'public_reply', at: on(time), automatic });
const asks = (time: string, automatic = false): TicketEvent => ({ kind: 'customer_reply', at: on(time), automatic });
type Plain = 'resolved' | 'closed' | 'reopened' | 'internal_note';
const event = (kind: Plain, time: string): TicketEvent => ({ kind, at: on(time) });

const everything: Delivered = { replies: true, customerReplies: true, resolutions: true };
const evaluate = (
  events: TicketEvent[],
  asOf: string,
  { policies = defaultPolicies, delivered = everything, account = null as string | null } = {},
): TicketSla => evaluateSla({ account, events, delivered }, compilePolicies(policies), on(asOf))!;

/** The part of a result that tests spell out: state, elapsed minutes, due or breached. */
const brief = ({ state, elapsedSeconds, dueAt, breachedAt }: MetricSla) => [
  state,
  elapsedSeconds === null ? null : elapsedSeconds / 60,
  written(dueAt ?? breachedAt)?.replace('2026-11-02 ', '') ?? null,
];
type Brief = ReturnType<typeof brief>;

// Default targets: critical 1 h / 4 h, high 2 h / 24 h, medium 4 h / 72 h, low 8 h / 120 h; pending pauses resolution.
describe('first response', () => {
  test.each<[string, TicketEvent[], string, Brief]>([
    ['is due its target after creation', [created('critical')], '09:20', ['pending', 20, '10:00']],
    [
      'is pending a moment before the target passes',
      [created('critical')],
      '09:59:59.999',
      ['pending', 59.99998333333333, '10:00'],
    ],
    ['is missed from the moment the target passes', [created('critical')], '10:00', ['missed', 60, '10:00']],
    ['goes on counting when missed', [created('critical')], '11:30', ['missed', 150, '10:00']],
    ['is met by a reply in time', [created('critical'), reply('09:40')], '12:00', ['met', 40, null]],
    ['is met by a reply at the due time', [created('critical'), reply('10:00')], '12:00', ['met', 60, null]],
    [
      'is missed by a reply a moment later',
      [created('critical'), reply('10:00:00.001')],
      '12:00',
      ['missed', 60.000016666666667, '10:00'],
    ],
    ['does not see what comes later', [created('critical'), reply('09:40')], '09:39', ['pending', 39, '10:00']],
    [
      'is not given by a bot or auto-reply',
      [created('critical'), reply('09:01', true)],
      '09:30',
      ['pending', 30, '10:00'],
    ],
    [
      'is not given by an internal note',
      [created('critical'), event('internal_note', '09:01')],
      '09:30',
      ['pending', 30, '10:00'],
    ],
    ['is not given by the customer', [created('critical'), asks('09:10')], '09:30', ['pending', 30, '10:00']],
    [
      'takes a tighter target and keeps the time',
      [created('low'), priority('critical', '09:30')],
      '09:40',
      ['pending', 40, '10:00'],
    ],
    [
      'is missed at once by a target that has already passed',
      [created('low'), priority('critical', '10:30')],
      '10:40',
      ['missed', 100, '10:30'],
    ],
    [
      'takes a looser target and keeps the time',
      [created('critical'), priority('low', '09:30')],
      '11:00',
      ['pending', 120, '17:00'],
    ],
    [
      'stays missed whatever the priority becomes',
      [created('critical'), priority('low', '10:01')],
      '11:00',
      ['missed', 120, '10:00'],
    ],
    [
      'stays met whatever the priority becomes',
      [created('low'), reply('12:00'), priority('critical', '13:00')],
      '14:00',
      ['met', 180, null],
    ],
    [
      'is held to a priority given with the reply',
      [created('low'), reply('12:00'), priority('critical', '12:00')],
      '14:00',
      ['missed', 180, '12:00'],
    ],
    [
      'is not paused by the statuses of resolution',
      [created('critical'), status('pending', '09:10')],
      '09:40',
      ['pending', 40, '10:00'],
    ],
    ['without a priority is not measured', [created(null)], '20:00', ['not-measured', 660, null]],
    ['with an unmapped priority is not measured', [created('unmapped')], '20:00', ['not-measured', 660, null]],
    ['is no property of objects', [created('constructor')], '20:00', ['not-measured', 660, null]],
    [
      'is measured from creation once there is a priority',
      [created(null), priority('high', '10:00')],
      '10:30',
      ['pending', 90, '11:00'],
    ],
    [
      'is not measured when the ticket ends before its target',
      [created('critical'), event('resolved', '09:30')],
      '12:00',
      ['not-measured', 30, null],
    ],
    [
      'is given by a reply in the moment of resolution',
      [created('critical'), event('resolved', '09:30'), reply('09:30')],
      '12:00',
      ['met', 30, null],
    ],
    [
      'stays missed when the ticket ends after its target',
      [created('critical'), event('closed', '10:30')],
      '12:00',
      ['missed', 90, '10:00'],
    ],
    [
      'resumes when the ticket is reopened',
      [created('critical'), event('resolved', '09:30'), event('reopened', '11:00')],
      '11:10',
      ['pending', 40, '11:30'],
    ],
    [
      'is not changed by assignee and team',
      [
        created('critical'),
        { kind: 'assignee', at: on('09:10'), new: '7' },
        { kind: 'team', at: on('09:20'), new: '2' },
      ],
      '09:40',
      ['pending', 40, '10:00'],
    ],
  ])('%s', (_what, events, asOf, expected) => {
    expect(brief(evaluate(events, asOf).firstResponse)).toEqual(expected);
  });
});

describe('resolution', () => {
  const waiting = [created('critical'), status('pending', '10:00')];
  test.each<[string, TicketEvent[], string, Brief]>([
    ['is due its target after creation', [created('critical')], '10:00', ['pending', 60, '13:00']],
    ['is missed while the ticket is open', [created('critical')], '13:00', ['missed', 240, '13:00']],
    ['is met in time', [created('critical'), event('resolved', '12:00')], '20:00', ['met', 180, null]],
    [
      'is met by a status of that name',
      [created('critical'), status('resolved', '12:00')],
      '20:00',
      ['met', 180, null],
    ],
    [
      'counts once when both say it',
      [created('critical'), status('resolved', '12:00'), event('resolved', '12:05')],
      '20:00',
      ['met', 180, null],
    ],
    [
      'stays met when the ticket is then closed',
      [created('critical'), event('resolved', '12:00'), event('closed', '15:00')],
      '20:00',
      ['met', 180, null],
    ],
    ['has no due time while paused', waiting, '11:00', ['paused', 60, null]],
    ['cannot be missed while paused', waiting, '23:00', ['paused', 60, null]],
    ['goes on after the pause', [...waiting, status('open', '12:00')], '12:30', ['pending', 90, '15:00']],
    ['is met from a pause', [...waiting, event('resolved', '23:00')], '23:30', ['met', 60, null]],
    [
      'is not paused on hold, which is ours',
      [created('critical'), status('on-hold', '10:00')],
      '11:00',
      ['pending', 120, '13:00'],
    ],
    [
      'is missed when the target passes as a pause begins',
      [created('critical'), status('pending', '13:00')],
      '14:00',
      ['missed', 240, '13:00'],
    ],
    [
      'is missed in a pause by a new target that has passed',
      [created('high'), status('pending', '14:00'), priority('critical', '15:00')],
      '16:00',
      ['missed', 300, '15:00'],
    ],
    ['waits from the start', [created('critical', '09:00', 'pending')], '20:00', ['paused', 0, null]],
    [
      'resumes on reopening',
      [created('critical'), event('resolved', '10:00'), event('reopened', '15:00')],
      '15:30',
      ['pending', 90, '18:00'],
    ],
    [
      'resumes by an open status',
      [created('critical'), event('resolved', '10:00'), status('open', '15:00')],
      '15:30',
      ['pending', 90, '18:00'],
    ],
    [
      'resumes into a pause',
      [created('critical'), event('resolved', '10:00'), status('pending', '15:00'), event('reopened', '15:00')],
      '15:30',
      ['paused', 60, null],
    ],
    [
      'is met after reopening',
      [created('critical'), event('resolved', '10:00'), event('reopened', '15:00'), event('resolved', '16:00')],
      '20:00',
      ['met', 120, null],
    ],
    [
      'is missed after reopening',
      [created('critical'), event('resolved', '10:00'), event('reopened', '15:00'), event('resolved', '18:30')],
      '20:00',
      ['missed', 270, '18:00'],
    ],
    [
      'stays missed when resolved after all',
      [created('critical'), event('resolved', '14:00')],
      '20:00',
      ['missed', 300, '13:00'],
    ],
    [
      'stays missed when reopened and resolved again',
      [created('critical'), event('resolved', '14:00'), event('reopened', '15:00'), event('resolved', '15:30')],
      '20:00',
      ['missed', 330, '13:00'],
    ],
    [
      'meets the target that came while it was resolved on reopening',
      [created('high'), event('resolved', '14:00'), priority('critical', '14:30'), event('reopened', '15:00')],
      '16:00',
      ['missed', 360, '15:00'],
    ],
    [
      'is judged by the priority of its time',
      [created('high'), event('resolved', '14:00'), priority('critical', '14:30')],
      '16:00',
      ['met', 300, null],
    ],
    [
      'of a case closed without it is not measured',
      [created('critical'), event('closed', '10:00')],
      '20:00',
      ['not-measured', 60, null],
    ],
    [
      'of a cancelled case is not measured',
      [created('critical'), status('cancelled', '10:00')],
      '20:00',
      ['not-measured', 60, null],
    ],
    [
      'stays missed when the case is closed without it',
      [created('critical'), event('closed', '14:00')],
      '20:00',
      ['missed', 300, '13:00'],
    ],
    [
      'is not measured again after a closed case was reopened and closed',
      [created('critical'), event('closed', '10:00'), event('reopened', '11:00'), event('closed', '12:00')],
      '20:00',
      ['not-measured', 120, null],
    ],
    [
      'is known when it comes after the closing, without its time',
      [created('critical'), event('closed', '10:00'), event('resolved', '18:00')],
      '20:00',
      ['met', 60, null],
    ],
    [
      'is not undone by a status without a meaning',
      [created('critical'), event('resolved', '10:00'), status('unmapped', '11:00')],
      '20:00',
      ['met', 60, null],
    ],
    [
      'is not touched by reopening what is open',
      [created('critical'), status('pending', '10:00'), event('reopened', '11:00')],
      '20:00',
      ['paused', 60, null],
    ],
  ])('%s', (_what, events, asOf, expected) => {
    expect(brief(evaluate(events, asOf).resolution)).toEqual(expected);
  });

  test('paused, keeps what remains of its target', () => {
    const { resolution } = evaluate(waiting, '11:00');
    expect(resolution).toMatchObject({ targetSeconds: 4 * 3600, remainingSeconds: 3 * 3600, dueAt: null });
  });

  test('keeps the target and the instant that decided, and when it was fulfilled', () => {
    const events = [created('critical'), event('resolved', '14:00'), priority('low', '14:30')];
    expect(evaluate(events, '20:00').resolution).toMatchObject({
      targetSeconds: 4 * 3600,
      breachedAt: on('13:00'),
      decidedAt: on('13:00'),
      fulfilledAt: on('14:00'),
      remainingSeconds: null,
    });
  });
});

describe('next response', () => {
  const targets: Policies = {
    standard: [
      {
        ...defaultPolicies.standard[0]!,
        targets: { nextResponse: { critical: 1800 } },
        pausing: { nextResponse: ['on-hold'] },
      },
    ],
  };
  const answered = [created('critical'), reply('09:10')];
  test.each<[string, TicketEvent[], string, Brief[]]>([
    ['has no cycle until the customer writes again', answered, '12:00', []],
    ['has none before the first response', [created('critical'), asks('09:05')], '12:00', []],
    ['is due its target after the question', [...answered, asks('10:00')], '10:10', [['pending', 10, '10:30']]],
    [
      'counts from the oldest unanswered question',
      [...answered, asks('10:00'), asks('10:20')],
      '10:25',
      [['pending', 25, '10:30']],
    ],
    ['is met by a reply', [...answered, asks('10:00'), reply('10:20')], '12:00', [['met', 20, null]]],
    ['is not met by a bot', [...answered, asks('10:00'), reply('10:20', true)], '10:25', [['pending', 25, '10:30']]],
    ['is not asked for by an auto-reply', [...answered, asks('10:00', true)], '12:00', []],
    [
      'is missed when the target passes',
      [...answered, asks('10:00'), reply('10:40')],
      '12:00',
      [['missed', 40, '10:30']],
    ],
    [
      'begins anew with every question after a reply',
      [...answered, asks('10:00'), reply('10:40'), reply('10:50'), asks('11:00'), reply('11:05'), asks('12:00')],
      '12:05',
      [
        ['missed', 40, '10:30'],
        ['met', 5, null],
        ['pending', 5, '12:30'],
      ],
    ],
    [
      'pauses in its own statuses',
      [...answered, asks('10:00'), status('on-hold', '10:10')],
      '12:00',
      [['paused', 10, null]],
    ],
    [
      'is not measured when the ticket ends first',
      [...answered, asks('10:00'), event('resolved', '10:10')],
      '12:00',
      [['not-measured', 10, null]],
    ],
    [
      'is not asked for by a thank-you after the end',
      [...answered, event('resolved', '10:00'), asks('10:05'), reply('10:06')],
      '12:00',
      [],
    ],
    [
      'begins with the reopening that a question led to',
      [...answered, event('resolved', '10:00'), asks('10:05'), event('reopened', '10:07')],
      '10:17',
      [['pending', 10, '10:37']],
    ],
    [
      'does not begin with a reopening nobody asked for',
      [...answered, event('resolved', '10:00'), asks('10:05'), reply('10:06'), event('reopened', '10:07')],
      '10:17',
      [],
    ],
  ])('%s', (_what, events, asOf, expected) => {
    const { nextResponse } = evaluate(events, asOf, { policies: targets });
    expect(nextResponse.map(brief)).toEqual(expected);
    expect(nextResponse.map(({ cycle }) => cycle)).toEqual(expected.map((_, index) => index + 1));
  });

  test('has cycles but is not measured where the policy has no target, as by default', () => {
    const { nextResponse } = evaluate([...answered, asks('10:00')], '12:00');
    expect(nextResponse).toMatchObject([{ state: 'not-measured', reason: 'no-target', elapsedSeconds: 7200 }]);
  });
});

describe('a ticket', () => {
  const noReplies = { ...everything, replies: false };
  const nothing = { replies: false, customerReplies: false, resolutions: false };
  test.each<[string, TicketEvent[], Delivered, TicketSla['state'], string | null]>([
    [
      'is met when both halves are, from the later one on',
      [created('critical'), reply('09:10'), event('resolved', '12:00')],
      everything,
      'met',
      '12:00',
    ],
    [
      'is met from the reply on where that comes last',
      [created('critical'), event('resolved', '09:05'), reply('09:10')],
      everything,
      'met',
      '09:10',
    ],
    ['is pending while one half is', [created('high'), reply('09:10')], everything, 'pending', null],
    [
      'is pending while one half is paused',
      [created('high'), reply('09:10'), status('pending', '10:00')],
      everything,
      'pending',
      null,
    ],
    [
      'is missed with its first response',
      [created('critical'), reply('10:10'), event('resolved', '12:00')],
      everything,
      'missed',
      '10:00',
    ],
    [
      'is missed with its resolution',
      [created('critical'), reply('09:10'), event('resolved', '13:10')],
      everything,
      'missed',
      '13:00',
    ],
    ['is missed from the first breach on', [created('critical')], everything, 'missed', '10:00'],
    [
      'is judged by its resolution where replies are not delivered',
      [created('critical'), event('resolved', '12:00')],
      noReplies,
      'met',
      '12:00',
    ],
    [
      'is judged by its resolution when it ended without a reply',
      [created('critical'), event('resolved', '09:30')],
      everything,
      'met',
      '09:30',
    ],
    [
      'is judged by its first response when closed without resolution, from then on',
      [created('critical'), reply('09:10'), event('closed', '12:00')],
      everything,
      'met',
      '12:00',
    ],
    [
      'closed before anything was due is not measured',
      [created('critical'), event('closed', '09:30')],
      everything,
      'not-measured',
      null,
    ],
    [
      'of which nothing is delivered is not measured, never missed',
      [created('critical')],
      nothing,
      'not-measured',
      null,
    ],
    ['without a priority is not measured', [created(null)], everything, 'not-measured', null],
  ])('%s', (_what, events, delivered, state, decided) => {
    const sla = evaluate(events, '20:00', { delivered });
    expect([sla.state, written(sla.decidedAt)]).toEqual([state, decided && `2026-11-02 ${decided}`]);
  });

  test('of which nothing is delivered says so', () => {
    const { firstResponse, resolution, nextResponse } = evaluate([created('critical')], '20:00', {
      delivered: nothing,
    });
    expect(firstResponse).toMatchObject({ reason: 'no-data', elapsedSeconds: null, dueAt: null });
    expect(resolution).toMatchObject({ reason: 'no-data', elapsedSeconds: null, dueAt: null });
    expect(nextResponse).toEqual([]);
  });

  test('does not exist before its creation', () => {
    const history = { account: null, events: [created('high')], delivered: everything };
    expect(evaluateSla(history, compilePolicies(defaultPolicies), on('08:59'))).toBeNull();
  });

  test('is looked at again at its earliest due time', () => {
    expect(written(evaluate([created('critical')], '09:30').nextDueAt)).toBe('2026-11-02 10:00');
    expect(written(evaluate([created('critical')], '11:00').nextDueAt)).toBe('2026-11-02 13:00');
    expect(evaluate([created('critical')], '13:00').nextDueAt).toBeNull();
  });

  test('has its events in order', () => {
    expect(() => evaluate([reply('09:10')], '20:00')).toThrow('the first event of a ticket is its creation');
    expect(() => evaluate([created('high'), reply('09:20'), reply('09:10')], '20:00')).toThrow('in order of time');
    const events = orderEvents([reply('09:20'), asks('08:00'), created('high'), event('resolved', '09:10')]);
    expect(events.map(({ kind, at }) => [kind, written(at)?.slice(-5)])).toEqual([
      ['created', '09:00'],
      ['customer_reply', '09:00'],
      ['resolved', '09:10'],
      ['public_reply', '09:20'],
    ]);
    expect(() => orderEvents([created('high'), created('low')])).toThrow('a ticket is created once, not 2 times');
  });
});

describe('policies', () => {
  const version = (from: string | null, hours: number, extra: Partial<PolicyVersion> = {}): PolicyVersion => ({
    ...defaultPolicies.standard[0]!,
    validFrom: from === null ? Number.NEGATIVE_INFINITY : on(from),
    targets: { firstResponse: { high: hours * 3600 } },
    ...extra,
  });
  const office = {
    timezone: 'Europe/Berlin',
    hours: { mon: [{ from: '09:00', to: '17:00' }], tue: [{ from: '09:00', to: '17:00' }] },
  };
  const first = (policies: Policies, asOf: string, account: string | null = null, events = [created('high')]) =>
    brief(evaluate(events, asOf, { policies, account }).firstResponse);

  test('hold for their account, the standard one for the others', () => {
    const policies = { standard: [version(null, 2)], accounts: { acme: [version(null, 1)] } };
    expect(first(policies, '09:30', 'acme')).toEqual(['pending', 30, '10:00']);
    expect(first(policies, '09:30', 'other')).toEqual(['pending', 30, '11:00']);
    expect(first(policies, '09:30', 'constructor')).toEqual(['pending', 30, '11:00']);
  });

  test('act on open tickets from their instant on, as a new priority does', () => {
    const tighter = { standard: [version('12:00', 1), version(null, 4)] };
    expect(first(tighter, '11:59')).toEqual(['pending', 179, '12:00']);
    expect(first(tighter, '12:00')).toEqual(['missed', 180, '12:00']);
    const looser = { standard: [version(null, 4), version('12:00', 8)] };
    expect(first(looser, '10:00')).toEqual(['pending', 60, '17:00']);
    expect(first(looser, '14:00')).toEqual(['pending', 300, '17:00']);
    const tooLate = { standard: [version(null, 2), version('12:00', 8)] };
    expect(first(tooLate, '14:00')).toEqual(['missed', 300, '11:00']);
  });

  test('change the calendar for the time to come', () => {
    // 15:00 in Berlin is 14:00 UTC: two hours around the clock, then two of the day and the rest of the next.
    const policies = { standard: [version(null, 6), version('14:00', 6, { calendar: office })] };
    const events = [created('high', '12:00')];
    expect(first(policies, '15:00', null, events)).toEqual(['pending', 180, '2026-11-03 10:00']);
    expect(first(policies, '23:00', null, events)).toEqual(['pending', 240, '2026-11-03 10:00']);
  });

  test('of an account begin where it has one of its own; nothing is measured before the first', () => {
    const policies = { standard: [version('09:30', 2)], accounts: { acme: [version('10:00', 3)] } };
    expect(first(policies, '09:20', 'acme')).toEqual(['not-measured', 0, null]);
    expect(first(policies, '09:40', 'acme')).toEqual(['pending', 10, '12:30']);
    expect(first(policies, '09:40')).toEqual(['pending', 10, '11:30']);
  });

  test('may have no open time to come: pending without a due time', () => {
    const policies = { standard: [version(null, 2, { calendar: { timezone: 'UTC', hours: {} } })] };
    expect(first(policies, '20:00')).toEqual(['pending', 0, null]);
  });

  test('are refused with two versions of one instant, a target that is none, or no instant', () => {
    const compile = (...standard: PolicyVersion[]) => compilePolicies({ standard });
    expect(() => compile(version('12:00', 1), version('12:00', 2))).toThrow('two versions valid from the same instant');
    expect(() => compile(version(null, 0))).toThrow('a target that is no whole number of seconds above 0: 0');
    expect(() => compile(version(null, 1 / 7200))).toThrow('0.5');
    expect(() => compile(version(null, 1, { validFrom: Number.NaN }))).toThrow('no instant it is valid from');
  });
});

describe('at risk', () => {
  test.each<[string, TicketEvent[], string, number | undefined, boolean]>([
    ['with more than a quarter left is not', [created('high')], '10:29:59', undefined, false],
    ['with a quarter of the target left is', [created('high')], '10:30', undefined, true],
    ['with less left than it took recently is', [created('high')], '09:50', 4200, true],
    ['once missed is no longer', [created('high')], '11:00', undefined, false],
    ['once met is not', [created('high'), reply('10:50')], '10:55', undefined, false],
  ])('a first response %s', (_what, events, asOf, medianSeconds, expected) => {
    const { firstResponse } = evaluate(events, asOf);
    const thresholds = medianSeconds === undefined ? undefined : { share: 0.25, seconds: 900, medianSeconds };
    expect(isAtRisk(firstResponse, thresholds)).toBe(expected);
  });

  test('with fifteen minutes left is, however small a share', () => {
    const { firstResponse } = evaluate([created('critical')], '09:45');
    expect(isAtRisk(firstResponse, { share: 0.1, seconds: 900 })).toBe(true);
    expect(isAtRisk(firstResponse, { share: 0.1, seconds: 899 })).toBe(false);
  });

  test('is no clock that is paused', () => {
    const { resolution } = evaluate([created('critical'), status('pending', '12:59')], '14:00');
    expect([resolution.state, resolution.remainingSeconds, isAtRisk(resolution)]).toEqual(['paused', 60, false]);
  });
});

test('predicted breaches are the due times up to an instant, soonest first', () => {
  const sla = evaluate([created('critical')], '09:30');
  const within = (until: string) => breachesBy(sla, on(until)).map(({ metric }) => metric);
  expect(within('09:59')).toEqual([]);
  expect(within('10:00')).toEqual(['firstResponse']);
  expect(within('13:00')).toEqual(['firstResponse', 'resolution']);
});
