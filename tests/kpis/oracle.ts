import type { Asker } from './asking.ts';

/** A ticket as the oracle sees it: instants in microseconds since 1970, which is what PostgreSQL keeps. */
export interface OracleTicket {
  id: string;
  source: string;
  created: number;
  resolved: number | null;
  answered: number | null;
  closed: number | null;
  priority: string | null;
  team: string | null;
  operator: string | null;
  flag: boolean | null;
  demo: boolean;
  deleted: boolean;
}

type State = 'met' | 'missed' | 'pending' | 'not-measured';

export interface OracleScope {
  from: string;
  to: string;
  /** Keeps a ticket, by filters. */
  matches(ticket: OracleTicket): boolean;
}

export interface OracleAnswer {
  value: number | null;
  numerator?: number;
  denominator?: number;
  parts: Record<string, number | null>;
}

const dates = new Map<string, string>();

/** The local date of an instant in microseconds; the oracles ask for the same ones over and over. */
export function localDate(at: number, timezone: string): string {
  return dates.getOrInsertComputed(`${timezone} ${at}`, () =>
    new Temporal.Instant(BigInt(at) * 1000n).toZonedDateTimeISO(timezone).toPlainDate().toString(),
  );
}

/*
 * The KPIs of tickets straight from their words in the catalogue, by walking over tickets one by one: no days summed, no
 * histogram, no walking back. Slow and plain on purpose.
 */
