import { describe, expect, test } from 'vitest';
import type { TicketEvent } from '../../src/sla/history.ts';
import { asks, type Brief, brief, created, evaluate, event, on, priority, reply, status } from './cases.ts';

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
