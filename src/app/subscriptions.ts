import { parseRequest } from '../answers/parse.ts';
import type { Templates } from '../answers/subscribe.ts';
import { splitWords } from '../answers/words.ts';
import type { Config } from '../config/config.ts';
import { unknown } from '../config/settings.ts';
import type { SubscriptionConfig } from '../config/subscriptions.ts';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { usageError } from '../lib/errors.ts';
import { createHolidays, type Holidays } from '../subscriptions/holidays.ts';
import { endOthers, putSubscription } from '../subscriptions/store.ts';
import type { NewSubscription } from '../subscriptions/subscription.ts';
import { ownHolidays, templatesOf } from './deliveries/templates.ts';

/** The holidays of a tenant's own calendars, and those of countries. */
export function holidaysFor(config: Config, tenantSlug: string): Holidays {
  return createHolidays(() => ownHolidays(config, { slug: tenantSlug }));
}

/** Refuses subscriptions that could never be sent. Throws a usage error that names all of them, each with what to do. */
export function checkSubscriptions(config: Config): void {
  const wrong = Object.entries(config.tenants).flatMap(([slug, { subscriptions }]) => {
    const templates = templatesOf(() => config, { slug }).names();
    const holidays = holidaysFor(config, slug);
    return Object.entries(subscriptions).flatMap(([name, subscription]) =>
      problemsOf(subscription, { config, slug, templates, holidays }).map(
        ([setting, problem]) => `tenants.${slug}.subscriptions.${name}.${setting}: ${problem}`,
      ),
    );
  });
  if (wrong.length > 0)
    throw usageError(
      'CONFIG_SUBSCRIPTIONS',
      wrong.join('\n'),
      'Mend the configuration file; docs/subscriptions.md has examples.',
    );
}

function problemsOf(
  { what, holidays: calendar, as }: SubscriptionConfig,
  { config, slug, templates, holidays }: { config: Config; slug: string; templates: Templates; holidays: Holidays },
): [setting: string, problem: string][] {
  const problems: [string, string][] = [];
  if (what.kind === 'kpi') {
    const request = parseRequest(splitWords(what.subject));
    if (request.kind === 'misunderstood') {
      const near = request.commands[0];
      problems.push(['what', `"${request.text}" is not understood${near ? `; did you mean "kpi ${near}"?` : ''}`]);
    } else if (request.kind !== 'kpi') problems.push(['what', `"${what.subject}" is no question about a KPI`]);
  } else if (!templates[what.kind].includes(what.subject))
    problems.push(['what', unknown(what.subject, what.kind, templates[what.kind])]);
  if (calendar !== undefined && !holidays.isCalendar(calendar)) {
    const calendars = Object.keys(config.tenants[slug]?.sla?.calendars ?? {});
    const known = calendars.length > 0 ? ` of ${calendars.join(', ')}` : '';
    problems.push([
      'holidays',
      `"${calendar}" is neither a calendar of sla.calendars${known} nor a country such as ID or DE-BY`,
    ]);
  }
  if (as !== undefined && personIdOf(config, slug, as) === undefined)
    problems.push(['as', `nobody of people: in this tenant has the name, Slack id or address "${as}"`]);
  return problems;
}

/** The person id of somebody whom crema.yaml names. */
function personIdOf(config: Config, slug: string, text: string): string | undefined {
  const person = config.people.find(
    ({ tenant, slack, email, name }) =>
      tenant === slug && [slack, email, name].some((one) => one?.toLowerCase() === text.toLowerCase()),
  );
  return person?.slack ?? person?.email;
}

/**
 * Writes the subscriptions of crema.yaml, by name, and ends those that are not in it any more. Those made by hand stay as
 * they are.
 */
export async function syncSubscriptions(
  db: Db,
  config: Config,
  { tenantId, slug, timezone }: Pick<Tenant, 'tenantId' | 'slug' | 'timezone'>,
  now: Temporal.Instant,
): Promise<void> {
  const wanted = Object.entries(config.tenants[slug]?.subscriptions ?? {});
  await db.tx(async (tx) => {
    for (const [name, subscription] of wanted)
      await putSubscription(tx, tenantId, asWanted(name, subscription, { config, slug, timezone }), now);
    await endOthers(
      tx,
      tenantId,
      wanted.map(([name]) => name),
      now,
    );
  });
}

function asWanted(
  name: string,
  { what, to, when, timezone, holidays, as, locale }: SubscriptionConfig,
  tenant: { config: Config; slug: string; timezone: string },
): NewSubscription {
  const viewer = as === undefined ? undefined : personIdOf(tenant.config, tenant.slug, as);
  const request = what.kind === 'kpi' ? parseRequest(splitWords(what.subject)) : undefined;
  return {
    ...{ name, kind: what.kind, subject: request?.kind === 'kpi' ? request.words : what.subject },
    ...{ carrier: to.carrier, recipient: to.recipient, cadence: when.cadence, at: when.at },
    timezone: timezone ?? tenant.timezone,
    ...(viewer === undefined ? {} : { viewer }),
    ...(holidays === undefined ? {} : { holidays }),
    ...(locale === undefined ? {} : { locale }),
  };
}
