import { formatDate } from './format.ts';

/** How often; `day` is the ISO weekday, or the day of the month, which is the last one where a month is shorter. */
export type Cadence =
  | { kind: 'daily' }
  | { kind: 'weekdays' }
  | { kind: 'weekly'; day: number }
  | { kind: 'monthly'; day: number };

/** In the order of their ISO numbers. */
export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** The longest month: a monthly day of 31 is the last one of every month. */
const lastDay = 31;

/** Reads how often at the head of words: `daily`, `weekdays`, `weekly [mon]`, `monthly [1|last]`. */
export function takeCadence(words: readonly string[]): { cadence: Cadence; used: number } | undefined {
  const [kind, detail = ''] = words.map((word) => word.toLowerCase());
  switch (kind) {
    case 'daily':
    case 'weekdays':
      return { cadence: { kind }, used: 1 };
    case 'weekly': {
      const day = weekdayOf(detail);
      return { cadence: { kind, day: day ?? 1 }, used: day === undefined ? 1 : 2 };
    }
    case 'monthly': {
      const day = dayOf(detail);
      return { cadence: { kind, day: day ?? 1 }, used: day === undefined ? 1 : 2 };
    }
    default:
      return undefined;
  }
}

/** `mon`, `Monday`, `mondays`: the ISO weekday. */
export function weekdayOf(word: string): number | undefined {
  if (!/^[a-z]{3,10}$/i.test(word)) return undefined;
  const text = word.toLowerCase().replace(/s$/, '');
  const index = weekdayNames.findIndex((name) => name.toLowerCase().replace(/s$/, '').startsWith(text));
  return index === -1 ? undefined : index + 1;
}

function dayOf(word: string): number | undefined {
  if (word === 'last') return lastDay;
  const day = /^\d{1,2}$/.test(word) ? Number(word) : 0;
  return day >= 1 && day <= lastDay ? day : undefined;
}

/** A time on a clock on the wall as `HH:MM`: `8`, `8:30`, `08.30`, `8am`, `8:30 pm` as one word. */
export function readTime(text: string): string | undefined {
  const [, hours = '', minutes = '00', half] = /^(\d{1,2})(?:[:.](\d{2}))?([ap]m)?$/i.exec(text.trim()) ?? [];
  if (hours === '') return undefined;
  const hour = Number(hours);
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
  const onTheDay = half === undefined ? hour : (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  if (onTheDay > 23 || Number(minutes) > 59) return undefined;
  return `${String(onTheDay).padStart(2, '0')}:${minutes}`;
}

/** Reads `weekdays at 08:30`, both parts in any order, the time with or without `at`; undefined for anything else. */
export function readWhen(text: string): { cadence: Cadence; at: string } | undefined {
  const words = text.trim().split(/\s+/);
  let cadence: Cadence | undefined;
  let at: string | undefined;
  for (let index = 0; index < words.length; ) {
    const taken = cadence === undefined ? takeCadence(words.slice(index)) : undefined;
    if (taken) {
      cadence = taken.cadence;
      index += taken.used;
      continue;
    }
    const isAt = words[index]!.toLowerCase() === 'at';
    const time = at === undefined ? readTime(words[isAt ? index + 1 : index] ?? '') : undefined;
    if (time === undefined) return undefined;
    at = time;
    index += isAt ? 2 : 1;
  }
  return cadence && at !== undefined ? { cadence, at } : undefined;
}

/** In the words it is read by: `weekly mon`. */
export function cadenceWords(cadence: Cadence): string {
  switch (cadence.kind) {
    case 'daily':
    case 'weekdays':
      return cadence.kind;
    case 'weekly':
      return `weekly ${weekdayNames[cadence.day - 1]!.slice(0, 3).toLowerCase()}`;
    case 'monthly':
      return `monthly ${cadence.day === lastDay ? 'last' : cadence.day}`;
  }
}

/** In a sentence: `every Monday`, `on weekdays`, `on the last day of each month`. */
export function cadencePhrase(cadence: Cadence): string {
  switch (cadence.kind) {
    case 'daily':
      return 'every day';
    case 'weekdays':
      return 'on weekdays';
    case 'weekly':
      return `every ${weekdayNames[cadence.day - 1]}`;
    case 'monthly':
      return cadence.day === lastDay ? 'on the last day of each month' : `on day ${cadence.day} of each month`;
  }
}

/** `Mon 23 Nov 2026` */
export function weekdayDate(date: string): string {
  const weekday = weekdayNames[Temporal.PlainDate.from(date).dayOfWeek - 1]!.slice(0, 3);
  return `${weekday} ${formatDate(date, { year: true })}`;
}

/** The zone as IANA writes it, in whatever case it was typed; undefined for what is none, and for a bare offset. */
export function zoneNamed(text: string): string | undefined {
  if (!/^[a-z][a-z0-9_+/-]+$/i.test(text)) return undefined;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch {
    return undefined;
  }
}

/** Zones whose name, or the place in it, is like a text; best first. */
export function zonesLike(text: string, closest: (text: string, candidates: readonly string[]) => string[]): string[] {
  const zones = [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])];
  const places = new Map(
    zones.map((zone) => [(zone.split('/').at(-1) ?? zone).toLowerCase().replaceAll('_', ' '), zone]),
  );
  const same = places.get(text.toLowerCase().replaceAll('_', ' '));
  if (same !== undefined) return [same];
  const near = closest(text.replaceAll('_', ' '), [...places.keys()]).map((place) => places.get(place)!);
  return [...new Set([...near, ...closest(text, zones)])].slice(0, 3);
}
