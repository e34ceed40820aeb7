import { type Company, daySeconds, happened } from './company.ts';
import { type ContactLife, contactAt, type Roster, segments } from './contacts.ts';
import { randomFor } from './random.ts';
import { deliver, type MessageLife, takes } from './sessions.ts';

export type CampaignStatus = 'draft' | 'scheduled' | 'active' | 'in_progress' | 'completed' | 'failed';

/** A campaign with everything that will ever happen to it. Times are epoch seconds. */
export interface CampaignLife {
  number: number;
  id: string;
  name: string;
  template: string;
  text: string;
  /** Who it is for; undefined for everybody. */
  segment: string | undefined;
  /** Share of those it is for who are on its list. */
  reach: number;
  createdAt: number;
  /** When a send time was set; undefined for a draft that stays one. */
  plannedAt: number | undefined;
  scheduledFor: number | undefined;
  /** When the last recipient has been written to. */
  sentUntil: number | undefined;
  completedAt: number | undefined;
  /** Broke off before anything was sent. */
  failedAt: number | undefined;
  /** Of those delivered, how many read; of those who read, how many reply; of all, how many fail. */
  rates: { read: number; reply: number; failure: number };
  /** Minor units of `campaignCurrency`, per recipient. */
  costMinor: number;
  nested: boolean;
}

export const campaignCurrency = 'USD';

const templates = [
  { id: 'new-arrivals', name: 'New arrivals', read: 0.71, reply: 0.1, text: 'New on our shelves: {}. Have a look?' },
  {
    id: 'seasonal-offer',
    name: 'Seasonal offer',
    read: 0.66,
    reply: 0.14,
    text: 'This week only: 15 % off {}. Interested?',
  },
  {
    id: 'back-in-stock',
    name: 'Back in stock',
    read: 0.82,
    reply: 0.22,
    text: 'It is back: {}. Shall we keep one for you?',
  },
  {
    id: 'service-check',
    name: 'Service check',
    read: 0.6,
    reply: 0.07,
    text: 'How is {} doing? Reply 1 for a free check.',
  },
  {
    id: 'showroom-evening',
    name: 'Showroom evening',
    read: 0.75,
    reply: 0.17,
    text: 'Meet us at the showroom on Thursday, 18:00.',
  },
] as const;
const subjects = [
  'the Aurora pendant',
  'garden lights',
  'smart bulbs',
  'the Kirana desk lamp',
  'Ramadan lanterns',
] as const;
const hoursOfDay = [9, 10, 13, 16, 19] as const;
/** Days from one campaign to the next. */
const everyDays = 11;
const openForDays = 3;

/** Campaign number `number`, counted from 0. */
export function campaignLife(company: Company, number: number): CampaignLife {
  const { seed } = company.founding;
  const random = randomFor(`${seed}/campaign/${number}`);
  const template = random.pick(templates);
  const subject = random.pick(subjects);
  const sendDay = 6 + number * everyDays + Math.floor(5 * random.next());
  const scheduledFor = company.dayStart(sendDay) + random.pick(hoursOfDay) * 3600;
  const createdAt =
    company.dayStart(sendDay - 3 - Math.floor(5 * random.next())) + 9 * 3600 + Math.floor(7 * 3600 * random.next());
  const plannedAt = createdAt + 1800 + Math.floor(20 * 3600 * random.next());
  const abandoned = number % 9 === 4;
  const fails = number % 13 === 7;
  const sent = !abandoned && !fails;
  const duration = 3600 * (1 + 3 * random.next());
  const poor = sent && isPoor(company, sendDay);
  const spoiled = poor ? 0.42 : 1;
  const taste = Math.exp(0.08 * random.normal());
  const date = company.dateOf(sendDay);
  return {
    number,
    id: `k-${String(number + 1).padStart(3, '0')}`,
    name: `${template.name}: ${subject} (${date.toString().slice(0, 7)})`,
    template: template.id,
    text: template.text.replace('{}', subject),
    segment: random.chance(0.4) ? random.pick(segments) : undefined,
    reach: 0.25 + 0.3 * random.next(),
    createdAt,
    plannedAt: abandoned ? undefined : plannedAt,
    scheduledFor: abandoned ? undefined : scheduledFor,
    sentUntil: sent ? Math.round(scheduledFor + duration) : undefined,
    completedAt: sent ? Math.round(scheduledFor + duration + openForDays * daySeconds) : undefined,
    failedAt: fails ? scheduledFor + 95 : undefined,
    rates: {
      read: Math.min(0.95, template.read * taste * spoiled),
      reply: Math.min(0.6, template.reply * taste * spoiled),
      failure: poor ? 0.19 : 0.03 + 0.03 * random.next(),
    },
    costMinor: 4 + Math.floor(5 * random.next()),
    // Both layouts of a report occur, one per campaign.
    nested: random.chance(0.5),
  };
}

