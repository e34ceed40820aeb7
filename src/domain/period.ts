import { formatDate, formatDateRange } from './format.ts';
import { remembered } from './remembered.ts';

/** Series grains; `hour` only for KPIs that keep hourly aggregates. */
export const grains = ['hour', 'day', 'week', 'month'] as const;
export type Grain = (typeof grains)[number];

/** A period of local dates, half-open: `to` is the first date after it. */
export interface DateRange {
  from: string;
  to: string;
}

export interface ResolvedPeriod extends DateRange {
  /** IANA zone whose calendar `from` and `to` are dates of. */
  timezone: string;
  label: string;
  /** Ended, and every needed source's watermark is past its end. */
  complete: boolean;
  /** Complete, and past the KPI's `maturesAfter`. */
  mature: boolean;
}

type CalendarUnit = 'week' | 'month' | 'quarter' | 'year';

/** A period as it was asked for, before the calendar is known. */
export type PeriodExpression =
  | { kind: 'today' }
  | { kind: 'yesterday' }
  | { kind: 'last-days'; days: number }
  | { kind: 'last-units'; unit: 'week' | 'month'; count: number }
  | { kind: 'to-date'; unit: CalendarUnit }
  | { kind: 'previous-unit'; unit: CalendarUnit }
  | { kind: 'calendar'; unit: 'month' | 'quarter' | 'year'; first: string }
  | { kind: 'dates'; from: string; to: string }
  | { kind: 'since'; from: string }
  | { kind: 'all' };

/** The calendar a period is resolved in. `weekStart`: ISO weekday, 1 = Monday. */
export interface CalendarContext {
  /** Local date of the question. */
  today: string;
  weekStart: number;
}

/** What is meant, in dates: `previous` is what it is compared with unless the question says otherwise. */
export interface PeriodDates extends DateRange {
  label: string;
  previous: DateRange | null;
}

export const defaultPeriod: PeriodExpression = { kind: 'last-days', days: 7 };

/** One word or quoted phrase for each kind of period, as help and did-you-mean show them. */
export const periodExamples = [
  'today',
  'yesterday',
  '7d',
  '30d',
  '12w',
  '6m',
  'wtd',
  'mtd',
  'qtd',
  'ytd',
  'last week',
  'last month',
  'last quarter',
  'last year',
  '2026',
  '2026-Q3',
  '2026-10',
  '2026-10-05',
  '2026-10-01..2026-10-31',
  'since:2026-10-01',
  'all',
] as const;

const toDate = new Map<string, CalendarUnit>([
  ['wtd', 'week'],
  ['mtd', 'month'],
  ['qtd', 'quarter'],
  ['ytd', 'year'],
]);
const units: readonly string[] = ['week', 'month', 'quarter', 'year'];
/** Longest `Nd`, `Nw`, `Nm`: a century, beyond which a number is a slip of the finger. */
const longestDays = 36_500;
/** Years a date may lie in: outside them it is a slip too, and near year 0 or 10000 PostgreSQL or ISO order give up. */
const years = { first: 1900, last: 2199 };

