import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { today } from '../../rollups/read.ts';
import { contactCaveat, contactKpi, contactLevels, levelsByDay } from '../contact-levels.ts';
import type { Group, Grouping, Kpi, Scope } from '../kpi.ts';
import { levelDays } from '../levels.ts';

export const contactGrowth: Kpi = {
  ...contactKpi,
  id: 'contact-growth',
  title: 'Contact growth',
  question: 'How fast does the number of contacts grow?',
  formula: '(contacts at the end of the period - contacts at its start) / contacts at its start.',
  kind: 'flow',
  unit: 'ratio',
  better: 'up',
  additive: false,
  parts: {
    start: { title: 'At the start', unit: 'count' },
    end: { title: 'At the end', unit: 'count' },
    net: { title: 'Net change', unit: 'count', signed: true },
  },
  chart: { series: 'line', prefer: 'series' },
  caveats: [contactCaveat, 'Growth over a week and over a month are different numbers: compare like with like.'],
  examples: ['contact-growth', 'contact-growth last month', 'contact-growth 30d by segment'],
  query: startsAndEnds,
  measure({ counts }, { days }) {
    const start = counts.start ?? 0;
    const end = counts.end ?? 0;
    return {
      value: start === 0 ? null : (end - start) / start,
      weight: start,
      parts: { start, end, net: end - start },
      // What chance would do to a level nobody knows.
      evidence: { kind: 'amount', amount: end - start, exposure: days },
    };
  },
};

async function startsAndEnds(reader: Queryable, scope: Scope, grouping: Grouping): Promise<Group[]> {
  const counts = (start: number, end: number) => ({ counts: { start, end }, bins: {} });
  if (grouping.kind === 'series') {
    const days = levelDays(scope, grouping);
    const starts = days.map(({ bucket }) => addDays(bucket! > scope.period.from ? bucket! : scope.period.from, -1));
    const levels = await levelsByDay(
      reader,
      scope,
      [...new Set([...starts, ...days.map(({ day }) => day)])].toSorted(),
    );
    return days.map(({ bucket, day }, index) => ({
      ...{ bucket, key: null, source: null },
      sums: counts(levels.get(starts[index]!) ?? 0, levels.get(day) ?? 0),
    }));
  }
  // Of what has not begun nobody knows the end.
  if (scope.period.from > today(scope.at)) return [];
  const ends = await contactLevels(reader, scope, grouping);
  const before = { from: addDays(scope.period.from, -1), to: scope.period.from };
  const starts = await contactLevels(reader, { ...scope, period: before }, grouping);
  const byKey = new Map<string, Group>();
  for (const group of [...starts, ...ends]) byKey.set(JSON.stringify([group.key, group.source]), group);
  const levelIn = (groups: readonly Group[], { key, source }: Group) =>
    groups.find((group) => group.key === key && group.source === source)?.sums.counts.contacts ?? 0;
  return [...byKey.values()].map((group) => ({ ...group, sums: counts(levelIn(starts, group), levelIn(ends, group)) }));
}
