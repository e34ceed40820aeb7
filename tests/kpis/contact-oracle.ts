import { localDate } from './oracle.ts';

/*
 * The KPIs of contacts straight from their words, by walking over contacts, persons and messages one by one: no days summed,
 * nothing kept. Instants are numbers of seconds since 1970.
 */
export interface OracleContact {
  source: string;
  id: string;
  created: number | null;
  seen: number;
  deleted: number | null;
  status: string | null;
  /** Changes of the status in order, each to another one than before; the last one is `status`. */
  changes: { at: number; old: string | null; new: string | null }[];
  person: string | null;
  phone: string | null;
  email: string | null;
  country: string | null;
  segment: string | null;
  demo: boolean;
  messages: number[];
}

export interface ContactScope {
  /** Local dates, the last one not included. */
  from: string;
  to: string;
  country?: string | null;
  segment?: string | null;
}

const dayMs = 86_400_000;
const numberOf = (day: string) => Date.UTC(+day.slice(0, 4), +day.slice(5, 7) - 1, +day.slice(8, 10)) / dayMs;

export function contactOracle(
  { timezone, now, whole }: { timezone: string; now: number; whole: number },
  all: readonly OracleContact[],
) {
  const dateOf = (at: number) => localDate(at * 1_000_000, timezone);
  const today = dateOf(now);
  const startsAt = (one: OracleContact) => one.created ?? one.seen;
  const endsAt = (one: OracleContact) => (one.deleted === null ? null : Math.max(startsAt(one), one.deleted));
  const contacts = all.filter((one) => !one.demo && startsAt(one) <= now);
  const ended = (one: OracleContact) => (endsAt(one) !== null && endsAt(one)! <= now ? endsAt(one)! : null);
  const cut = ({ country, segment }: ContactScope, one: OracleContact) =>
    (country === undefined || country === one.country) && (segment === undefined || segment === one.segment);
  /** Whether it is there once the day is over, or now where it is today's. */
  const existsAfter = (one: OracleContact, day: string) =>
    dateOf(startsAt(one)) <= day && (ended(one) === null || dateOf(ended(one)!) > day);
  const lastDay = ({ to }: ContactScope) => {
    const day = Temporal.PlainDate.from(to).subtract({ days: 1 }).toString();
    return day < today ? day : today;
  };
  const level = (scope: ContactScope, day: string) =>
    contacts.filter((one) => cut(scope, one) && existsAfter(one, day)).length;
  const wroteWithin = (one: OracleContact, day: string, days: number) =>
    one.messages.some((at) => {
      const ago = numberOf(day) - numberOf(dateOf(at));
      return at <= now && ago >= 0 && ago < days;
    });
  /** At the end of a day, or now. */
  const statusAfter = (one: OracleContact, day: string) => {
    const later = one.changes.find(({ at }) => at > now || dateOf(at) > day);
    return later ? later.old : one.status;
  };

  /** Contacts of one person, found by following what they share until nobody is added. */
  const personOf = (one: OracleContact): OracleContact[] => {
    const found = [one];
    for (const known of found)
      for (const other of contacts) if (!found.includes(other) && isSame(known, other)) found.push(other);
    return found;
  };
  const digits = (phone: string | null) => (phone?.startsWith('+') ? phone.replaceAll(/\D/g, '') : null);
  const address = (email: string | null) => email?.trim().toLowerCase() || null;
  const same = (a: string | null | undefined, b: string | null | undefined) => a != null && a === b;
  const isSame = (a: OracleContact, b: OracleContact) =>
    (a.source === b.source && same(a.person, b.person)) ||
    same(digits(a.phone), digits(b.phone)) ||
    same(address(a.email), address(b.email));

  return {
    today,
    contacts: (scope: ContactScope) => level(scope, lastDay(scope)),

    growth: (scope: ContactScope) => {
      const before = Temporal.PlainDate.from(scope.from).subtract({ days: 1 }).toString();
      return { start: level(scope, before), end: level(scope, lastDay(scope)) };
    },

    created: (scope: ContactScope) =>
      contacts.filter((one) => {
        const day = dateOf(startsAt(one));
        return cut(scope, one) && day >= scope.from && day < scope.to && (one.created !== null || one.seen > whole);
      }).length,

    reach: (scope: ContactScope) => {
      const day = lastDay(scope);
      const persons = new Set<OracleContact[]>();
      const known = new Map<OracleContact, OracleContact[]>();
      for (const one of contacts) {
        if (known.has(one)) continue;
        const person = personOf(one);
        for (const own of person) known.set(own, person);
        persons.add(person.filter((own) => cut(scope, own)));
      }
      const there = [...persons].filter((person) => person.some((own) => existsAfter(own, day)));
      return {
        persons: there.length,
        active: there.filter((person) => person.some((own) => wroteWithin(own, day, 90))).length,
      };
    },

    churn: (scope: ContactScope) => {
      const before = Temporal.PlainDate.from(scope.from).subtract({ days: 1 }).toString();
      const day = lastDay(scope);
      const isOff = (one: OracleContact, at: string) => statusAfter(one, at) === 'inactive';
      const active = contacts.filter(
        (one) => cut(scope, one) && existsAfter(one, before) && !isOff(one, before) && wroteWithin(one, before, 30),
      );
      const deleted = active.filter((one) => !existsAfter(one, day));
      const inactive = active.filter((one) => existsAfter(one, day) && isOff(one, day));
      const rest = active.filter((one) => existsAfter(one, day) && !isOff(one, day));
      const silent = rest.filter((one) => !wroteWithin(one, day, 30));
      return { active: active.length, deleted: deleted.length, inactive: inactive.length, silent: silent.length };
    },
  };
}
