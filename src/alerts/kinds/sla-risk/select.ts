import type { AlertRuleOf } from '../../../config/alerts.ts';
import { type NamedThing, type Names, named } from '../names.ts';
import type { Breach, MetricName, Reading, RunningClock, Ticket } from './read.ts';

type Settings = AlertRuleOf<'sla-risk'>;

/** What is known, put so that each of many rules finds what it watches without going through all of it. */
export interface Shelves {
  clocks: Shelf<RunningClock>;
  breaches: Shelf<Breach>;
}

interface Shelf<Item> {
  all: readonly Item[];
  byTeam: ReadonlyMap<string, readonly Item[]>;
  byAccount: ReadonlyMap<string, readonly Item[]>;
  byPriority: ReadonlyMap<string | null, readonly Item[]>;
}

export function shelve({ clocks, breaches }: Reading): Shelves {
  return { clocks: shelfOf(clocks), breaches: shelfOf(breaches) };
}

function shelfOf<Item extends { ticket: Ticket }>(all: readonly Item[]): Shelf<Item> {
  return {
    all,
    byTeam: Map.groupBy(all, ({ ticket }) => ticket.team),
    byAccount: Map.groupBy(all, ({ ticket }) => ticket.account),
    byPriority: Map.groupBy(all, ({ ticket }) => ticket.priority),
  };
}

/** What a rule watches; `unknown` where it names something there is none of. */
export type Watched =
  | { kind: 'watched'; clocks: readonly RunningClock[]; breaches: readonly Breach[] }
  | { kind: 'unknown'; reason: string };

export function watchedBy(settings: Settings, shelves: Shelves, names: Names): Watched {
  const cut = cutOf(settings, names);
  if (cut.kind === 'unknown') return cut;
  const { teams, accounts, holds } = cut;
  const pick = <Item extends RunningClock | Breach>(shelf: Shelf<Item>): Item[] => {
    const near = teams
      ? [...teams].flatMap((key) => shelf.byTeam.get(key) ?? [])
      : accounts
        ? [...accounts].flatMap((key) => shelf.byAccount.get(key) ?? [])
        : settings.priority
          ? settings.priority.flatMap((one) => shelf.byPriority.get(one) ?? [])
          : shelf.all;
    return near.filter(holds);
  };
  return { kind: 'watched', clocks: pick(shelves.clocks), breaches: pick(shelves.breaches) };
}

/** What a rule is cut to. */
export type Cut =
  | {
      kind: 'cut';
      teams: ReadonlySet<string> | null;
      accounts: ReadonlySet<string> | null;
      holds(one: { ticket: Ticket; metric: MetricName }): boolean;
    }
  | { kind: 'unknown'; reason: string };

export function cutOf({ team, account, priority, metrics }: Settings, names: Names): Cut {
  const teams = keysOf(team, 'team', names);
  if (typeof teams === 'string') return { kind: 'unknown', reason: teams };
  const accounts = keysOf(account, 'account', names);
  if (typeof accounts === 'string') return { kind: 'unknown', reason: accounts };
  return {
    ...{ kind: 'cut', teams, accounts },
    holds: ({ ticket, metric }) =>
      metrics.includes(metric) &&
      (!teams || teams.has(ticket.team)) &&
      (!accounts || accounts.has(ticket.account)) &&
      (!priority || priority.some((one) => one === ticket.priority)),
  };
}

/**
 * Sources that tickets of a rule may be of, by the ids of its teams and accounts; null: of any, also where it names something
 * there is none of, or whatever has none. Teams and accounts of different sources have no ticket in common, but may tomorrow.
 */
export function sourcesOf({ team, account }: Settings, names: Names): ReadonlySet<string> | null {
  const [teams, accounts] = [keysOf(team, 'team', names), keysOf(account, 'account', names)].map((keys) => {
    if (keys === null || typeof keys === 'string' || keys.has('')) return null;
    return new Set([...keys].map((key) => key.slice(0, key.indexOf('/'))));
  });
  if (!teams || !accounts) return teams ?? accounts ?? null;
  const both = teams.intersection(accounts);
  return both.size > 0 ? both : null;
}

function keysOf(texts: readonly string[] | undefined, thing: NamedThing, names: Names): Set<string> | string | null {
  if (!texts) return null;
  const keys = new Set<string>();
  for (const text of texts) {
    const found = named(names, thing, text);
    if (!found) return `there is no ${thing} "${text}"`;
    for (const key of found.keys) keys.add(key);
  }
  return keys;
}
