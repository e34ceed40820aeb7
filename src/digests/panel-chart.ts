import { shownValue } from '../answers/wording.ts';
import { describeMultiples } from '../charts/describe.ts';
import { chartValue, formatOf } from '../charts/results/frame.ts';
import type { ChartPanel, ChartSpec } from '../charts/spec.ts';
import { formatDate } from '../domain/format.ts';
import { dateWords } from '../domain/intl.ts';
import { addDays, type DateRange } from '../domain/period.ts';
import type { AskedLine } from './ask-lines.ts';

/** Days that are drawn: two of each weekday. */
const drawnDays = 14;

/** The last 14 days of each number as one picture; null where there is nothing to draw. */
export function panelChart(
  lines: readonly AskedLine[],
  { period, locale, timezone, scope }: { period: DateRange; locale: string; timezone: string; scope: string },
): ChartSpec | null {
  const from = addDays(period.to, -drawnDays);
  const labels = Array.from({ length: drawnDays }, (_, day) => addDays(from, day));
  const panels = lines.flatMap((line) => panelOf(line, labels, locale));
  if (panels.length === 0) return null;
  const last = Temporal.PlainDate.from(addDays(period.to, -1));
  const spec: ChartSpec = {
    kind: 'multiples',
    title: `${drawnDays} days to ${dateWords(last, 'en', { weekday: 'long' })} ${formatDate(last.toString(), { locale })}`,
    subtitle: [...(scope === '' ? [] : [scope]), 'each on its own scale', timezone].join(', '),
    format: 'count',
    axis: 'day',
    labels,
    series: panels.map(({ key, label, values }) => ({ key, label, values })),
    panels: panels.map(({ panel }) => panel),
    ...{ incomplete: [], target: null, footer: footerOf(panels.some(({ panel }) => panel.unfinished.length > 0)) },
    ...{ locale, altText: '' },
  };
  return { ...spec, altText: describeMultiples(spec) };
}

function footerOf(hasUnfinished: boolean): string {
  const ground = 'Blue ground: the days of the number';
  return hasUnfinished ? `${ground} · dotted: may still change` : ground;
}

function panelOf({ kpi, result, history }: AskedLine, labels: readonly string[], locale: string) {
  const points = new Map(history.series.points.map((point) => [point.at, point]));
  const values = labels.map((day) => chartValue(points.get(day)?.value ?? null, kpi.unit));
  if (values.filter((value) => value !== null).length < 2) return [];
  const isSum = kpi.unit === 'count' || kpi.unit === 'money' || kpi.unit === 'duration';
  const target =
    result.target && (!isSum || kpi.unit === 'duration') ? chartValue(result.target.value, kpi.unit) : null;
  const first = labels.findIndex((day) => day >= result.period.from);
  const last = labels.findLastIndex((day) => day < result.period.to);
  const panel: ChartPanel = {
    ...{ format: formatOf(kpi.unit), value: shownValue(result, locale), target },
    zero: isSum && kpi.kind !== 'stock',
    unfinished: labels.flatMap((day, index) => {
      const point = points.get(day);
      return point && (!point.complete || point.mature === false) ? [index] : [];
    }),
    about: [Math.max(0, first), Math.max(0, first, last)],
  };
  return [{ key: kpi.id, label: result.title, values, panel }];
}
