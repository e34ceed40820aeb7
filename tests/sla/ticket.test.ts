import { describe, expect, test } from 'vitest';
import { evaluateSla } from '../../src/sla/evaluate.ts';
import { type Delivered, orderEvents, type TicketEvent } from '../../src/sla/history.ts';
import { compilePolicies, defaultPolicies } from '../../src/sla/policy.ts';
import type { TicketSla } from '../../src/sla/ticket-sla.ts';
import { written } from './at.ts';
import { asks, created, evaluate, event, everything, on, reply, status } from './cases.ts';

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
      'is met from its end on, whenever a reply comes after that',
      [created('critical'), event('resolved', '09:05'), reply('09:10')],
      everything,
      'met',
      '09:05',
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
