import { isMap, type Problem, shown, unknown } from './settings.ts';

/** `HH:mm` to `HH:mm` of one day; `24:00` is its end. */
export interface ShiftConfig {
  from: string;
  to: string;
}

/** ISO order. */
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type WeekdayName = (typeof weekdays)[number];
export type WeekConfig = Partial<Record<WeekdayName, ShiftConfig[]>>;

const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const allDay: ShiftConfig = { from: '00:00', to: '24:00' };

/** Reads `24x7`, or shifts by days of the week: `mon-fri: 09:00-12:30, 13:30-18:00`. Days that are not named are closed. */
export function readWeek(value: unknown, problem: Problem): WeekConfig {
  const week: WeekConfig = {};
  if (value === '24x7') {
    for (const day of weekdays) week[day] = [allDay];
    return week;
  }
  if (!isMap(value)) {
    problem(`${shown(value)} are no hours; write 24x7, or days with their hours such as mon-fri: 09:00-17:00`);
    return week;
  }
  for (const [days, hours] of Object.entries(value)) {
    const at: Problem = (message) => problem(message, days);
    const shifts = readShifts(hours, at);
    for (const day of readDays(days, at)) {
      if (week[day]) at(`${day} is said twice; give each day its hours once`);
      week[day] = shifts;
    }
  }
  if (Object.values(value).every((hours) => hours === 'closed')) problem('are never open');
  return week;
}

/** Reads `09:00-12:30, 13:30-18:00` or `closed`, in order of the day. */
export function readShifts(value: unknown, problem: Problem): ShiftConfig[] {
  if (value === 'closed') return [];
  if (typeof value !== 'string' || value.trim() === '') {
    problem(`${shown(value)} are no hours; write 09:00-12:30, 13:30-18:00, or closed`);
    return [];
  }
  const shifts = value.split(',').flatMap((part) => readShift(part.trim(), problem) ?? []);
  shifts.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [index, shift] of shifts.entries()) {
    const next = shifts[index + 1];
    if (next && next.from < shift.to)
      problem(
        `shifts overlap: ${shift.from}-${shift.to} and ${next.from}-${next.to}; join them, or end the first sooner`,
      );
  }
  return shifts;
}

/** Whether a text is meant as hours, right or wrong, rather than as a name. */
export function looksLikeHours(text: string): boolean {
  return text === 'closed' || /^\d{1,2}([:.]\d*)?\s*([ap]m)?\s*[-–]\s*\d/i.test(text);
}

function readShift(text: string, problem: Problem): ShiftConfig | undefined {
  const match = /^(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$/.exec(text);
  if (!match) return void problem(`"${text}" are no hours; write 09:00-12:30, 13:30-18:00, or closed`);
  const [from, to] = [`${match[1]!.padStart(2, '0')}:${match[2]}`, `${match[3]!.padStart(2, '0')}:${match[4]}`];
  const odd = [from, to].find((time) => time > '24:00' || time.slice(3) > '59');
  if (odd) return void problem(`${odd} is no time of day; a day is from 00:00 to 24:00`);
  if (to === '00:00' && from > to) return void problem(`"${text}" ends before it begins; the end of a day is 24:00`);
  if (to <= from)
    return void problem(
      `"${text}" ends before it begins; a shift past midnight is two, ${from}-24:00 and 00:00-${to} on the next day`,
    );
  return { from, to };
}

/** `mon-fri`, `sun-thu`, `mon, wed`, `saturday`. */
function readDays(text: string, problem: Problem): WeekdayName[] {
  return text.split(',').flatMap((part) => {
    const words = part.split(/[-–]/).map((word) => word.trim());
    if (words.length > 2) {
      problem(`"${part.trim()}" are no days; write mon-fri, or mon, wed, fri`);
      return [];
    }
    const [first, last = first] = words.map((word) => dayOf(word, problem));
    if (first === undefined || last === undefined) return [];
    return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, step) => weekdays[(first + step) % 7]!);
  });
}

/** Place in the week of a day's name, of which three letters will do. */
function dayOf(word: string, problem: Problem): number | undefined {
  const index = word.length < 3 ? -1 : names.findIndex((name) => name.startsWith(word.toLowerCase()));
  if (index >= 0) return index;
  return void problem(unknown(word, 'day of the week', weekdays));
}
