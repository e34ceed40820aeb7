import { addDays, addUnits, type DateRange, type PeriodExpression, parsePeriod, startOf } from '../domain/period.ts';

/** What a report is of: a whole week or month of the tenant. */
export type Span = 'week' | 'month';

/** The last complete week (from the tenant's first weekday) or month before a local date: what a report of that date is of. */
export function periodBefore(span: Span, date: string, calendar: { weekStart: number }): DateRange {
  const to = startOf(span, date, calendar);
  return { from: addUnits(to, span, -1), to };
}

/**
 * The dates as one phrase of /kpi: `2026-11-09..2026-11-15`, and `2026-10` for a whole month, which is then compared with
 * the month before and not with as many days.
 */
export function phraseOf({ from, to }: DateRange): string {
  if (from.endsWith('-01') && to === addUnits(from, 'month', 1)) return from.slice(0, 7);
  if (from.endsWith('-01-01') && to === addUnits(from, 'year', 1)) return from.slice(0, 4);
  const last = addDays(to, -1);
  return from === last ? from : `${from}..${last}`;
}

/** A stretch that ends with the report, as a template says it: so many days, weeks or months. */
export type Rolling = Extract<PeriodExpression, { kind: 'last-days' | 'last-units' }>;

export function rollingOf(word: string): Rolling | null {
  const expression = parsePeriod(word);
  return expression?.kind === 'last-days' || expression?.kind === 'last-units' ? expression : null;
}

/** Its dates; weeks and months are counted back from the report's end, not from the calendar's. */
export function stretchTo(to: string, rolling: Rolling): DateRange {
  if (rolling.kind === 'last-days') return { from: addDays(to, -rolling.days), to };
  return { from: addUnits(to, rolling.unit, -rolling.count), to };
}

/** The stretch that the little lines of the strip show, and what one point of them is. */
export function trendOf(span: Span): Rolling & { kind: 'last-units' } {
  return span === 'week'
    ? { kind: 'last-units', unit: 'week', count: 8 }
    : { kind: 'last-units', unit: 'month', count: 6 };
}