/** The first campaign after the bad week began underperforms: those who waited in vain do not want offers. */
function isPoor(company: Company, sendDay: number): boolean {
  for (let day = sendDay; day > sendDay - everyDays - 5; day--) if (company.isBad(day)) return true;
  return false;
}

/** The campaigns created before a moment, oldest first. */
export function campaignsUntil(company: Company, now: number): CampaignLife[] {
  const known: CampaignLife[] = [];
  // One is made at most eight days before it is sent, so after two unborn ones nothing born can follow.
  for (let number = 0, unborn = 0; unborn < 2; number++) {
    const life = kept(company, number);
    if (life.createdAt < now) known.push(life);
    else unborn++;
  }
  return known;
}

const lives = new WeakMap<Company, CampaignLife[]>();
function kept(company: Company, number: number): CampaignLife {
  const known = lives.get(company) ?? [];
  lives.set(company, known);
  known[number] ??= campaignLife(company, number);
  return known[number];
}

export function campaignStatus(life: CampaignLife, now: number): CampaignStatus {
  if (happened(life.failedAt, now)) return 'failed';
  if (happened(life.completedAt, now)) return 'completed';
  if (life.scheduledFor !== undefined && life.scheduledFor + 600 < now && life.failedAt === undefined)
    return 'in_progress';
  if (happened(life.scheduledFor, now)) return 'active';
  return happened(life.plannedAt, now) ? 'scheduled' : 'draft';
}

/** When a campaign's status changes, in order. */
export function campaignTurns(life: CampaignLife): number[] {
  const running = life.failedAt === undefined && life.scheduledFor !== undefined ? life.scheduledFor + 600 : undefined;
  return [life.createdAt, life.plannedAt, life.scheduledFor, life.failedAt, running, life.completedAt].filter(
    (at) => at !== undefined,
  );
}

/** What a campaign means to one of its recipients: its message, and the reply where there is one. */
export interface Touch {
  message: MessageLife;
  repliedAt: number | undefined;
}

/** The first and cheapest of the reasons for which a contact is not among a campaign's recipients. */
function isListed(company: Company, campaign: CampaignLife, index: number): boolean {
  return randomFor(`${company.founding.seed}/list/${campaign.number}/${index}`).chance(campaign.reach);
}

/** Undefined where the contact is not among the campaign's recipients. */
export function touch(company: Company, campaign: CampaignLife, contact: ContactLife): Touch | undefined {
  const { scheduledFor, sentUntil } = campaign;
  if (scheduledFor === undefined || sentUntil === undefined || contact.createdAt >= scheduledFor) return undefined;
  if (!isListed(company, campaign, contact.index)) return undefined;
  const random = randomFor(`${company.founding.seed}/touch/${campaign.number}/${contact.index}`);
  const then = contactAt(contact, scheduledFor);
  if (then?.status !== 'active' || then.phone === undefined) return undefined;
  if (campaign.segment !== undefined && then.segment !== campaign.segment) return undefined;
  const at = Math.round(scheduledFor + (sentUntil - scheduledFor) * random.next());
  // A contact deleted while the list is being sent is not written to any more.
  if (contact.deletedAt !== undefined && contact.deletedAt <= at) return undefined;
  const outcome = deliver(at, campaign.rates.failure, random);
  const reads = outcome.deliveredAt !== undefined && random.chance(campaign.rates.read);
  const readAt = reads ? outcome.deliveredAt! + takes(2400, 1.6, random, 5 * daySeconds) : undefined;
  const replies = readAt !== undefined && random.chance(campaign.rates.reply / campaign.rates.read);
  return {
    message: {
      id: `m-${contact.id}-${campaign.id}`,
      at,
      direction: 'outbound',
      sender: 'campaign',
      operatorId: undefined,
      type: 'template',
      content: campaign.text,
      campaignId: campaign.id,
      ...outcome,
      readAt,
    },
    repliedAt: replies ? readAt + takes(420, 1.4, random, 2 * daySeconds) : undefined,
  };
}

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
