import type { Founding } from './demand.ts';
import { type Random, randomFor } from './random.ts';
import { slowness, type TicketLife, ticketsOf } from './tickets.ts';

/** A survey answer; times are epoch seconds. */
export interface SurveyAnswer {
  id: string;
  kind: 'csat' | 'nps';
  score: number;
  answeredAt: number;
  accountId: string;
  /** Missing where the survey was not about somebody's work. */
  operatorId: string | undefined;
  teamId: string | undefined;
  ticketId: string | undefined;
  comment: string | undefined;
}

const hour = 3600;
const day = 24 * hour;

/** Of those asked, how many answer; the unhappy a little more often. */
const responseShare = 0.28;

/**
 * How the customer felt about a ticket, about 0 on average: the longer it took for its priority the worse, a ticket that
 * came back is resented. Weeks are no worse than a few days: by then all is said.
 */
function mood(life: TicketLife): number {
  const slow = Math.min(2.5, Math.max(-2, slowness(life)));
  return -0.62 * slow - (life.reopened ? 0.8 : 0);
}

/** The customer's answer about one ticket's resolution; undefined where nobody asked or nobody answered. */
export function satisfactionOf(founding: Founding, life: TicketLife): SurveyAnswer | undefined {
  if (life.cancelled) return undefined;
  const random = randomFor(`${founding.seed}/csat/${life.id}`);
  const felt = mood(life) + 0.75 * random.normal();
  if (!random.chance(responseShare * (felt < -1 ? 1.35 : 1))) return undefined;
  const score = toScale(4.5 + 1.05 * felt, 1, 5);
  // Every twentieth answer came by a link that does not say whose work it is about.
  const known = !random.chance(0.05);
  return {
    id: `cs-${life.id}`,
    kind: 'csat',
    score,
    answeredAt: (life.reopened?.resolvedAt ?? life.resolvedAt) + laterBy(random, 5 * hour),
    accountId: life.accountId,
    operatorId: known ? life.operatorId : undefined,
    teamId: known ? life.teamId : undefined,
    ticketId: known ? life.id : undefined,
    comment: random.chance(0.25) ? remark(score / 5, random) : undefined,
  };
}

/**
 * Answers to the recommendation survey of a month: on a day of its own, every account is asked through some of the people
 * who had a ticket in the month before. What an account went through then is part of what each of its people says.
 */
export function recommendationsOf(founding: Founding, month: Temporal.PlainYearMonth): SurveyAnswer[] {
  const before = month.subtract({ months: 1 });
  const lives = Array.from({ length: before.daysInMonth }, (_, index) =>
    ticketsOf(founding, before.toPlainDate({ day: index + 1 })),
  ).flat();
  const moods = new Map<string, number[]>();
  for (const life of lives) moods.set(life.accountId, [...(moods.get(life.accountId) ?? []), mood(life)]);
  return lives.flatMap((life) => {
    const random = randomFor(`${founding.seed}/nps/${month}/${life.id}`);
    if (!random.chance(0.17) || !random.chance(responseShare)) return [];
    const all = moods.get(life.accountId)!;
    const account = all.reduce((sum, one) => sum + one, 0) / all.length;
    const score = toScale(8.5 + 2.6 * account + 0.9 * mood(life) + 1.5 * random.normal(), 0, 10);
    return [
      {
        id: `np-${month}-${life.id}`,
        kind: 'nps' as const,
        score,
        answeredAt: askedAt(founding, month, life.accountId) + laterBy(random, 9 * hour),
        accountId: life.accountId,
        operatorId: undefined,
        teamId: random.chance(0.9) ? life.teamId : undefined,
        ticketId: undefined,
        comment: random.chance(0.3) ? remark(score / 10, random) : undefined,
      },
    ];
  });
}

/** Nine in the morning of the account's day of the month. */
function askedAt(founding: Founding, month: Temporal.PlainYearMonth, accountId: string): number {
  const ofMonth = 1 + Math.floor(26 * randomFor(`${founding.seed}/nps/${accountId}`).next());
  return (
    month.toPlainDate({ day: ofMonth }).toZonedDateTime({ timeZone: founding.timezone, plainTime: '09:00' })
      .epochMilliseconds / 1000
  );
}

/** Most answer within hours, some after days; nobody after a week. */
function laterBy(random: Random, median: number): number {
  return Math.round(Math.min(7 * day, median * Math.exp(1.1 * random.normal())));
}

function toScale(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)));
}

const remarks = {
  good: ['Quick and friendly, thank you!', 'Solved in one go', 'Terima kasih, cepat sekali', 'Always a pleasure'],
  fair: ['It works now', 'Fine, but I had to ask twice', 'Sudah selesai'],
  bad: ['Took far too long', 'Nobody told me what was happening', 'Lama sekali', 'Had to explain it three times'],
} as const;

/** What is written beside a score, given as a share of the highest. */
function remark(share: number, random: Random): string {
  return random.pick(share >= 0.8 ? remarks.good : share > 0.6 ? remarks.fair : remarks.bad);
}
