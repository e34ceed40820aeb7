import { accountWeights } from './accounts.ts';
import { type Company, daySeconds, sizeDays } from './company.ts';
import { arrivalSecond } from './demand.ts';
import { personOf } from './people.ts';
import { randomFor } from './random.ts';
import { teams } from './staff.ts';

export interface ContactState {
  name: string;
  phone: string | undefined;
  email: string | undefined;
  segment: string | undefined;
  interest: string | undefined;
  status: 'active' | 'inactive';
}

/** A contact with everything that will ever happen to it; `contactAt` hides the future. Times are epoch seconds. */
export interface ContactLife extends ContactState {
  index: number;
  /** Also the id of the chat. */
  id: string;
  country: string;
  createdAt: number;
  /** Whether the CRM's list tells when it was created; for some it does not. */
  tellsCreation: boolean;
  accountId: string;
  /** Where it came from. */
  source: string;
  /** Who answers it. */
  teamId: string;
  /** Ascending; each sets what it names. */
  edits: readonly { at: number; set: Partial<ContactState> }[];
  deletedAt: number | undefined;
}

export const segments = ['Household', 'Designer', 'Hotel & café', 'Reseller'] as const;
const segmentWeights = [
  ['Household', 58],
  ['Designer', 17],
  ['Hotel & café', 14],
  ['Reseller', 11],
] as const;
const interests = ['Pendant lights', 'Desk lamps', 'Outdoor', 'Smart lighting', 'Bulbs'] as const;
const sources = [
  ['Instagram', 30],
  ['Web shop', 28],
  ['Showroom', 18],
  ['Referral', 14],
  ['Trade fair', 10],
] as const;
const teamWeights = teams.map((team) => [team.id, team.weight] as const);

export interface Roster {
  /** How many contacts had been created before the moment, deleted ones included: their indices are 0 to that minus one. */
  created(at: number): number;
  life(index: number): ContactLife;
  createdAt(index: number): number;
  /** Undefined where it never is. */
  deletedAt(index: number): number | undefined;
  /** Indices of those that exist at the moment, newest first. Not to be changed. */
  present(at: number): readonly number[];
  /** The contact of an id, whether or not it exists at any given moment; undefined for an id nobody ever has. */
  find(id: string, at: number): ContactLife | undefined;
}

/**
 * The contacts of a company. Two fifths were in its address book when the CRM was bought, the rest comes in later, for ever
 * at the same pace. Only two times per contact are kept; the rest of a life is made when it is asked for.
 */
