import type { Templates } from '../../answers/subscribe.ts';
import type { Config } from '../../config/config.ts';
import { type DigestsSettings, templatesOf as digestTemplates } from '../../digests/template.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { type ReportsSettings, templateNames } from '../../reports/template.ts';

/** What can be sent regularly, as the configuration of the moment has it. */
export interface TemplateSettings {
  digests: () => DigestsSettings;
  reports: () => ReportsSettings;
  /** Of both, those built in first. */
  names: () => Templates;
}

export function templatesOf(config: () => Config, tenant: Pick<Tenant, 'slug'>): TemplateSettings {
  const digests = () => config().tenants[tenant.slug]?.digests ?? {};
  const reports = () => config().reports;
  return {
    ...{ digests, reports },
    names: () => ({
      digest: digestTemplates(digests()).map(({ name }) => name),
      report: templateNames(reports()),
    }),
  };
}

/** Days on which a calendar of the tenant is closed from morning to night, with what they are called, by calendar. */
export function ownHolidays(config: Config, tenant: Pick<Tenant, 'slug'>): Record<string, ReadonlyMap<string, string>> {
  const calendars = config.tenants[tenant.slug]?.sla?.calendars ?? {};
  return Object.fromEntries(
    Object.entries(calendars).map(([name, { holidays }]) => [
      name,
      new Map(
        Object.entries(holidays ?? {}).flatMap(([date, day]) =>
          day.shifts.length === 0 ? [[date, day.name ?? '']] : [],
        ),
      ),
    ]),
  );
}
