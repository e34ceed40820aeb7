import type { Config } from '../config/config.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { WebhookSource } from '../sync/webhooks/store.ts';

/** The tenant's sources that may send webhooks, by the name in their path: those with a secret to sign with. */
export function webhookSourcesOf(config: Config, tenant: Tenant): ReadonlyMap<string, WebhookSource> {
  const sources = Object.entries(config.tenants[tenant.slug]?.sources ?? {});
  return new Map(
    sources.flatMap(([source, { webhook_secret: secrets }]) =>
      secrets.length === 0 ? [] : [[source, { tenantId: tenant.tenantId, source, secrets }] as const],
    ),
  );
}