export function oracleOf(asker: Asker, tickets: readonly OracleTicket[], now: number) {
  const dateOf = (at: number): string => localDate(at, asker.timezone);
  const today = dateOf(now);
  const counted = tickets.filter((ticket) => !ticket.demo && !ticket.deleted);
  const ends = ({ created, resolved, closed }: OracleTicket): number | null => {
    const ended = [resolved, closed].filter((at) => at !== null);
    return ended.length === 0 ? null : Math.max(created, Math.min(...ended));
  };
  const isIn = (at: number | null, { from, to }: OracleScope): boolean => {
    if (at === null || at > now) return false;
    const date = dateOf(at);
    return from <= date && date < to;
  };
  const created = (scope: OracleScope) =>
    counted.filter((ticket) => scope.matches(ticket) && isIn(ticket.created, scope));

  /** The engine counts in whole milliseconds. */
  const ms = (at: number): number => Math.floor(at / 1000) * 1000;
  const isKnown = (at: number | null): at is number => at !== null && ms(at) <= now;
  const present = tickets.filter((ticket) => !ticket.deleted);
  const replied = new Set(present.filter((ticket) => ticket.answered !== null).map((ticket) => ticket.source));
  const resolving = new Set(present.filter((ticket) => ticket.resolved !== null).map((ticket) => ticket.source));

  /**
   * First response and resolution of a ticket as far as they are known now, round the clock and by default targets. `kept`: a half
   * that is decided after the ticket's end is kept as open until then, though nothing is owed any more.
   */
  const halvesOf = (
    { source, priority, created: at, answered, resolved, closed }: OracleTicket,
    kept = true,
  ): [State, State] => {
    const from = ms(at);
    const later = (instant: number | null) => (isKnown(instant) ? Math.max(from, ms(instant)) : null);
    const ended = [later(resolved), later(closed)].filter((instant) => instant !== null);
    const end = ended.length === 0 ? null : Math.min(...ended);
    const half = (isDelivered: boolean, done: number | null, hours: number | undefined, isAhead: boolean): State => {
      if (!isDelivered || hours === undefined) return 'not-measured';
      const due = from + hours * 3_600_000_000;
      const stop = [done, end].filter((instant) => instant !== null).concat(Number.POSITIVE_INFINITY);
      if (due <= now && Math.min(...stop) > due) return 'missed';
      if (done !== null) return 'met';
      return end === null || isAhead ? 'pending' : 'not-measured';
    };
    const targets = { critical: [1, 4], high: [2, 24] }[priority ?? ''] ?? [];
    return [
      half(replied.has(source), later(answered), targets[0], kept && answered !== null),
      half(resolving.has(source), later(resolved), targets[1], kept && resolved !== null),
    ];
  };
  const wholeOf = (halves: readonly State[]): State =>
    (['missed', 'pending', 'met'] as const).find((state) => halves.includes(state)) ?? 'not-measured';
  const ratioOf = (states: readonly State[]): OracleAnswer => {
    const count = (wanted: State) => states.filter((state) => state === wanted).length;
    const decided = count('met') + count('missed');
    return {
      value: decided === 0 ? null : count('met') / decided,
      numerator: count('met'),
      denominator: decided,
      parts: { pending: count('pending'), not_measured: count('not-measured') },
    };
  };
  const timesOf = (times: readonly number[]): OracleAnswer => {
    const sorted = times.toSorted((a, b) => a - b);
    const ranked = (q: number): number | null => {
      const rank = q * (sorted.length - 1);
      return sorted.length === 0 ? null : (sorted[Math.floor(rank)]! + sorted[Math.ceil(rank)]!) / 2;
    };
    return {
      value: ranked(0.5),
      parts: {
        average: sorted.length === 0 ? null : sorted.reduce((sum, time) => sum + time, 0) / sorted.length,
        median: ranked(0.5),
        p90: ranked(0.9),
        count: sorted.length,
      },
    };
  };

  const firstResponses = (scope: OracleScope): OracleAnswer =>
    timesOf(
      created(scope).flatMap(({ created: from, answered }) =>
        answered !== null && ms(answered) <= now ? [Math.max(0, ms(answered) - from) / 1e6] : [],
      ),
    );
  const resolutions = (scope: OracleScope): OracleAnswer => {
    const times = counted
      .filter((ticket) => scope.matches(ticket) && isIn(ticket.resolved, scope))
      .map((ticket) => (ticket.resolved! - ticket.created) / 1e6);
    const { value, parts } = timesOf(times.filter((time) => time >= 0));
    return { value, parts: { ...parts, negative: times.filter((time) => time < 0).length } };
  };
  const openAt = (scope: OracleScope): { open: OracleTicket[]; level: string } => {
    const lastDay = Temporal.PlainDate.from(scope.to).subtract({ days: 1 }).toString();
    // The end of a day that is over, else this moment.
    const isBy = (at: number): boolean => (lastDay < today ? dateOf(at) <= lastDay : at <= now);
    const open = counted.filter((ticket) => {
      const end = ends(ticket);
      return scope.matches(ticket) && isBy(ticket.created) && (end === null || !isBy(end));
    });
    return { open: scope.from > today ? [] : open, level: lastDay < today ? lastDay : today };
  };

  return {
    today,
    tickets: (scope: OracleScope): OracleAnswer => ({ value: created(scope).length, parts: {} }),

    sla: (scope: OracleScope): OracleAnswer => ratioOf(created(scope).map((one) => wholeOf(halvesOf(one, false)))),
    'sla-first-response': (scope: OracleScope): OracleAnswer => ratioOf(created(scope).map((one) => halvesOf(one)[0])),
    'sla-resolution': (scope: OracleScope): OracleAnswer => ratioOf(created(scope).map((one) => halvesOf(one)[1])),

    'tickets-resolved': (scope: OracleScope): OracleAnswer => ({
      value: counted.filter((one) => scope.matches(one) && isIn(one.resolved, scope)).length,
      parts: {},
    }),

    'first-response-time': (scope: OracleScope): OracleAnswer => firstResponses(scope),

    'sla-reported': (scope: OracleScope): OracleAnswer => {
      const flags = created(scope).map((ticket) => ticket.flag);
      const met = flags.filter((flag) => flag === true).length;
      const flagged = flags.filter((flag) => flag !== null).length;
      return {
        value: flagged === 0 ? null : met / flagged,
        numerator: met,
        denominator: flagged,
        parts: { unflagged: flags.length - flagged },
      };
    },

    'resolution-time': (scope: OracleScope): OracleAnswer => resolutions(scope),

    leaderboard: (scope: OracleScope): OracleAnswer => {
      const isAssigned = (one: OracleTicket) => one.operator !== null;
      const assigned = created(scope).filter(isAssigned);
      const told = assigned.filter(({ source }) => resolving.has(source));
      const resolved = told.filter((one) => isKnown(one.resolved)).length;
      const own = { ...scope, matches: (one: OracleTicket) => scope.matches(one) && isAssigned(one) };
      return {
        value: told.length === 0 ? null : resolved / told.length,
        numerator: resolved,
        denominator: told.length,
        parts: {
          assigned: assigned.length,
          resolved: told.length === 0 && assigned.length > 0 ? null : resolved,
          first_response: firstResponses(own).value,
          resolution: resolutions(own).value,
          sla: ratioOf(assigned.map((one) => wholeOf(halvesOf(one, false)))).value,
        },
      };
    },

    workload: (scope: OracleScope): OracleAnswer => {
      const open = openAt(scope).open;
      const assigned = open.filter(({ operator }) => operator !== null).length;
      return { value: assigned, parts: { open: assigned, unassigned: open.length - assigned } };
    },

    backlog: (scope: OracleScope): OracleAnswer => {
      const { open, level } = openAt(scope);
      const ages = open.map((ticket) => Temporal.PlainDate.from(dateOf(ticket.created)).until(level).total('days'));
      const between = (least: number, below: number) => ages.filter((age) => age >= least && age < below).length;
      return {
        value: open.length,
        parts: {
          under_1d: between(0, 1),
          under_3d: between(1, 3),
          under_7d: between(3, 7),
          under_30d: between(7, 30),
          over_30d: between(30, Number.POSITIVE_INFINITY),
        },
      };
    },
  };
}
