import type { Config } from '../config/config.ts';
import type { CalendarConfig } from '../config/sla.ts';
import { formatDate } from '../domain/format.ts';

/** A tenant's SLA policies in a line: versions, accounts, calendars, and the next day that is not as its weekday. */
export function sayPolicies(config: Config, tenantSlug: string, now: Temporal.Instant): string {
  const tenant = config.tenants[tenantSlug];
  if (!tenant?.sla) return 'the built-in policy, around the clock';
  const { policy, accounts, calendars } = tenant.sla;
  const own = Object.values(accounts).filter((versions) => versions.length > 0);
  const all = own.reduce((sum, versions) => sum + versions.length, 0);
  return [
    policy.length === 0 ? 'the built-in policy' : count(policy.length, 'standard version'),
    ...(own.length > 0 ? [`${count(all, 'version')} for ${count(own.length, 'account')}`] : []),
    count(Object.keys(calendars).length, 'calendar'),
    nextHoliday(Object.entries(calendars), tenant.timezone, now),
  ].join(', ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function nextHoliday(
  calendars: readonly (readonly [string, CalendarConfig])[],
  tenantZone: string,
  now: Temporal.Instant,
): string {
  const coming = calendars.flatMap(([calendar, { timezone, holidays = {} }]) => {
    const today = now
      .toZonedDateTimeISO(timezone ?? tenantZone)
      .toPlainDate()
      .toString();
    return Object.entries(holidays)
      .filter(([date]) => date >= today)
      .map(([date, day]) => ({ date, calendar, ...day }));
  });
  coming.sort((a, b) => (a.date < b.date ? -1 : 1));
  const next = coming[0];
  if (!next) return 'no holiday ahead';
  const hours = next.shifts.map(({ from, to }) => `${from}-${to}`).join(', ');
  const what = [next.name, hours && `open ${hours}`].filter(Boolean).join(', ');
  return `next holiday ${formatDate(next.date, { year: true })} in ${next.calendar}${what ? ` (${what})` : ''}`;
}
