import { createHash } from 'node:crypto';
import { hookIncident, hookType, isTakenUp, pagerDutyEvent } from '../../alerts/pages.ts';
import { lastSaid } from '../../alerts/store/posts.ts';
import type { Queryable } from '../../db/db.ts';
import type { RawLetter } from '../../deliveries/artifacts.ts';
import type { Delivery, Json } from '../../deliveries/delivery.ts';
import type { AlertView } from './letters.ts';

/** A letter, or why nothing is sent. */
type PageLetter = RawLetter | { skip: string };

/** The event of an incident as it is now. */
export async function pagerDutyLetter(view: AlertView): Promise<PageLetter> {
  const { incident, delivery } = view;
  if (delivery.part === 'main') {
    if (incident.state === 'resolved') return { skip: 'it was over before anybody could be called' };
    if (isTakenUp(incident)) return { skip: 'somebody looks after it already' };
  }
  const event = pagerDutyEvent(view);
  return unlessSaid(view, event as unknown as Json, async () => ({
    type: 'pagerduty',
    event: event as unknown as Json,
  }));
}

/** The hook of an incident as it is now; its bytes are kept, as they are what is signed. */
export async function hookLetter(view: AlertView): Promise<PageLetter> {
  const { incident, delivery, now } = view;
  const told = hookIncident(view);
  return unlessSaid(view, told, async (last) => {
    const id = hookId(view);
    const type = hookType(incident, { first: delivery.part === 'main', wasTakenUp: last?.takenUp === true });
    const hook = { id, type, occurred_at: now.toString(), incident: { ...told, version: incident.version } };
    return { type: 'webhook', id, hook: JSON.stringify(hook), takenUp: isTakenUp(incident) };
  });
}

/** The same for every try of a delivery, and of no other one. */
function hookId({ tenant, delivery }: AlertView): string {
  const hash = createHash('sha256').update(`${tenant.slug} ${delivery.dedupeKey}`).digest('hex');
  return `dlv-${hash.slice(0, 32)}`;
}

/** What would say the same as what arrived last there is not sent. */
async function unlessSaid(
  { db, delivery }: { db: Queryable; delivery: Delivery },
  content: Json,
  make: (last: Awaited<ReturnType<typeof lastSaid>>) => Promise<{ readonly [key: string]: Json }>,
): Promise<PageLetter> {
  const says = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const { tenantId, afterId } = delivery;
  const last = afterId === null ? null : await lastSaid(db, tenantId, afterId);
  if (last?.says === says) return { skip: 'it would say the same again' };
  return { body: { ...(await make(last)), says }, files: [] };
}
