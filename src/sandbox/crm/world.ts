import { type Chats, createChats } from '../company/chats.ts';
import { type Company, createCompany, sizeDays } from '../company/company.ts';
import { createRoster, type Roster } from '../company/contacts.ts';

/** The company with the caches that answering about it needs. */
export interface World {
  company: Company;
  roster: Roster;
  chats: Chats;
}

export interface WorldOptions {
  seed: string;
  /** IANA zone of the office. */
  timezone: string;
  /** First local date of the CRM: contacts may be older, nothing that was said is. */
  from: string;
  /** Contacts that exist or arrive within the first 18 months. */
  contacts: number;
  /** Monday of the one bad week; three weeks before the end of the first 18 months unless given. */
  badWeek?: string;
}

export function createWorld({ seed, timezone, from, contacts, badWeek }: WorldOptions): World {
  const usual = Temporal.PlainDate.from(from).add({ days: sizeDays });
  const company = createCompany(
    {
      seed,
      timezone,
      founded: from,
      badWeek: badWeek ?? usual.subtract({ days: usual.dayOfWeek - 1, weeks: 3 }).toString(),
    },
    contacts,
  );
  const roster = createRoster(company);
  return { company, roster, chats: createChats(company, roster) };
}

/** Epoch seconds of an instant, with fractions. */
export function epochSeconds(instant: Temporal.Instant): number {
  return instant.epochMilliseconds / 1000;
}
