import type { Bins } from '../../domain/histogram.ts';
import type { Filter, Group } from '../kpi.ts';
import type { Member } from './staff.ts';

/** Open tickets of one operator. `team`: those of each operator of the team, where the viewer may know them. */
interface Load {
  source: string;
  id: string;
  open: number;
  team: readonly number[] | null;
  /** Has a team whose median this viewer may not be told. */
  withheld: boolean;
}

export interface Asked {
  filters: readonly Filter[];
  seesAll: boolean;
}

/**
 * Everybody who has open tickets, and the active operators of a team who have none. A team's median is over those of its
 * operators who are active or have tickets: so it does not depend on which of them the question is about, and one without
 * tickets counts as 0. Asked about a team's tickets, only that team's operators are compared.
 */
export function loadsOf(open: readonly Group[], staff: readonly Member[], { filters, seesAll }: Asked): Load[] {
  const members = new Map(staff.map((member) => [keyOf(member), member]));
  const counts = new Map(open.map(({ source, key, sums }) => [keyOf({ source, id: key }), sums.counts.open ?? 0]));
  const asksTeam = (member: Member) => meets(filters, 'team', member.source, member.team ?? '');
  // Of an account's tickets nobody is expected to have any.
  const idle = filters.some(({ dimension }) => dimension === 'account')
    ? []
    : staff.filter((member) => member.active && member.team !== null && asksTeam(member) && !counts.has(keyOf(member)));
  const people = [
    ...open.map(({ source, key, sums }) => ({ source: source ?? '', id: key ?? '', open: sums.counts.open ?? 0 })),
    ...idle.map(({ source, id }) => ({ source, id, open: 0 })),
  ];
  const teams = Map.groupBy(
    staff.filter((member) => member.team !== null && (member.active || counts.has(keyOf(member)))),
    teamOf,
  );
  return people
    .filter(({ source, id }) => meets(filters, 'operator', source, id))
    .map((person) => {
      const member = members.get(keyOf(person));
      const compared = member?.team != null && member.teamSeen && asksTeam(member);
      const team = compared ? (teams.get(teamOf(member)) ?? []).map((other) => counts.get(keyOf(other)) ?? 0) : null;
      return { ...person, team, withheld: !seesAll && !member?.teamSeen };
    });
}

/** An operator's load as a group; `bins.team` counts the team's operators by how many open tickets they have. */
export function groupOf({ source, id, open, team, withheld }: Load): Group {
  const counts = { open, operators: 1, withheld: withheld ? 1 : 0 };
  return { bucket: null, key: id, source, sums: { counts, bins: team === null ? {} : { team: tally(team) } } };
}

function tally(values: readonly number[]): Bins {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The median of values counted by value, exact; null without any. */
export function medianOf(counts: Bins): number | null {
  const values = [...counts].flatMap(([value, times]) => Array<number>(times).fill(value)).sort((a, b) => a - b);
  const middle = (values.length - 1) / 2;
  if (values.length === 0) return null;
  return (values[Math.floor(middle)]! + values[Math.ceil(middle)]!) / 2;
}

function meets(filters: readonly Filter[], dimension: Filter['dimension'], source: string, key: string): boolean {
  return filters
    .filter((filter) => filter.dimension === dimension)
    .every(({ values }) => values.some((value) => value.key === key && (value.source ?? source) === source));
}

function keyOf({ source, id }: { source: string | null; id: string | null }): string {
  return JSON.stringify([source, id]);
}

function teamOf({ source, team }: Member): string {
  return JSON.stringify([source, team]);
}
