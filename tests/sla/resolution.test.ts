import { describe, expect, test } from 'vitest';
import type { TicketEvent } from '../../src/sla/history.ts';
import { type Brief, brief, created, evaluate, event, on, priority, status } from './cases.ts';

// Default target of a critical ticket: 4 h; pending pauses.
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
