import sql from 'sql-template-tag';
import type { KpiSettings } from '../../answers/answer.ts';
import type { Queryable } from '../../db/db.ts';
import type { Letter, NewDelivery } from '../../deliveries/delivery.ts';
import { editionOf } from '../../deliveries/editions.ts';
import { record } from '../../deliveries/ledger.ts';
import { withdrawEdits } from '../../deliveries/withdraw.ts';
import type { Digest } from '../../digests/digest.ts';
import { type Changed, changesOf, type SentEdition, sentEditions } from '../../digests/restatements/find.ts';
import { type Restatements, withRestatements } from '../../digests/restatements/lines.ts';
import type { Job } from '../../jobs/job.ts';
import { systemClock } from '../../lib/clock.ts';
import { digestMessages, restatementMessage } from '../../slack/messages/digest.ts';
import { slackBody } from './kpi.ts';
import { readersOf } from './readers.ts';

/** What was told and has changed is told again within so many hours, or not at all. */
const toldForHours = 24;

/**
 * Looks again at every number of the digests and reports of the last weeks. What late data has moved beyond its tolerance is
 * put into the message it stands in, with a reply in its thread, and into the next report's restatements.
 */
export function restatementsJob(settings: KpiSettings): Job {
  return {
    id: 'restatements',
    title: 'Compares delivered numbers with what is true now, and restates those that moved',
    cadence: { cron: '25 */3 * * *', zone: 'UTC' },
    misfire: 'latest',
    catchUpMinutes: 24 * 60,
    maxAttempts: 3,
    timeoutMinutes: 30,
    refreshSlaMinutes: 6 * 60,
    aggregate: 'daily',
    async run({ db, tenant, clock, signal }) {
      const tolerance = (kpi: string) => settings[kpi]?.tolerance;
      const context = { db, tenant, now: clock.now(), signal, settings, tolerance };
      const asked = new Map();
      const editions = await sentEditions(context);
      let restated = 0;
      for (const edition of editions) {
        const changes = await changesOf(context, edition, asked);
        if (changes.length === 0) continue;
        await db.tx((tx) => write(tx, tenant, edition, changes, clock.now()));
        restated += changes.length;
      }
      return { counts: { editions: editions.length, questions: asked.size, restated } };
    },
  };
}

/** The changes, and what is to be sent because of them: there together or not at all. */
async function write(
  tx: Queryable,
  { tenantId, timezone }: { tenantId: number; timezone: string },
  edition: SentEdition,
  changes: readonly Changed[],
  now: Temporal.Instant,
): Promise<void> {
  for (const { receipt, revision, kpi, was, now: isNow, why } of changes)
    await tx.run(sql`
      insert into ops.restatements (tenant_id, edition_id, receipt, revision, kpi, was, is_now, why, found_at)
      values (${tenantId}, ${edition.editionId}, ${receipt}, ${revision}, ${kpi}, ${was}, ${isNow}, ${why}, ${now.toString()})
      on conflict (tenant_id, edition_id, receipt, revision) do nothing`);
  if (edition.kind !== 'digest') return;
  const kept = await editionOf<Digest>(tx, tenantId, edition.editionId);
  if (!kept) return;
  const all = await restatementsOf(tx, tenantId, edition.editionId);
  const digest = withRestatements(kept.content, all, timezone);
  const revision = all.length;
  const due = { dueAt: now, expiresAt: now.add({ hours: toldForHours }) };
  const reply = restatementMessage(digest, new Set(changes.map(({ receipt }) => receipt)));
  for (const sent of await messagesOf(tx, tenantId, edition.editionId)) {
    const { deliveryId: afterId, letter, ...same } = sent;
    const { editionId } = edition;
    const part = { ...same, ...due, afterId, revision, editionId, carrier: 'slack', kind: 'digest' } as const;
    const { main } = digestMessages(digest, { locale: digest.locale, ...(await readersOf(tx, tenantId, same)) });
    // An older change that is still to be made would undo this one.
    await withdrawEdits(tx, tenantId, afterId, now);
    const edit: NewDelivery = { ...part, part: 'edit', letter: { body: slackBody(main), files: letter.files } };
    const told: NewDelivery = { ...part, part: 'thread', letter: { body: slackBody(reply), files: [] } };
    await record(tx, tenantId, [edit, told], { now, machine: systemClock.now() });
  }
}

function restatementsOf(tx: Queryable, tenantId: number, editionId: number): Promise<Restatements> {
  return tx.query(sql`
    select receipt, revision, is_now as now, why, found_at as "foundAt" from ops.restatements
    where tenant_id = ${tenantId} and edition_id = ${editionId} order by found_at, revision`);
}

/** Messages in Slack that show an edition. Mails are not changed: the next report has it. */
function messagesOf(
  tx: Queryable,
  tenantId: number,
  editionId: number,
): Promise<{ deliveryId: number; subscriptionId: number | null; slot: string; recipient: string; letter: Letter }[]> {
  return tx.query(sql`
    select delivery_id as "deliveryId", subscription_id as "subscriptionId", slot, recipient, letter
    from ops.deliveries
    where tenant_id = ${tenantId} and edition_id = ${editionId} and carrier = 'slack' and part = 'main' and state = 'sent'
    order by delivery_id`);
}
