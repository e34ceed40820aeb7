import { accountWeights } from './accounts.ts';
import { arrivalSecond, type Day, dayOf, type Founding, ticketCount } from './demand.ts';
import { type Random, randomFor } from './random.ts';
import { answering, teams } from './staff.ts';

type Priority = 'critical' | 'high' | 'medium' | 'low';
export type Status = 'new' | 'open' | 'pending' | 'on-hold' | 'resolved' | 'closed' | 'cancelled';

/** A ticket with everything that will ever happen to it; `ticketAt` hides the future. Times are epoch seconds. */
export interface TicketLife {
  id: string;
  priority: Priority;
  channel: string;
  category: string;
  teamId: string;
  operatorId: string;
  accountId: string;
  createdAt: number;
  firstResponseAt: number;
  resolvedAt: number;
  /** When it was opened again, and resolved for good. */
  reopened: { at: number; resolvedAt: number } | undefined;
  closedAt: number;
  /** Withdrawn by the customer: closed without a resolution. */
  cancelled: boolean;
  waiting: 'open' | 'pending' | 'on-hold';
  /** The CRM forgot to judge it. */
  unjudged: boolean;
}

interface Handling {
  share: number;
  /** Hours: median first response and resolution, spread of ln hours, and what the CRM's SLA allows. */
  response: number;
  resolution: number;
  spread: number;
  targets: { response: number; resolution: number };
}

const handling: Record<Priority, Handling> = {
  critical: { share: 4, response: 0.22, resolution: 1.5, spread: 0.58, targets: { response: 1, resolution: 4 } },
  high: { share: 16, response: 0.5, resolution: 7, spread: 0.72, targets: { response: 2, resolution: 24 } },
  medium: { share: 50, response: 1.1, resolution: 23, spread: 0.68, targets: { response: 4, resolution: 72 } },
  low: { share: 30, response: 2.2, resolution: 40, spread: 0.66, targets: { response: 8, resolution: 120 } },
};
const priorities = (Object.keys(handling) as Priority[]).map((name) => [name, handling[name].share] as const);
const teamWeights = teams.map((team) => [team, team.weight] as const);

/** The tickets that came in on a local day, whole lives. */
export function ticketsOf(founding: Founding, date: Temporal.PlainDate): TicketLife[] {
  const day = dayOf(founding, date);
  const count = ticketCount(day, randomFor(`${founding.seed}/${date}/count`));
  const arrivals = Array.from({ length: count }, (_, index) =>
    arrivalSecond(randomFor(`${founding.seed}/${date}/${index}/at`)),
  );
  return arrivals
    .toSorted((a, b) => a - b)
    .map((second, index) => liveThrough(founding, day, second, index, randomFor(`${founding.seed}/${date}/${index}`)));
}

function liveThrough(founding: Founding, day: Day, second: number, index: number, random: Random): TicketLife {
  const priority = random.weighted(priorities);
  const { response, resolution, spread } = handling[priority];
  const team = random.weighted(teamWeights);
  const operator = random.weighted(answering(team.id, day.number));
  const opened = day.date.toPlainDateTime({
    hour: Math.floor(second / 3600),
    minute: Math.floor((second % 3600) / 60),
    second: second % 60,
  });
  const createdAt =
    opened.toZonedDateTime(founding.timezone, { disambiguation: 'compatible' }).epochMilliseconds / 1000;
  const strain = day.bad ? 1.75 : 1;
  const skill = Math.exp(0.18 * randomFor(`${founding.seed}/${operator.id}`).normal());
  const takes = (median: number) =>
    Math.round(3600 * median * team.pace * strain * skill * Math.exp(spread * random.normal()));

  const firstResponseAt = createdAt + waitForOffice(opened, priority, random) + takes(response);
  // A few get stuck for weeks, waiting for a part or for an answer: that is where an old backlog comes from.
  const stuck = random.chance(0.012) ? Math.round(86_400 * (8 + 50 * random.next() ** 2)) : 0;
  const resolvedAt = Math.max(createdAt + takes(resolution), firstResponseAt + 240) + stuck;
  const reopenedAt = resolvedAt + Math.round(3600 * (2 + 60 * random.next()));
  const reopened = random.chance(0.045)
    ? { at: reopenedAt, resolvedAt: reopenedAt + takes(resolution * 0.7) + 600 }
    : undefined;
  const ended = reopened?.resolvedAt ?? resolvedAt;
  const cancelled = random.chance(0.015);
  return {
    id: `LG-${day.date.toString().replaceAll('-', '').slice(2)}-${String(index + 1).padStart(3, '0')}`,
    priority,
    channel: random.weighted(channelsOn(day)),
    category: random.pick(team.categories),
    teamId: team.id,
    operatorId: operator.id,
    accountId: random.weighted(accountWeights),
    createdAt,
    firstResponseAt,
    resolvedAt,
    reopened: cancelled ? undefined : reopened,
    closedAt: cancelled ? resolvedAt : ended + Math.round(86_400 * (1 + 2 * random.next())),
    cancelled,
    waiting: stuck > 0 ? 'on-hold' : random.chance(0.3) ? 'pending' : 'open',
    unjudged: random.chance(0.02),
  };
}

