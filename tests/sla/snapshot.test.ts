import { describe, expect, test } from 'vitest';
import { evaluateSla } from '../../src/sla/evaluate.ts';
import { compilePolicies, defaultPolicies } from '../../src/sla/policy.ts';
import { type Assumption, deriveHistory, type TicketSnapshot } from '../../src/sla/snapshot.ts';
import { at, written } from './at.ts';

const on = (time: string) => at(`2026-11-02 ${time}`);
const base: TicketSnapshot = {
  account: null,
  createdAt: on('09:00'),
  updatedAt: on('09:50'),
  priority: 'critical',
  status: 'open',
  firstResponseAt: null,
  resolvedAt: null,
  closedAt: null,
  reopenedCount: null,
};
const policies = compilePolicies(defaultPolicies);
type Half = [state: string, minutes: number | null];

describe('a history derived from a snapshot', () => {
  test.each<[string, Partial<TicketSnapshot>, Half, Half]>([
    ['counts on where the ticket is open', { status: 'open' }, ['missed', 660], ['missed', 660]],
    ['has the first response', { firstResponseAt: on('09:30') }, ['met', 30], ['missed', 660]],
    [
      'has the resolution',
      { firstResponseAt: on('09:30'), resolvedAt: on('12:00'), status: 'resolved' },
      ['met', 30],
      ['met', 180],
    ],
    ['takes a reply before creation as given with it', { firstResponseAt: on('08:00') }, ['met', 0], ['missed', 660]],
    [
      'takes a resolution before creation as given with it',
      { resolvedAt: on('08:00'), status: 'resolved' },
      ['not-measured', 0],
      ['met', 0],
    ],
    [
      'closed without resolution is not measured for that',
      { closedAt: on('09:30'), status: 'closed' },
      ['not-measured', 30],
      ['not-measured', 30],
    ],
    ['pauses from the last update on', { status: 'pending', updatedAt: on('11:00') }, ['missed', 660], ['paused', 120]],
    [
      'pauses from creation on where it was never updated',
      { status: 'pending', updatedAt: null },
      ['missed', 660],
      ['paused', 0],
    ],
    [
      'resolved nobody knows when is not measured',
      { status: 'resolved', updatedAt: on('18:00') },
      ['not-measured', null],
      ['not-measured', null],
    ],
    [
      'cancelled nobody knows when is not measured',
      { status: 'cancelled', updatedAt: on('18:00') },
      ['not-measured', null],
      ['not-measured', null],
    ],
    [
      'resolved nobody knows when keeps its first response',
      { status: 'resolved', firstResponseAt: on('10:30') },
      ['missed', 90],
      ['not-measured', null],
    ],
    [
      'resolved nobody knows when, but closed, too',
      { status: 'resolved', closedAt: on('18:00') },
      ['not-measured', null],
      ['not-measured', null],
    ],
    [
      'with a resolution takes that for its end, whatever the status',
      { status: 'open', firstResponseAt: on('09:30'), resolvedAt: on('12:00') },
      ['met', 30],
      ['met', 180],
    ],
  ])('%s', (_what, fields, first, resolution) => {
    const history = deriveHistory({ ...base, ...fields }, { replies: true, resolutions: true });
    const sla = evaluateSla(history, policies, on('20:00'))!;
    const half = (metric: typeof sla.resolution): Half => [
      metric.state,
      metric.elapsedSeconds === null ? null : metric.elapsedSeconds / 60,
    ];
    expect([half(sla.firstResponse), half(sla.resolution)]).toEqual([first, resolution]);
  });

  test('does not measure what the source does not deliver', () => {
    const sla = evaluateSla(deriveHistory(base, { replies: false, resolutions: false }), policies, on('20:00'))!;
    expect([sla.state, sla.firstResponse.reason, sla.resolution.reason]).toEqual([
      'not-measured',
      'no-data',
      'no-data',
    ]);
  });

  test.each<[string, Partial<TicketSnapshot>, Assumption[]]>([
    ['an open ticket', {}, []],
    ['a ticket resolved once', { status: 'resolved', resolvedAt: on('12:00'), reopenedCount: 0 }, []],
    ['a reopened ticket', { status: 'resolved', resolvedAt: on('12:00'), reopenedCount: 1 }, ['one-resolution']],
    ['a ticket that ended nobody knows when', { status: 'closed' }, ['end-unknown']],
  ])('says what it assumes of %s', (_what, fields, more) => {
    const { assumptions } = deriveHistory({ ...base, ...fields }, { replies: true, resolutions: true });
    expect(assumptions).toEqual(['latest-priority', 'no-pauses', ...more]);
  });
});

// The kind of row a CRM exports: four priorities, the CRM's own flag beside them, worked out by hand.
test.each([
  ['critical', '2024-01-05 08:00', '2024-01-05 08:45', '2024-01-05 12:30', 'missed', '2024-01-05 12:00'],
  ['high', '2024-01-06 09:15', '2024-01-06 11:30', '2024-01-07 14:00', 'missed', '2024-01-06 11:15'],
  ['medium', '2024-01-07 10:30', '2024-01-07 14:15', '2024-01-09 16:45', 'met', '2024-01-09 16:45'],
  ['low', '2024-01-08 13:00', '2024-01-08 15:45', null, 'pending', null],
])('a %s ticket of %s', (priority, createdAt, firstResponseAt, resolvedAt, state, decided) => {
  const snapshot = {
    ...base,
    priority,
    createdAt: at(createdAt),
    updatedAt: null,
    status: resolvedAt ? 'resolved' : 'open',
    firstResponseAt: at(firstResponseAt),
    resolvedAt: resolvedAt ? at(resolvedAt) : null,
  };
  const history = deriveHistory(snapshot, { replies: true, resolutions: true });
  const sla = evaluateSla(history, policies, at('2024-01-10 00:00'))!;
  expect([sla.state, written(sla.decidedAt)]).toEqual([state, decided]);
});
