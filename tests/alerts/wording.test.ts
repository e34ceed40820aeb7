import { describe, expect, test } from 'vitest';
import { kpiChange } from '../../src/alerts/kinds/kpi-change/kind.ts';
import { kpiThreshold } from '../../src/alerts/kinds/kpi-threshold/kind.ts';
import type { Member } from '../../src/alerts/kinds/room.ts';
import { endedText } from '../../src/alerts/wording.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import { kpis } from '../../src/kpis/index.ts';
import { anIncident, zone } from '../slack/incidents.ts';

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
const member = { labels: {}, severity: 2, facts: { line: 'x', rank: 0 } } as unknown as Member;

function told(settings: Record<string, unknown>, count: number) {
  const read = alertRuleSchema.parse(settings);
  const members = Array.from({ length: count }, () => member);
  if (read.kind === 'kpi-threshold')
    return {
      title: kpiThreshold.titleOf(read),
      ...kpiThreshold.tell({ settings: read } as never, members, {} as never),
    };
  if (read.kind !== 'kpi-change') throw new Error(read.kind);
  return { title: kpiChange.titleOf(read), ...kpiChange.tell({ settings: read } as never, members, {} as never) };
}

describe('titles of numbers', () => {
  test.each([
    ['sla-reported by team', 2, 'SLA met, as the CRM reports it, below 85 % for 2 teams'],
    ['sla by priority', 3, 'Ticket SLA compliance below 85 % for 3 priorities'],
    ['sla', 2, 'Ticket SLA compliance'],
  ])('that several values of are low read as a sentence: %s', (kpi, count, headline) => {
    const said = told({ kind: 'kpi-threshold', kpi, below: '85 %', clear: '90 %' }, count);
    expect(plain(said.headline)).toBe(headline);
  });

  test('with an aside close it before what follows, for every number there is', () => {
    for (const kpi of kpis) {
      const by = kpi.dimensions[0];
      const asked = by === undefined ? kpi.id : `${kpi.id} yesterday by ${by}`;
      const said = [
        told({ kind: 'kpi-threshold', kpi: asked, above: 1 }, 2),
        ...(kpi.kind === 'stock' ? [] : [told({ kind: 'kpi-change', kpi: asked }, 2)]),
      ];
      for (const { title, headline, threshold } of said)
        for (const text of [title, headline, threshold])
          if (kpi.title.includes(', ') && text !== kpi.title) expect(text).toContain(`${kpi.title}, `);
          else expect(text.startsWith(kpi.title)).toBe(true);
    }
    expect(plain(told({ kind: 'kpi-threshold', kpi: 'sla-reported by team', below: 0.85 }, 2).title)).toBe(
      'SLA met, as the CRM reports it, by team below 85 %',
    );
  });
});

describe('the end of an incident', () => {
  const at = (text: string) => Temporal.Instant.from(text);
  const ended = (since: string, resolved: string, announced: string, toldAt?: string) => {
    const incident = anIncident({
      ...{ state: 'resolved', since: at(since), resolvedAt: at(resolved), announcedAt: at(announced) },
    });
    return plain(endedText(incident, { ...zone, timezone: 'UTC' }, toldAt === undefined ? undefined : at(toldAt)));
  };

  test('is told by its time alone on the day on which all of it was', () => {
    expect(ended('2026-11-20T10:00:00Z', '2026-11-20T11:10:00Z', '2026-11-20T10:05:00Z')).toMatch(
      /^Recovered 11:10 after 1 h 10 min/,
    );
  });

  test.each([
    ['it ended on another day', '2026-11-20T23:00:00Z', '2026-11-21T01:00:00Z', '2026-11-20T23:05:00Z', '21 Nov 01:00'],
    ['it was told days later', '2026-11-18T10:00:00Z', '2026-11-18T11:00:00Z', '2026-11-20T09:00:00Z', '18 Nov 11:00'],
  ])('has its date where %s', (_, since, resolved, announced, shown) => {
    expect(ended(since, resolved, announced)).toContain(`Recovered ${shown} after`);
  });

  test('has its date in the thread where it came to be known on another day', () => {
    const said = ended('2026-11-18T10:00:00Z', '2026-11-18T11:00:00Z', '2026-11-18T10:05:00Z', '2026-11-19T08:00:00Z');
    expect(said).toContain('Recovered 18 Nov 11:00 after');
  });
});
