import sql from 'sql-template-tag';
import type { Queryable } from '../db/db.ts';
import type { CarrierId, NewDelivery } from '../deliveries/delivery.ts';
import { type Moments, record } from '../deliveries/ledger.ts';
import type { Incident } from './incident.ts';
import type { Target } from './rule.ts';
import { addPost, markEdit, type Post, postsOf } from './store/posts.ts';

/** Later than this a message is given up, in hours: what still fires then is told anew by its next repetition. */
const tooLateHours = 24;

/** Between two changes of one message that nothing new is told by, in seconds. */
const calmSeconds = 10;

/** How ways out differ: whether what they were given is changed in place, and whether replies can be added to it. */
const ways: Readonly<Record<CarrierId, { edits: boolean; replies: boolean }>> = {
  slack: { edits: true, replies: true },
  // A mail cannot be changed: what is new is another one in the same thread.
  mail: { edits: false, replies: true },
  pagerduty: { edits: true, replies: false },
  webhook: { edits: true, replies: false },
};

export function slotOf({ incidentId }: Pick<Incident, 'incidentId'>): string {
  return `incident ${incidentId}`;
}

/** The incident that a delivery tells of. */
export function incidentIdOf({ slot }: { slot: string }): number {
  return Number(slot.replace(/^incident /, ''));
}

/** Tells targets of an incident that have not been told of it yet. */
export async function announce(
  tx: Queryable,
  incident: Incident,
  targets: readonly Target[],
  moments: Moments,
): Promise<void> {
  const { tenantId, incidentId } = incident;
  const known = await postsOf(tx, tenantId, incidentId);
  for (const { carrier, recipient } of targets) {
    if (known.some((post) => post.carrier === carrier && post.recipient === recipient)) continue;
    const [deliveryId] = await record(tx, tenantId, [deliveryOf(incident, { carrier, recipient }, moments)], moments);
    if (deliveryId !== undefined) await addPost(tx, tenantId, incidentId, { carrier, recipient, deliveryId });
  }
}

/**
 * Adds an entry of the history to the threads of the incident's messages. Where the message itself never arrived, it is
 * tried anew instead, unless the incident is over or somebody looks after it: what was in its way may be mended.
 */
export async function reply(tx: Queryable, incident: Incident, entry: number, moments: Moments): Promise<void> {
  const { tenantId, incidentId, state } = incident;
  const all = await postsOf(tx, tenantId, incidentId);
  const posts = all.filter(({ isMissing }) => !isMissing);
  if (state === 'firing' && incident.acknowledgedAt === null && incident.snoozedUntil === null) {
    for (const post of all.filter(({ isMissing }) => isMissing)) {
      const anew = { ...deliveryOf(incident, post, moments), revision: entry };
      const [deliveryId] = await record(tx, tenantId, [anew], moments);
      if (deliveryId !== undefined) await addPost(tx, tenantId, incidentId, { ...post, deliveryId });
    }
  }
  await record(
    tx,
    incident.tenantId,
    posts
      .filter(({ carrier }) => ways[carrier].replies)
      .map((post) => ({
        ...deliveryOf(incident, post, moments),
        ...{ part: 'thread' as const, revision: entry, afterId: post.deliveryId },
      })),
    moments,
  );
}

/**
 * Lets every message of the incident be brought up to its version. Of one message one change is under way at a time, so that
 * an older one can never come last; what changes meanwhile follows when it has arrived. `urgent`: something was told.
 */
export async function requestEdits(
  tx: Queryable,
  incident: Incident,
  moments: Moments,
  { urgent }: { urgent: boolean },
): Promise<void> {
  for (const post of await postsOf(tx, incident.tenantId, incident.incidentId)) {
    if (!ways[post.carrier].edits) continue;
    if (post.editDeliveryId !== null) {
      if (urgent) await hurry(tx, incident.tenantId, post.editDeliveryId, moments.now);
    } else if (post.shownVersion > 0 && post.shownVersion < incident.version)
      await startEdit(tx, incident, post, moments, urgent ? 0 : calmSeconds);
  }
}

async function startEdit(
  tx: Queryable,
  incident: Incident,
  post: Post,
  moments: Moments,
  afterSeconds: number,
): Promise<void> {
  const delivery = {
    ...deliveryOf(incident, post, moments),
    ...{ part: 'edit' as const, revision: incident.version, afterId: post.deliveryId },
    dueAt: moments.now.add({ seconds: afterSeconds }),
  };
  const [id] = await record(tx, incident.tenantId, [delivery], moments);
  if (id !== undefined) await markEdit(tx, incident.tenantId, incident.incidentId, post, id);
}

async function hurry(tx: Queryable, tenantId: number, deliveryId: number, now: Temporal.Instant): Promise<void> {
  await tx.run(sql`
    update ops.deliveries set ready_at = least(ready_at, ${now.toString()}::timestamptz)
    where tenant_id = ${tenantId} and delivery_id = ${deliveryId} and state = 'pending'`);
}

/**
 * What the end of a delivery means for the message: it shows that version now, and is changed again where the incident has
 * gone on. To be called in the transaction that settles it.
 */
export async function onPostSettled(
  tx: Queryable,
  incident: Incident,
  delivery: { carrier: CarrierId; recipient: string; part: string; revision: number },
  { arrived, version }: { arrived: boolean; version: number },
  moments: Moments,
): Promise<void> {
  if (delivery.part !== 'main' && delivery.part !== 'edit') return;
  const { tenantId, incidentId } = incident;
  // A change that was refused is not tried again by itself; the next one may go through. What never arrived shows nothing.
  const shown = arrived ? version : delivery.part === 'edit' ? delivery.revision : 0;
  await markEdit(tx, tenantId, incidentId, delivery, null, shown);
  await requestEdits(tx, incident, moments, { urgent: true });
}

function deliveryOf(incident: Incident, { carrier, recipient }: Target, { now }: Moments): NewDelivery {
  return {
    ...{ kind: 'alert', subscriptionId: null, slot: slotOf(incident), carrier, recipient },
    ...{ dueAt: now, expiresAt: now.add({ hours: tooLateHours }) },
  };
}
