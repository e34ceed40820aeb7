import { formatDate } from '../../../domain/format.ts';
import { counted, type Point } from '../lists/entry.ts';

/** Scores from which a contact is on the list: one strong sign, or several weak ones. */
export const leastScore = 3;
/** Silence of so many times what is usual for a contact is a sign, and a strong one. */
const longTimes = 3;
const veryLongTimes = 6;
/** Shorter silence is none, and longer one is no risk any more: the contact is lost. */
export const silence = { fewestDays: 7, mostDays: 60 } as const;
/** Days with messages below which nobody knows what is usual for a contact. */
const fewestActiveDays = 4;
/** A ticket that is open for longer weighs. */
export const oldTicketDays = 7;

/** What is known of a contact on one day. */
export interface Signals {
  /** Days since it last wrote; null: it has not within half a year. */
  silentDays: number | null;
  /** Days on which it wrote within half a year. */
  activeDays: number;
  /** Middle of the days between those. */
  usualDays: number | null;
  /** Open for more than a week. */
  oldTickets: number;
  /** Within 30 days: came back, or missed their target. */
  reopened: number;
  missed: number;
  /** The last answers within 90 days. */
  csat: { score: number; day: string } | null;
  nps: { score: number; day: string } | null;
}

/**
 * Why a contact may leave, each reason with its points: silence beyond three (2) or six times (3) its own usual interval, of at
 * least a week; each ticket open for more than a week (1, at most 2); a ticket reopened (1) or one that missed its target (1)
 * within 30 days; a last satisfaction of 1 or 2 (2) or a last recommendation of 0 to 6 (1) within 90 days. Pure.
 */
export function churnPoints(signals: Signals): Point[] {
  const { oldTickets, reopened, missed, csat, nps } = signals;
  const points: Point[] = [];
  const silent = silencePoints(signals);
  if (silent) points.push(silent);
  if (oldTickets > 0)
    points.push({
      points: Math.min(2, oldTickets),
      reason: `${counted(oldTickets, 'ticket')} open for more than ${oldTicketDays} days`,
    });
  if (reopened > 0) points.push({ points: 1, reason: `${counted(reopened, 'ticket')} reopened within 30 days` });
  if (missed > 0) points.push({ points: 1, reason: `${counted(missed, 'ticket')} beyond target within 30 days` });
  if (csat && csat.score <= 2)
    points.push({ points: 2, reason: `last rated ${csat.score} of 5 on ${formatDate(csat.day)}` });
  if (nps && nps.score <= 6)
    points.push({ points: 1, reason: `would recommend ${nps.score} of 10 on ${formatDate(nps.day)}` });
  return points;
}

function silencePoints({ silentDays, activeDays, usualDays }: Signals): Point | null {
  if (silentDays === null || usualDays === null || activeDays < fewestActiveDays) return null;
  const usual = Math.max(1, usualDays);
  if (silentDays < silence.fewestDays || silentDays < longTimes * usual) return null;
  const every = usual === 1 ? 'day' : `${Math.round(usual)} days`;
  return {
    points: silentDays >= veryLongTimes * usual ? 3 : 2,
    reason: `silent for ${counted(silentDays, 'day')}, usually writes every ${every}`,
  };
}
