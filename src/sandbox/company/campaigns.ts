import { type Company, daySeconds, happened } from './company.ts';
import { type ContactLife, contactAt, segments } from './contacts.ts';
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
export function isListed(company: Company, campaign: CampaignLife, index: number): boolean {
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
