import { formatDate, formatDateRange } from '../../domain/format.ts';
import { type KpiResult, type KpiValue, scopePhrases, type Unit } from '../../domain/kpi-result.ts';
import type { ChartKind, ChartSpec, ValueFormat } from '../spec.ts';
import { formatTarget } from '../value-format.ts';

/** What all charts of a result share: title, period, unit, source; the values are each chart's own. */
export interface Content {
  kind: ChartKind;
  title: string;
  /** Said after the period. */
  note?: string;
  axis: ChartSpec['axis'];
  labels: string[];
  values: (number | null)[];
  incomplete?: number[];
  immature?: number[];
  muted?: number[];
  withTarget: boolean;
}

export function frameOf(result: KpiResult, locale: string, content: Content): ChartSpec {
  const format = formatOf(result.unit);
  const target = content.withTarget && result.target ? chartValue(result.target.value, result.unit) : null;
  return {
    kind: content.kind,
    title: content.title,
    subtitle: subtitleOf(result, locale, content.note),
    format,
    labels: content.labels,
    axis: content.axis,
    // The headline number has one colour wherever it is drawn.
    series: [{ key: 'value', label: result.title, values: content.values }],
    incomplete: content.incomplete ?? [],
    ...(content.immature && content.immature.length > 0 && { immature: content.immature }),
    ...(content.muted && content.muted.length > 0 && { muted: content.muted }),
    target: target === null ? null : { value: target, label: `target ${formatTarget(target, format, locale)}` },
    footer: footerOf(result, locale),
    locale,
    altText: '',
  };
}

function subtitleOf(result: KpiResult, locale: string, note: string | undefined): string {
  const { from, to, timezone } = result.period;
  const filters = Object.entries(result.filters).map(([name, value]) => `${name}: ${value}`);
  return [
    formatDateRange(from, to, { locale }),
    timezone,
    ...scopePhrases(result),
    ...filters,
    ...(note ? [note] : []),
  ].join(', ');
}

/** `Source: crm · as of 15 Nov 2026, 08:25`, in the period's time zone. */
function footerOf(result: KpiResult, locale: string): string {
  const { asOf, sources, stale } = result.freshness;
  const names = [...new Set(sources.map((source) => source.source))];
  const listed = names.length > 2 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
  const as = asOf === null ? 'as of unknown' : `as of ${asOfText(asOf, result.period.timezone, locale)}`;
  return [...(listed ? [`Source: ${listed}`] : []), stale ? `${as}, late` : as].join(' · ');
}

function asOfText(asOf: string, timezone: string, locale: string): string {
  const local = Temporal.Instant.from(asOf).toZonedDateTimeISO(timezone);
  const clock = local.toPlainTime().toString({ smallestUnit: 'minute' });
  return `${formatDate(local.toPlainDate().toString(), { year: true, locale })}, ${clock}`;
}

/** `SLA met, %`: the measure with its unit; counts are counts by their name, durations carry units in every value. */
export function measureOf(result: KpiResult): string {
  const { title, unit } = result;
  switch (unit) {
    case 'ratio':
      return `${title}, %`;
    case 'count':
    case 'duration':
    case 'hours':
    case 'days':
      return title;
    case 'money':
      return result.currency ? `${title}, ${result.currency}` : title;
    case 'score':
      return result.outOf === undefined ? `${title}, score` : `${title}, score of ${result.outOf},`;
    case 'points':
      return `${title}, points`;
  }
}

export function formatOf(unit: Unit): ValueFormat {
  if (unit === 'ratio') return 'percent';
  if (unit === 'count' || unit === 'points') return unit;
  return unit === 'duration' || unit === 'hours' || unit === 'days' ? 'duration' : 'number';
}

/** The value as the chart's format counts it: time in seconds, money as a number. */
export function chartValue(value: KpiValue, unit: Unit): number | null {
  if (value === null) return null;
  const number = Number(value);
  if (!Number.isFinite(number)) return null;
  if (unit === 'hours') return number * 3600;
  return unit === 'days' ? number * 86_400 : number;
}
