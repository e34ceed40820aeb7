import { type Company, daySeconds, happened } from './company.ts';
import type { DayBook } from './day-book.ts';
import { type LeadLife, repsOn } from './leads.ts';
import { randomFor } from './random.ts';

/** One attempt of a rep to reach somebody, with what will come of it. Times are epoch seconds. */
export interface OutreachLife {
  id: string;
  sentAt: number;
  channel: string;
  respondedAt: number | undefined;
  convertedAt: number | undefined;
  operatorId: string;
  accountId: string | undefined;
  leadId: string | undefined;
}

/** By channel: share of all attempts, of those answered, of those answered that come to something. */
const channels = [
  { name: 'email', weight: 45, responds: 0.14, converts: 0.16 },
  { name: 'whatsapp', weight: 28, responds: 0.31, converts: 0.2 },
  { name: 'phone', weight: 20, responds: 0.38, converts: 0.27 },
  { name: 'linkedin', weight: 7, responds: 0.09, converts: 0.12 },
] as const;
const byWeight = channels.map((channel) => [channel, channel.weight] as const);

/** What the reps sent on a local day: five attempts each on a working day, none on Sundays. */
export function outreachOf(company: Company, leads: DayBook<LeadLife>, day: number): OutreachLife[] {
  if (company.weekday(day) === 6) return [];
  const { seed } = company.founding;
  return repsOn(day).flatMap((rep) => {
    const random = randomFor(`${seed}/outreach/${day}/${rep.id}`);
    const count = Math.max(0, Math.round((company.weekday(day) === 5 ? 1 : 5) + 1.6 * random.normal()));
    return Array.from({ length: count }, (_, index): OutreachLife => {
      const channel = random.weighted(byWeight);
      const sentAt = company.dayStart(day) + 8 * 3600 + Math.floor(10 * 3600 * random.next());
      const recent = leads.of(day - 1 - Math.floor(14 * random.next()));
      // Leads exist from the first day on; half of all attempts are at somebody who is not one yet.
      const lead = random.chance(0.5) && recent.length > 0 ? random.pick(recent) : undefined;
      const responds = random.chance(channel.responds);
      const respondedAt = responds ? sentAt + Math.round(1800 + 2.5 * daySeconds * random.next() ** 2) : undefined;
      const converts = respondedAt !== undefined && random.chance(channel.converts);
      return {
        id: `or-${company.dateOf(day).toString().replaceAll('-', '').slice(2)}-${rep.id}-${index + 1}`,
        sentAt,
        channel: channel.name,
        respondedAt,
        convertedAt: converts ? respondedAt + Math.round(12 * daySeconds * random.next()) : undefined,
        operatorId: rep.id,
        accountId: lead?.accountId,
        leadId: lead?.id,
      };
    });
  });
}

/** An attempt as the CRM has it at a moment; undefined before it was made. */
export function outreachAt(life: OutreachLife, now: number) {
  if (life.sentAt >= now) return undefined;
  const respondedAt = happened(life.respondedAt, now);
  const convertedAt = happened(life.convertedAt, now);
  return {
    ...life,
    responded: respondedAt !== undefined,
    converted: convertedAt !== undefined,
    updatedAt: convertedAt ?? respondedAt ?? life.sentAt,
  };
}