/** Reads one period phrase; null when it is none. Dates must exist: 2026-02-30 is not a period. */
export function parsePeriod(phrase: string): PeriodExpression | null {
  const text = phrase.trim().toLowerCase().replace(/\s+/g, ' ');
  if (text === 'today' || text === 'yesterday' || text === 'all') return { kind: text };
  const unit = toDate.get(text);
  if (unit) return { kind: 'to-date', unit };
  const last = /^last (\w+)$/.exec(text)?.[1];
  if (last && units.includes(last)) return { kind: 'previous-unit', unit: last as CalendarUnit };
  const rolling = /^(\d{1,5})([dwm])$/.exec(text);
  if (rolling) return parseRolling(Number(rolling[1]), rolling[2]!);
  if (/^\d{4}$/.test(text)) return calendarUnit('year', `${text}-01-01`);
  const quarter = /^(\d{4})-?q([1-4])$/.exec(text);
  if (quarter)
    return calendarUnit('quarter', `${quarter[1]}-${String(Number(quarter[2]) * 3 - 2).padStart(2, '0')}-01`);
  if (/^\d{4}-\d{2}$/.test(text)) return calendarUnit('month', `${text}-01`);
  const span = /^(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?$/.exec(text);
  if (span) {
    const from = existingDate(span[1]!);
    const lastDay = existingDate(span[2] ?? span[1]!);
    return from && lastDay && from <= lastDay ? { kind: 'dates', from, to: addDays(lastDay, 1) } : null;
  }
  const since = /^since:(\d{4}-\d{2}-\d{2})$/.exec(text)?.[1];
  const from = since && existingDate(since);
  return from ? { kind: 'since', from } : null;
}

function parseRolling(count: number, letter: string): PeriodExpression | null {
  const length = count * (letter === 'd' ? 1 : letter === 'w' ? 7 : 31);
  if (count < 1 || length > longestDays) return null;
  return letter === 'd'
    ? { kind: 'last-days', days: count }
    : { kind: 'last-units', unit: letter === 'w' ? 'week' : 'month', count };
}

function calendarUnit(unit: 'month' | 'quarter' | 'year', text: string): PeriodExpression | null {
  const first = existingDate(text);
  return first ? { kind: 'calendar', unit, first } : null;
}

function existingDate(text: string): string | null {
  try {
    const date = Temporal.PlainDate.from(text, { overflow: 'reject' });
    return date.year >= years.first && date.year <= years.last ? date.toString() : null;
  } catch {
    return null;
  }
}

/**
 * Puts dates to an expression. To-date periods end with yesterday, because an unfinished day is never compared with
 * finished ones; on the unit's first day there is only today. Single days are compared with the same weekday a week
 * before, to-date periods with the same elapsed days of the unit before (clamped to its end), everything else with the
 * stretch of the same kind just before.
 */
export function resolvePeriod(
  expression: PeriodExpression,
  context: CalendarContext,
  data: DateRange | null,
): PeriodDates {
  const { today } = context;
  switch (expression.kind) {
    case 'today':
      return { ...day(today), label: 'today', previous: day(addDays(today, -7)) };
    case 'yesterday':
      return { ...day(addDays(today, -1)), label: 'yesterday', previous: day(addDays(today, -8)) };
    case 'last-days':
      return labelled(
        addDays(today, -expression.days),
        today,
        `last ${expression.days === 1 ? 'day' : `${expression.days} days`}`,
      );
    case 'last-units': {
      const { unit, count } = expression;
      const to = startOf(unit, today, context);
      const from = addUnits(to, unit, -count);
      const label = `last ${count === 1 ? unit : `${count} ${unit}s`}`;
      return { from, to, label, previous: { from: addUnits(from, unit, -count), to: from } };
    }
    case 'to-date':
      return resolveToDate(expression.unit, context);
    case 'previous-unit': {
      const { unit } = expression;
      const to = startOf(unit, today, context);
      const from = addUnits(to, unit, -1);
      return { from, to, label: `last ${unit}`, previous: { from: addUnits(from, unit, -1), to: from } };
    }
    case 'calendar': {
      const { unit, first } = expression;
      return {
        from: first,
        to: addUnits(first, unit, 1),
        label: calendarLabel(unit, first),
        previous: { from: addUnits(first, unit, -1), to: first },
      };
    }
    case 'dates': {
      const { from, to } = expression;
      return labelled(from, to, formatDateRange(from, to));
    }
    case 'since': {
      const to = expression.from < today ? today : addDays(expression.from, 1);
      return labelled(expression.from, to, `since ${formatDate(expression.from, { year: true })}`);
    }
    case 'all':
      return { from: data?.from ?? today, to: data?.to ?? addDays(today, 1), label: 'all', previous: null };
  }
}

/** The same dates a year earlier, first and last (29 February becomes 28). */
export function yearBefore(period: DateRange): DateRange {
  const lastDay = addDays(period.to, -1);
  return { from: addUnits(period.from, 'year', -1), to: addDays(addUnits(lastDay, 'year', -1), 1) };
}

function resolveToDate(unit: CalendarUnit, context: CalendarContext): PeriodDates {
  const { today } = context;
  const from = startOf(unit, today, context);
  const to = from < today ? today : addDays(today, 1);
  const before = addUnits(from, unit, -1);
  const sameElapsed = addDays(before, daysBetween(from, to));
  return {
    from,
    to,
    label: `${unit} to date`,
    previous: { from: before, to: sameElapsed < from ? sameElapsed : from },
  };
}

function day(date: string): DateRange {
  return { from: date, to: addDays(date, 1) };
}

function labelled(from: string, to: string, label: string): PeriodDates {
  const days = daysBetween(from, to);
  const previous = days === 1 ? day(addDays(from, -7)) : { from: addDays(from, -days), to: from };
  return { from, to, label, previous };
}

function calendarLabel(unit: 'month' | 'quarter' | 'year', first: string): string {
  const date = Temporal.PlainDate.from(first);
  if (unit === 'year') return String(date.year);
  if (unit === 'quarter') return `${date.year}-Q${Math.ceil(date.month / 3)}`;
  return first.slice(0, 7);
}

/** First date of the unit that `date` lies in. */
export function startOf(unit: CalendarUnit | 'day', date: string, context: { weekStart: number }): string {
  const plain = Temporal.PlainDate.from(date);
  switch (unit) {
    case 'day':
      return date;
    case 'week':
      return plain.subtract({ days: (plain.dayOfWeek - context.weekStart + 7) % 7 }).toString();
    case 'month':
      return plain.with({ day: 1 }).toString();
    case 'quarter':
      return plain.with({ day: 1, month: Math.floor((plain.month - 1) / 3) * 3 + 1 }).toString();
    case 'year':
      return plain.with({ day: 1, month: 1 }).toString();
  }
}

export function addDays(date: string, days: number): string {
  return addUnits(date, 'day', days);
}

/** Calendar arithmetic; a day the target month lacks becomes its last. */
export const addUnits = remembered((date: string, unit: CalendarUnit | 'day', count: number): string => {
  const size = {
    day: { days: count },
    week: { weeks: count },
    month: { months: count },
    quarter: { months: 3 * count },
    year: { years: count },
  };
  return Temporal.PlainDate.from(date).add(size[unit]).toString();
});

/** Calendar days from one date to a later one. */
export const daysBetween = remembered(
  (from: string, to: string): number =>
    Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days,
);

/** The instant a local date begins: not always midnight, and the first of two midnights where clocks go back. */
export const startOfDay = remembered(
  (date: string, timezone: string): Temporal.Instant =>
    Temporal.PlainDate.from(date).toZonedDateTime(timezone).toInstant(),
);

/** Local dates by moment: a moment's own, and of the zone it was last asked in. */
const localDates = new WeakMap<Temporal.Instant, { timezone: string; date: string }>();

/** The local date of a moment. */
export function dateAt(moment: Temporal.Instant, timezone: string): string {
  const known = localDates.get(moment);
  if (known?.timezone === timezone) return known.date;
  const date = moment.toZonedDateTimeISO(timezone).toPlainDate().toString();
  localDates.set(moment, { timezone, date });
  return date;
}

/** Grain that keeps a chart readable: days up to 62, weeks up to 26, then months. */
export function grainFor(period: DateRange): Grain {
  const days = daysBetween(period.from, period.to);
  if (days <= 62) return 'day';
  return days <= 26 * 7 ? 'week' : 'month';
}

/** First dates of the grain's buckets that overlap the period, in order. */
export function bucketsOf(period: DateRange, grain: Exclude<Grain, 'hour'>, context: { weekStart: number }): string[] {
  const buckets: string[] = [];
  for (let bucket = startOf(grain, period.from, context); bucket < period.to; bucket = addUnits(bucket, grain, 1))
    buckets.push(bucket);
  return buckets;
}
