import { type CampaignLife, isListed, type Touch, touch } from './campaigns.ts';
import type { Company } from './company.ts';
import type { ContactLife, Roster } from './contacts.ts';

/** The counters of a report, with the moments at which they grow (each list ascending). */
interface Tally {
  sent: Float64Array;
  delivered: Float64Array;
  read: Float64Array;
  replied: Float64Array;
  failed: Float64Array;
}

export interface ReportCounters {
  total_recipients: number;
  delivered: number;
  read: number;
  replied: number;
  failed: number;
}

const tallies = new WeakMap<Roster, Map<number, Tally>>();
/** Campaigns whose counters are kept at a time; a tally of 30,000 recipients takes about a megabyte. */
const mostTallies = 40;

/** What a campaign's report says at a moment. Counters stand still from its completion on. */
export function reportAt(company: Company, roster: Roster, campaign: CampaignLife, now: number): ReportCounters {
  if (campaign.sentUntil === undefined || campaign.scheduledFor! >= now)
    return { total_recipients: 0, delivered: 0, read: 0, replied: 0, failed: 0 };
  const until = Math.min(now, campaign.completedAt!);
  const tally = tallyOf(company, roster, campaign);
  return {
    // The list is fixed when sending begins.
    total_recipients: tally.sent.length,
    delivered: before(tally.delivered, until),
    read: before(tally.read, until),
    replied: before(tally.replied, until),
    failed: before(tally.failed, until),
  };
}

/** Contacts written to by a campaign, whole lives. */
export function* touchesOf(company: Company, roster: Roster, campaign: CampaignLife): Generator<[ContactLife, Touch]> {
  if (campaign.sentUntil === undefined) return;
  const count = roster.created(campaign.scheduledFor!);
  for (let index = 0; index < count; index++) {
    if (!isListed(company, campaign, index)) continue;
    const contact = roster.life(index);
    const found = touch(company, campaign, contact);
    if (found) yield [contact, found];
  }
}

function tallyOf(company: Company, roster: Roster, campaign: CampaignLife): Tally {
  const known = tallies.get(roster) ?? new Map<number, Tally>();
  tallies.set(roster, known);
  const cached = known.get(campaign.number);
  if (cached) return cached;
  const times = { sent: [], delivered: [], read: [], replied: [], failed: [] } as Record<keyof Tally, number[]>;
  for (const [contact, { message, repliedAt }] of touchesOf(company, roster, campaign)) {
    const stays = (at: number | undefined): at is number =>
      at !== undefined && (contact.deletedAt === undefined || at < contact.deletedAt);
    times.sent.push(message.at);
    if (stays(message.deliveredAt)) times.delivered.push(message.deliveredAt);
    if (stays(message.readAt)) times.read.push(message.readAt);
    if (stays(repliedAt)) times.replied.push(repliedAt);
    if (stays(message.failed?.at)) times.failed.push(message.failed!.at);
  }
  const sorted = (list: number[]) => Float64Array.from(list).toSorted();
  const tally = {
    sent: sorted(times.sent),
    delivered: sorted(times.delivered),
    read: sorted(times.read),
    replied: sorted(times.replied),
    failed: sorted(times.failed),
  };
  if (known.size >= mostTallies) known.delete(known.keys().next().value!);
  known.set(campaign.number, tally);
  return tally;
}

/** How many of the ascending times lie before the moment. */
function before(times: Float64Array, now: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < now) low = middle + 1;
    else high = middle;
  }
  return low;
}
