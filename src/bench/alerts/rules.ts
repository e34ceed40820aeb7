import { alertRooms } from '../../alerts/kinds/index.ts';
import { ticketPriorities } from '../../domain/entities/support.ts';
import { accounts, teams } from '../company.ts';

/** Thresholds that hardly anything is beyond: in life most rules are quiet most of the time. */
const kpis = [
  { words: 'sla 7d', below: 0.2 },
  { words: 'sla-first-response 7d', below: 0.2 },
  { words: 'sla-resolution 30d', below: 0.2 },
  { words: 'tickets today', above: 100_000 },
  { words: 'tickets 7d', above: 100_000 },
  { words: 'backlog', above: 100_000 },
  { words: 'resolution-time 30d', above: 100 * 86_400 },
] as const;

/** Of a hundred rules so many are of each kind; what there is no room for (yet) are thresholds. */
const shares = { 'sla-risk': 40, queue: 10, freshness: 2 } as const;

/**
 * So many rules, each as a team would write it for itself: thresholds of a KPI for one account, team or priority, or for
 * one of another within it; risks of one team or account, or of one of them by another; queues of teams; streams. One
 * threshold in fifty fires.
 */
export function ruleSettings(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => {
    const place = index % 100;
    if (place < shares['sla-risk'] && has('sla-risk')) return slaRisk(index);
    if (place >= 80 && place < 80 + shares.queue && has('queue'))
      return { kind: 'queue', team: `team-${1 + (index % teams)}`, waiting: 5_000 + (index % 1_000) };
    if (place >= 90 && place < 90 + shares.freshness && has('freshness')) return { kind: 'freshness', source: 'bench' };
    return threshold(index);
  });
}

function has(kind: string): boolean {
  return alertRooms.some((room) => room.kind === kind);
}

/** Each watches something of its own, as nobody writes a rule twice: teams, their priorities, accounts, and those by priority and team. */
function slaRisk(index: number): Record<string, unknown> {
  const number = Math.floor(index / 100) * shares['sla-risk'] + (index % 100);
  // A quarter of a target of five days is longer than any of the open tickets has left: all of them would be at risk.
  return { kind: 'sla-risk', at_risk: false, ...watchedBy(number), before: `${5 + (index % 50)} min` };
}

function watchedBy(number: number): Record<string, unknown> {
  const priorities = ticketPriorities.length;
  const counts = [teams, teams * priorities, accounts, accounts * priorities, accounts * teams];
  let [rest, level] = [number, 0];
  while (rest >= counts[level]! && level < counts.length - 1) rest -= counts[level++]!;
  const team = `team-${1 + (rest % teams)}`;
  const account = `account-${1 + (rest % accounts)}`;
  const priority = (things: number) => [ticketPriorities[Math.floor(rest / things) % priorities]];
  const levels = [
    { team },
    { team, priority: priority(teams) },
    { account },
    { account, priority: priority(accounts) },
    { account, team: `team-${1 + (Math.floor(rest / accounts) % teams)}` },
  ];
  return levels[level]!;
}

function threshold(index: number): Record<string, unknown> {
  const { words, ...mark } = kpis[index % kpis.length]!;
  const firing = index % 50 === 49 ? fired(mark) : mark;
  const [account, team, priority] = [
    `account:account-${1 + (index % accounts)}`,
    `team:team-${1 + (index % teams)}`,
    `priority:${ticketPriorities[index % ticketPriorities.length]}`,
  ];
  const where = [account, account, team, priority, `${team} ${priority}`, `${account} ${priority}`];
  return { kind: 'kpi-threshold', kpi: `${words} ${where[Math.floor(index / 7) % where.length]}`, ...firing };
}

/** The same mark where nearly everything is beyond it. */
function fired(mark: { below: number } | { above: number }): Record<string, number> {
  return 'below' in mark ? { below: 1.01 } : { above: 0 };
}