/** Customers move from mail to chat apps as time goes by. */
function channelsOn(day: Day): readonly (readonly [string, number])[] {
  const years = Math.max(0, day.number / 365);
  return [
    ['email', 38 / (1 + 0.25 * years)],
    ['chat', 27],
    ['phone', 20 / (1 + 0.15 * years)],
    ['whatsapp', 15 * (1 + 0.6 * years)],
  ];
}

/** Nobody answers at night but for what is critical: seconds until the office opens at eight. */
function waitForOffice(at: Temporal.PlainDateTime, priority: Priority, random: Random): number {
  if (priority === 'critical') return 0;
  const closed = at.hour >= 19 ? 24 + 8 - at.hour : at.hour < 8 ? 8 - at.hour : 0;
  // Night duty takes most of it; the rest waits.
  return closed > 0 && random.chance(0.25) ? Math.round(closed * 3600 * 0.5) : 0;
}

/** A ticket as the CRM has it at a moment (epoch seconds); undefined before it exists. */
export function ticketAt(life: TicketLife, now: number) {
  if (life.createdAt >= now) return undefined;
  const happened = (at: number | undefined) => (at !== undefined && at < now ? at : undefined);
  const reopenedAt = happened(life.reopened?.at);
  const resolvedAt = life.cancelled
    ? undefined
    : happened(reopenedAt === undefined ? life.resolvedAt : life.reopened?.resolvedAt);
  const closedAt = happened(life.closedAt);
  const firstResponseAt = happened(life.firstResponseAt);
  const status: Status =
    closedAt !== undefined
      ? life.cancelled
        ? 'cancelled'
        : 'closed'
      : resolvedAt !== undefined
        ? 'resolved'
        : firstResponseAt === undefined
          ? 'new'
          : life.waiting;
  return {
    ...life,
    firstResponseAt,
    resolvedAt,
    closedAt,
    status,
    reopenedCount: reopenedAt === undefined ? 0 : 1,
    slaMet: judge(life, firstResponseAt, resolvedAt, now),
    updatedAt: Math.max(
      life.createdAt,
      ...[firstResponseAt, reopenedAt, resolvedAt, closedAt, happened(life.resolvedAt)].map((at) => at ?? 0),
    ),
  };
}

/** How much longer than usual for its priority a ticket took until it was done with: ln of the ratio, 0 is as usual. */
export function slowness({ createdAt, resolvedAt, reopened, priority }: TicketLife): number {
  return Math.log(((reopened?.resolvedAt ?? resolvedAt) - createdAt) / (3600 * handling[priority].resolution));
}

/** The CRM's verdict: missed from the moment a target passes, met at the resolution, none before and for the odd ticket. */
function judge(
  life: TicketLife,
  firstResponseAt: number | undefined,
  resolvedAt: number | undefined,
  now: number,
): boolean | undefined {
  if (life.unjudged || life.cancelled) return undefined;
  const { targets } = handling[life.priority];
  const late =
    (firstResponseAt ?? now) - life.createdAt > targets.response * 3600 ||
    (resolvedAt ?? now) - life.createdAt > targets.resolution * 3600;
  if (late) return false;
  return resolvedAt === undefined ? undefined : true;
}
