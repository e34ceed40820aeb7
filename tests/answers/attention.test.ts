import { describe, expect, test } from 'vitest';
import { attentionLines, attentionSentence } from '../../src/answers/attention.ts';
import type { Attention, Freshness } from '../../src/domain/kpi-result.ts';

const ticket: Attention['first'][number] = {
  ...{ id: 'T-1', priority: 'critical', operator: 'Kim Tan', team: 'Delivery' },
  half: 'first-response',
  dueAt: '2026-11-16T01:39:00Z',
};
const attention = (more: Partial<Attention> = {}): Attention => ({
  ...{ at: '2026-11-16T01:25:00Z', timezone: 'Asia/Jakarta', withinMinutes: 60, tickets: 9, unassigned: 3 },
  first: [ticket],
  ...more,
});
const freshness = (asOf: string | null = '2026-11-16T01:20:00Z'): Freshness => ({
  ...{ asOf, stale: false, pending: 0, sources: [] },
});

describe('what needs a person now', () => {
  test.each<[string, Partial<Attention>, string]>([
    ['several', {}, '9 tickets breach within 60 min, the first in 14 min, 3 of them unassigned.'],
    ['several, all of them somebody’s', { unassigned: 0 }, '9 tickets breach within 60 min, the first in 14 min.'],
    ['one', { tickets: 1, unassigned: 0 }, '1 ticket breaches in 14 min.'],
    ['one that nobody has', { tickets: 1, unassigned: 1 }, '1 ticket breaches in 14 min, unassigned.'],
    ['none', { tickets: 0, unassigned: 0, first: [] }, 'No ticket breaches within 60 min.'],
    [
      'one at once',
      { tickets: 1, unassigned: 0, first: [{ ...ticket, dueAt: '2026-11-16T01:25:30Z' }] },
      '1 ticket breaches in less than a minute.',
    ],
  ])('%s', (_what, more, said) => {
    expect(attentionSentence(attention(more), freshness(), 'en')).toBe(said);
  });

  test('old data is said to be old, and then nothing known is not nothing', () => {
    const old = freshness('2026-11-15T17:00:00Z');
    expect(attentionSentence(attention(), old, 'en')).toMatch(/unassigned\. The data is 8 h 25 min old\.$/);
    expect(attentionSentence(attention({ tickets: 0, first: [] }), old, 'en')).toBe(
      'No ticket is known to breach within 60 min. The data is 8 h 25 min old.',
    );
  });

  test('tickets are told with when and whose, in the zone of the tenant', () => {
    const first = [ticket, { ...ticket, id: 'T-2', operator: null, half: 'resolution' as const, priority: null }];
    expect(attentionLines(attention({ first }))).toEqual({
      lines: [
        { id: 'T-1', facts: 'Critical · first response due 08:39 (in 14 min) · Kim Tan' },
        { id: 'T-2', facts: 'No priority · resolution due 08:39 (in 14 min) · unassigned in Delivery' },
      ],
      more: 7,
    });
  });
});