export function createRoster(company: Company): Roster {
  const { seed } = company.founding;
  const createdAts: number[] = [];
  const deletedAts: (number | undefined)[] = [];
  const initial = Math.round(company.contacts * 0.4);
  const perDay = (company.contacts - initial) / sizeDays;
  /** Days made so far: everybody created before its start is known. */
  let knownDays = 0;

  function add(createdAt: number): void {
    const index = createdAts.length;
    createdAts.push(createdAt);
    const random = randomFor(`${seed}/contact/${index}/end`);
    // Most who go do so in their first months.
    const age = (5 + 420 * random.next() ** 2) * daySeconds;
    // Nobody is deleted before the CRM is there.
    const since = Math.max(createdAt, company.start);
    deletedAts.push(random.chance(0.08) ? Math.round(since + age) : undefined);
  }
  for (let index = 0; index < initial; index++) {
    const age = 700 * daySeconds * (1 - (index + 0.5) / initial);
    add(Math.round(company.start - age));
  }

  function know(at: number): void {
    while (company.dayStart(knownDays) < at) {
      const day = knownDays++;
      const random = randomFor(`${seed}/contacts/${day}`);
      // A weekday's mean share of demand is 0.78, and the bad week brings no customers.
      const weekday = company.demand(day) / (company.isBad(day) ? 1.45 : 1) / 0.78;
      const mean = perDay * weekday * (0.8 + (0.4 * Math.min(day, sizeDays)) / sizeDays);
      const count = Math.floor(mean + random.next());
      const seconds = Array.from({ length: count }, () => arrivalSecond(random)).toSorted((a, b) => a - b);
      for (const second of seconds) add(company.dayStart(day) + second);
    }
  }

  function created(at: number): number {
    know(at);
    let low = 0;
    let high = createdAts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (createdAts[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  let kept: { count: number; from: number; until: number; indices: number[] } | undefined;
  function present(at: number): readonly number[] {
    const count = created(at);
    if (kept && kept.count === count && at >= kept.from && at <= kept.until) return kept.indices;
    const indices: number[] = [];
    // Between two deletions the list is the same.
    let from = Number.NEGATIVE_INFINITY;
    let until = Number.POSITIVE_INFINITY;
    for (let index = count - 1; index >= 0; index--) {
      const deletedAt = deletedAts[index];
      if (deletedAt === undefined || deletedAt >= at) indices.push(index);
      if (deletedAt !== undefined && deletedAt < at) from = Math.max(from, deletedAt + 0.001);
      if (deletedAt !== undefined && deletedAt >= at) until = Math.min(until, deletedAt);
    }
    kept = { count, from, until, indices };
    return indices;
  }

  const life = (index: number) => lifeOf(company, index, createdAts[index]!, deletedAts[index]);
  return {
    created,
    life,
    createdAt: (index) => createdAts[index]!,
    deletedAt: (index) => deletedAts[index],
    present,
    find(id, at) {
      const index = /^c-\d{5,}$/.test(id) ? Number(id.slice(2)) - 1 : -1;
      return index >= 0 && index < created(at) && contactId(index) === id ? life(index) : undefined;
    },
  };
}

export const contactId = (index: number) => `c-${String(index + 1).padStart(5, '0')}`;

function lifeOf(company: Company, index: number, createdAt: number, deletedAt: number | undefined): ContactLife {
  const { seed } = company.founding;
  const random = randomFor(`${seed}/contact/${index}`);
  const person = personOf(index, random);
  // One in sixty is somebody who is known already, under another number.
  const twin = index > 0 && random.chance(1 / 60) ? Math.floor(random.next() * index) : undefined;
  const email = twin === undefined ? person.email : personOf(twin, randomFor(`${seed}/contact/${twin}`)).email;
  const hasEmail = random.chance(0.72) || twin !== undefined;
  const hasPhone = !hasEmail || random.chance(0.95);
  const since = Math.max(createdAt, company.start);
  const segment = random.chance(0.9) ? random.weighted(segmentWeights) : undefined;
  const contact = {
    index,
    id: contactId(index),
    name: random.chance(0.04) ? person.name.toUpperCase() : person.name,
    phone: hasPhone ? person.phone : undefined,
    email: hasEmail ? email : undefined,
    country: person.country,
    createdAt,
    tellsCreation: !random.chance(0.08),
    accountId: random.weighted(accountWeights),
    source: random.weighted(sources),
    segment,
    interest: random.chance(0.75) ? random.pick(interests) : undefined,
    status: 'active' as const,
    teamId: random.weighted(teamWeights),
    deletedAt,
  };
  const edits: { at: number; set: Partial<ContactState> }[] = [];
  const later = (days: number) => Math.round(since + (0.5 + days * random.next()) * daySeconds);
  if (random.chance(0.18))
    edits.push({ at: later(90), set: { name: `${person.name} ${random.pick(['(shop)', 'Jr.', '✨', '(new)'])}` } });
  if (!hasEmail && random.chance(0.35)) edits.push({ at: later(60), set: { email: person.email } });
  if (hasEmail && random.chance(0.04)) edits.push({ at: later(300), set: { email: undefined } });
  if (random.chance(0.15)) edits.push({ at: later(250), set: { segment: random.pick(segments) } });
  if (random.chance(0.2)) edits.push({ at: later(200), set: { interest: random.pick(interests) } });
  // Moved house, moved country: another number.
  if (hasPhone && random.chance(0.02))
    edits.push({ at: later(400), set: { phone: personOf(index + 5_000_000, random).phone } });
  if (random.chance(0.05)) edits.push({ at: later(500), set: { status: 'inactive' } });
  return { ...contact, edits: edits.toSorted((a, b) => a.at - b.at) };
}

/** A contact as the CRM has it at a moment (epoch seconds); undefined before it exists and when it is deleted. */
export function contactAt(life: ContactLife, now: number): (ContactLife & { updatedAt: number }) | undefined {
  if (life.createdAt >= now || (life.deletedAt !== undefined && life.deletedAt < now)) return undefined;
  const state = { ...life, updatedAt: life.createdAt };
  for (const { at, set } of life.edits) if (at < now) Object.assign(state, set, { updatedAt: at });
  return state;
}
