import { parseRequest } from '../answers/parse.ts';
import { administrators } from '../answers/people.ts';
import type { Templates } from '../answers/subscribe.ts';
import { splitWords } from '../answers/words.ts';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { unknown } from '../config/settings.ts';
import type { SubscriptionConfig } from '../config/subscriptions.ts';
import type { Db } from '../db/db.ts';
import { templatesOf } from '../digests/template.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Clock } from '../lib/clock.ts';
import { usageError } from '../lib/errors.ts';
import { mayMailTo } from '../mail/allowed.ts';
import { templateNames } from '../reports/template.ts';
import { troubleMessage } from '../slack/messages/subscriptions.ts';
import type { Subscribing } from '../slack/subscriptions/deps.ts';
import { createHolidays, type Holidays } from '../subscriptions/holidays.ts';
import type { PlanOptions } from '../subscriptions/plan.ts';
import { endOthers, putSubscription } from '../subscriptions/store.ts';
import type { NewSubscription } from '../subscriptions/subscription.ts';
import { type Troubles, watchTroubles } from '../subscriptions/troubles.ts';
import { slackBody } from './deliveries/kpi.ts';
import { mailSettings } from './mail.ts';

/** Names of the digests and reports of a tenant; the usual one first. */
export function templatesFor(config: Config, tenantSlug: string): Templates {
  return {
    digest: templatesOf(config.tenants[tenantSlug]?.digests ?? {}).map(({ name }) => name),
    report: templateNames(config.reports),
  };
}

/** Holidays by the calendars of a tenant's `sla:`, the days on which they are closed all day, and by countries. */
export function holidaysFor(config: () => Config, tenantSlug: string): Holidays {
  return createHolidays(() => {
    const calendars = config().tenants[tenantSlug]?.sla?.calendars ?? {};
    return Object.fromEntries(
      Object.entries(calendars).map(([name, { holidays = {} }]) => [
        name,
        new Map(
          Object.entries(holidays).flatMap(([date, day]) =>
            day.shifts.length === 0 ? [[date, day.name ?? ''] as const] : [],
          ),
        ),
      ]),
    );
  });
}

/** Refuses subscriptions that could never be sent. Throws a usage error that names all of them, each with what to do. */
export function checkSubscriptions(config: Config): void {
  const wrong = Object.entries(config.tenants).flatMap(([slug, { subscriptions }]) => {
    const templates = templatesFor(config, slug);
    const holidays = holidaysFor(() => config, slug);
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

export interface Subscriptions {
  subscribing: Subscribing;
  /** For `planDue`. */
  planOptions: Omit<PlanOptions, 'waitMinutes'>;
  troubles: Troubles;
  /** Takes over a configuration: at the start and after every change. */
  sync(config: Config): Promise<void>;
}

/** What the running bot knows of subscriptions. `onChange`: something may be due now that was not before. */
export function createSubscriptions(deps: {
  db: Db;
  tenant: Tenant;
  clock: Clock;
  config: Config;
  environment: Environment;
  onChange?: () => void;
}): Subscriptions {
  const { db, tenant, clock, environment } = deps;
  let { config } = deps;
  const holidays = holidaysFor(() => config, tenant.slug);

  function mailRefusal(address: string): string | undefined {
    if (environment.smtpUrl === undefined) return 'Crema sends no mail here: no mail server is configured.';
    const { allowed } = mailSettings(config, tenant.slug, environment);
    if (mayMailTo(address, allowed)) return undefined;
    const domains = allowed.length > 0 ? `; it goes to ${allowed.join(', ')}` : '';
    return `Mail must not go to ${address}${domains}. Whoever runs Crema can allow more in crema.yaml.`;
  }

  const troubles = watchTroubles({
    letterOf: (trouble) => ({ body: slackBody(troubleMessage(trouble)), files: [] }),
    administrators: async (tx, tenantId) =>
      (await administrators(tx, tenantId)).flatMap(({ slackUserId }) => slackUserId ?? []),
  });

  return {
    planOptions: {
      isHoliday: holidays.isHoliday,
      holidayName: holidays.holidayName,
      onPaused: (tx, subscription, reason, moments) => troubles.onPaused(tx, subscription, reason, moments),
    },
    troubles,
    subscribing: {
      templates: () => templatesFor(config, tenant.slug),
      holidays,
      mailRefusal,
      ...(deps.onChange ? { onChange: deps.onChange } : {}),
    },
    async sync(next) {
      config = next;
      await syncSubscriptions(db, config, tenant, clock.now());
      deps.onChange?.();
    },
  };
}
