import { type PolicyContext, ruleFrom } from '../../alerts/policy.ts';
import { endOtherRules } from '../../alerts/rest.ts';
import { putRule } from '../../alerts/store/rules.ts';
import type { Config } from '../../config/config.ts';
import type { Db } from '../../db/db.ts';
import { everything } from '../../db/viewer.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { systemClock } from '../../lib/clock.ts';
import { messageOf, usageError } from '../../lib/errors.ts';
import { type OpenTime, openTime } from '../../sla/open-time.ts';
import { calendarsOf } from '../policies.ts';

/** What a tenant's rules are read against. */
export function policyContext(config: Config, slug: string): PolicyContext {
  const alerts = config.tenants[slug]?.alerts;
  const calendars = calendarsOf(config, slug);
  return { targets: alerts?.targets ?? {}, to: alerts?.to, isCalendar: (name) => calendars.has(name) };
}

/** Working hours of a tenant by the name of their calendar, expanded when first asked for. */
export function openTimes(config: Config, slug: string): (name: string) => OpenTime | undefined {
  const calendars = calendarsOf(config, slug);
  const expanded = new Map<string, OpenTime>();
  return (name) => {
    const calendar = calendars.get(name);
    if (!calendar) return undefined;
    const known = expanded.get(name) ?? openTime(calendar);
    expanded.set(name, known);
    return known;
  };
}

/** Refuses rules that mean nothing. Throws a usage error that names all of them, each with what to do. */
export function checkAlertRules(config: Config): void {
  const wrong = Object.entries(config.tenants).flatMap(([slug, { alerts }]) =>
    Object.entries(alerts.rules).flatMap(([name, settings]) => {
      try {
        ruleFrom(settings, policyContext(config, slug), { name, viewer: everything });
        return [];
      } catch (error) {
        return [`tenants.${slug}.alerts.rules.${name}: ${messageOf(error)}`];
      }
    }),
  );
  if (wrong.length > 0)
    throw usageError('CONFIG_ALERTS', wrong.join('\n'), 'Mend the configuration file; docs/alerts.md has examples.');
}

/**
 * Writes the rules of crema.yaml, by name, and ends those that are not in it any more. Whoever writes the file decides who
 * reads what: its rules look with all rights. Those made by hand stay as they are.
 */
export async function syncAlertRules(
  db: Db,
  config: Config,
  { tenantId, slug }: Pick<Tenant, 'tenantId' | 'slug'>,
  now: Temporal.Instant,
): Promise<void> {
  const rules = Object.entries(config.tenants[slug]?.alerts.rules ?? {});
  const context = policyContext(config, slug);
  await db.tx(async (tx) => {
    for (const [name, settings] of rules)
      await putRule(tx, tenantId, ruleFrom(settings, context, { name, viewer: everything }), now);
    await endOtherRules(
      tx,
      tenantId,
      rules.map(([name]) => name),
      { now, machine: systemClock.now() },
    );
  });
}
