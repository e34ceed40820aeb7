import { type AccountUser, accountUsers } from '../company/account-users.ts';
import { type Chats, createChats } from '../company/chats.ts';
import { type Company, createCompany, sizeDays } from '../company/company.ts';
import { createRoster, type Roster } from '../company/contacts.ts';
import { createDayBook, type DayBook } from '../company/day-book.ts';
import { type LeadLife, leadEndsAt, leadsOf } from '../company/leads.ts';
import { type OutreachLife, outreachOf } from '../company/outreach.ts';
import { satisfactionOf } from '../company/surveys.ts';
import { type TicketLife, ticketsOf } from '../company/tickets.ts';

/** The company with the caches that answering about it needs. */
export interface World {
  company: Company;
  roster: Roster;
  chats: Chats;
  tickets: DayBook<TicketLife>;
  leads: DayBook<LeadLife>;
  outreach: DayBook<OutreachLife>;
  accountUsers: readonly AccountUser[];
}

export interface WorldOptions {
  seed: string;
  /** IANA zone of the office. */
  timezone: string;
  /** First local date of the CRM: contacts may be older, nothing that was said is. */
  from: string;
  /** Contacts that exist or arrive within the first 18 months, at least 5. */
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
  const leads = createDayBook(company, (day) => leadsOf(company, roster, day), leadEndsAt);
  return {
    company,
    roster,
    chats: createChats(company, roster),
    tickets: createDayBook(
      company,
      (day) => ticketsOf(company.founding, company.dateOf(day)),
      // What the customer says of it comes last.
      (life) => Math.max(life.closedAt, satisfactionOf(company.founding, life)?.answeredAt ?? 0),
    ),
    leads,
    outreach: createDayBook(
      company,
      (day) => outreachOf(company, leads, day),
      (life) => life.convertedAt ?? life.respondedAt ?? life.sentAt,
    ),
    accountUsers: accountUsers(company),
  };
}

/** Epoch seconds of an instant, with fractions. */
export function epochSeconds(instant: Temporal.Instant): number {
  return instant.epochMilliseconds / 1000;
}
