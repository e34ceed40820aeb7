import { type Company, daySeconds, happened } from './company.ts';
import { contactId, type Roster } from './contacts.ts';
import { arrivalSecond } from './demand.ts';
import { type Random, randomFor } from './random.ts';
import { type Operator, operators } from './staff.ts';

export type LeadStage = 'lead' | 'sql' | 'opportunity' | 'won' | 'lost';

/** A lead with everything that will ever become of it; `leadAt` and `opportunityAt` hide the future. Epoch seconds. */
export interface LeadLife {
  id: string;
  createdAt: number;
  qualifiedAt: number | undefined;
  /** The deal it turned into. */
  opportunity: { id: string; createdAt: number; engagedAt: number; negotiatedAt: number } | undefined;
  closed: { at: number; won: boolean } | undefined;
  /** What it looked worth in the beginning, and what it turned out to be once qualified; minor units of the campaigns' currency. */
  guessMinor: number;
  amountMinor: number;
  product: string;
  origin: string;
  operatorId: string;
  accountId: string;
  contactId: string;
}

const products = [
  ['Pendant lights', 30],
  ['Smart lighting', 25],
  ['Outdoor', 20],
  ['Office fit-out', 15],
  ['Service contract', 10],
] as const;
const origins = [
  ['campaign', 28],
  ['web shop', 26],
  ['referral', 20],
  ['showroom', 16],
  ['trade fair', 10],
] as const;

const sellingTeams = new Set(['team-key', 'team-billing']);

/** Who sells on a day: the agents of two teams who have joined by then and not left. */
export function repsOn(day: number): readonly Operator[] {
  return operators.filter(
    ({ role, teamId, active, joinedAfterDays }) =>
      role === 'agent' && teamId !== undefined && sellingTeams.has(teamId) && active && joinedAfterDays <= day,
  );
}

/** The leads that came in on a local day: about two on a working day in the beginning, half as many more each year. */
export function leadsOf(company: Company, roster: Roster, day: number): LeadLife[] {
  const { seed } = company.founding;
  const random = randomFor(`${seed}/leads/${day}`);
  const mean = 2.1 * 1.5 ** (day / 365) * company.demand(day);
  const count = Math.floor(mean + random.next() * 2 - 0.5);
  const seconds = Array.from({ length: Math.max(0, count) }, () => arrivalSecond(random)).toSorted((a, b) => a - b);
  return seconds.map((second, index) =>
    liveThrough(
      company,
      roster,
      day,
      second,
      `${company.dateOf(day).toString().replaceAll('-', '').slice(2)}-${index + 1}`,
    ),
  );
}

function liveThrough(company: Company, roster: Roster, day: number, second: number, key: string): LeadLife {
  const { seed } = company.founding;
  const random = randomFor(`${seed}/lead/${key}`);
  const createdAt = company.dayStart(day) + second;
  const rep = random.pick(repsOn(day));
  const skill = Math.exp(0.25 * randomFor(`${seed}/sells/${rep.id}`).normal());
  const contact = roster.life(Math.floor(random.next() * roster.created(createdAt)));
  const after = (from: number, least: number, most: number) =>
    Math.round(from + daySeconds * (least + (most - least) * random.next() ** 1.5));
  const guessMinor = round(250_000 * Math.exp(0.9 * random.normal()));
  const life: LeadLife = {
    id: `ld-${key}`,
    createdAt,
    qualifiedAt: undefined,
    opportunity: undefined,
    closed: undefined,
    guessMinor,
    amountMinor: round(guessMinor * (0.7 + 0.7 * random.next())),
    product: random.weighted(products),
    origin: random.weighted(origins),
    operatorId: rep.id,
    accountId: contact.accountId,
    contactId: contactId(contact.index),
  };
  if (!random.chance(Math.min(0.9, 0.55 * skill))) return lose(life, createdAt, 0.7, random, after);
  const qualifiedAt = after(createdAt, 0.3, 12);
  const qualified = { ...life, qualifiedAt };
  if (!random.chance(Math.min(0.9, 0.62 * skill))) return lose(qualified, qualifiedAt, 0.8, random, after);
  const openedAt = after(qualifiedAt, 1, 16);
  const engagedAt = after(openedAt, 0.1, 4);
  const negotiatedAt = after(engagedAt, 2, 15);
  const opportunity = { id: `opp-${key}`, createdAt: openedAt, engagedAt, negotiatedAt };
  const closedAt = after(negotiatedAt, 2, 40);
  return { ...qualified, opportunity, closed: { at: closedAt, won: random.chance(Math.min(0.85, 0.46 * skill)) } };
}

/** Given up after a while, or (the rest of the share) lying about for ever. */
function lose(
  life: LeadLife,
  from: number,
  share: number,
  random: Random,
  after: (from: number, least: number, most: number) => number,
): LeadLife {
  return random.chance(share) ? { ...life, closed: { at: after(from, 6, 45), won: false } } : life;
}

/** To whole tens of the currency. */
const round = (minor: number) => Math.max(10_000, Math.round(minor / 1000) * 1000);

/** The last moment at which anything happens to a lead or its opportunity. */
export function leadEndsAt({ createdAt, qualifiedAt, opportunity, closed }: LeadLife): number {
  return Math.max(createdAt, qualifiedAt ?? 0, opportunity?.negotiatedAt ?? 0, closed?.at ?? 0);
}

/** A lead as the CRM has it at a moment; undefined before it exists. */
export function leadAt(life: LeadLife, now: number) {
  if (life.createdAt >= now) return undefined;
  const qualifiedAt = happened(life.qualifiedAt, now);
  const openedAt = happened(life.opportunity?.createdAt, now);
  const closedAt = happened(life.closed?.at, now);
  const ended: LeadStage = life.closed?.won ? 'won' : 'lost';
  const stage: LeadStage =
    closedAt !== undefined
      ? ended
      : openedAt !== undefined
        ? 'opportunity'
        : qualifiedAt !== undefined
          ? 'sql'
          : 'lead';
  return {
    ...life,
    stage,
    status: closedAt === undefined ? 'active' : 'closed',
    qualifiedAt,
    closedAt,
    amountMinor: qualifiedAt === undefined ? life.guessMinor : life.amountMinor,
    updatedAt: closedAt ?? openedAt ?? qualifiedAt ?? life.createdAt,
  };
}

/** The opportunity of a lead as the CRM has it at a moment; undefined before it exists, and where there never is one. */
export function opportunityAt(life: LeadLife, now: number) {
  const { opportunity } = life;
  if (!opportunity || opportunity.createdAt >= now) return undefined;
  const engagedAt = happened(opportunity.engagedAt, now);
  const negotiatedAt = happened(opportunity.negotiatedAt, now);
  const closedAt = happened(life.closed?.at, now);
  return {
    id: opportunity.id,
    lead: life,
    createdAt: opportunity.createdAt,
    engagedAt,
    closedAt,
    status: closedAt === undefined ? 'open' : life.closed?.won ? 'won' : 'lost',
    stage:
      closedAt !== undefined
        ? 'closed'
        : negotiatedAt !== undefined
          ? 'negotiation'
          : engagedAt !== undefined
            ? 'proposal'
            : 'discovery',
    updatedAt: closedAt ?? negotiatedAt ?? engagedAt ?? opportunity.createdAt,
  };
}
