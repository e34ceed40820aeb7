import type { Digest, DigestLine } from '../../src/digests/digest.ts';

export function aLine(changes: Partial<DigestLine> = {}): DigestLine {
  return {
    ...{ kpi: 'sla', title: 'Ticket SLA compliance', value: 0.912, unit: 'ratio', shown: '91.2 %' },
    ...{ mark: '▲', change: 'up 3.4 points, better', was: 0.878, wasShown: '87.8 %', verdict: 'better' },
    target: { shown: '90 %', met: true },
    ...{ dates: '', receipt: 'k7f3a2', words: 'sla 2026-11-20..2026-11-22 vs 2026-11-13..2026-11-15' },
    ...changes,
  };
}

/** Monday's digest of a weekend. */
export function aDigest(changes: Partial<Digest> = {}): Digest {
  const labels = Array.from({ length: 14 }, (_, day) =>
    Temporal.PlainDate.from('2026-11-09').add({ days: day }).toString(),
  );
  const values = labels.map((_, day) => 50 + day);
  return {
    ...{ template: 'morning-coffee', title: 'Morning coffee', date: '2026-11-23' },
    period: { from: '2026-11-20', to: '2026-11-23' },
    comparedWith: { from: '2026-11-13', to: '2026-11-16' },
    ...{ timezone: 'Asia/Jakarta', readerTimezone: 'Europe/Oslo', locale: 'en', scope: '' },
    ...{ madeAt: '2026-11-23T01:30:00Z', asOf: '2026-11-23T01:25:00Z' },
    lines: [
      aLine(),
      aLine({
        ...{ kpi: 'tickets', title: 'Tickets created', value: 62, unit: 'count', shown: '62', target: null },
        ...{ mark: '▼', change: 'down 12 (16.2 %), within chance', receipt: 'm2n4p6', dates: '9–15 Nov' },
      }),
    ],
    findings: [
      {
        ...{ kind: 'target', kpi: 'sla', words: 'sla' },
        text: 'Ticket SLA compliance missed its target: 86.2 %, target 90 % (91.3 % before).',
      },
    ],
    chart: {
      ...{
        kind: 'multiples',
        title: '14 days to Sunday 22 Nov',
        subtitle: 'Asia/Jakarta',
        format: 'count',
        axis: 'day',
      },
      ...{ labels, series: [{ key: 'tickets', label: 'Tickets created', values }], incomplete: [], target: null },
      panels: [{ format: 'count', value: '62', target: null, zero: true, unfinished: [], about: [11, 13] }],
      ...{ footer: '', locale: 'en', altText: 'Small charts of 1 number' },
    },
    late: [],
    ...changes,
  };
}
