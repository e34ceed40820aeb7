import { formatDate } from '../../../domain/format.ts';
import { counted, type Point } from '../lists/entry.ts';

/** Scores from which a contact is on the list. */
export const leastScore = 3;
/** What is called recent, in days. */
export const recentDays = 7;
export const dealDays = 14;
/** Messages that are more than an answer. */
const several = 3;

/** What is known of a contact on one day. */
export interface Signals {
  /** The last reply to a campaign within a week. */
  reply: { campaign: string; day: string } | null;
  /** Messages it wrote within a week, and on how many days. */
  messages: number;
  messageDays: number;
  /** Its newest open opportunity, and whether it was made or engaged within two weeks. */
  opportunity: { stage: string | null; recent: boolean } | null;
  /** Its newest lead that is not closed: since when, and whether that was within two weeks. */
  lead: { qualified: boolean; day: string; recent: boolean } | null;
}

/**
 * Why a contact may want to buy, each reason with its points: a reply to a campaign within a week (2); three messages within a
 * week (1), on three days (2); an open opportunity (1), made or engaged within two weeks (2); a lead made or qualified within
 * two weeks (1). What was written is not read: nobody knows whether it asked for a price. Pure.
 */
export function intentPoints({ reply, messages, messageDays, opportunity, lead }: Signals): Point[] {
  const points: Point[] = [];
  if (reply) points.push({ points: 2, reason: `replied to ${reply.campaign} on ${formatDate(reply.day)}` });
  if (messages >= several)
    points.push({
      points: messageDays >= several ? 2 : 1,
      reason: `${counted(messages, 'message')} on ${counted(messageDays, 'day')} within ${recentDays} days`,
    });
  if (opportunity)
    points.push({
      points: opportunity.recent ? 2 : 1,
      reason: `open opportunity${opportunity.stage === null ? '' : ` (${opportunity.stage})`}${opportunity.recent ? `, moved within ${dealDays} days` : ''}`,
    });
  if (lead?.recent)
    points.push({ points: 1, reason: `${lead.qualified ? 'qualified lead' : 'lead'} since ${formatDate(lead.day)}` });
  return points;
}

/** Without a sign of the last week there is nothing to follow up now. */
export function isFresh({ reply, messages }: Signals): boolean {
  return reply !== null || messages > 0;
}
