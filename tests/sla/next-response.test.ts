import { describe, expect, test } from 'vitest';
import type { TicketEvent } from '../../src/sla/history.ts';
import { defaultPolicies, type Policies } from '../../src/sla/policy.ts';
import { asks, type Brief, brief, created, evaluate, event, reply, status } from './cases.ts';

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
