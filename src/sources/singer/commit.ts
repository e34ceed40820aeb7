import type { Tx } from '../../db/db.ts';
import type { WriteRun } from '../../ingest/batch.ts';
import { type DeletedRecord, deleteEach } from '../../ingest/delete.ts';
import { lockWriters } from '../../ingest/lock.ts';
import { loadRows } from '../files/load-rows.ts';
import { incomingTable } from '../files/stage.ts';
import type { StreamFeed } from './feeds.ts';
import { countSeen, forgetRecords, noteSeen, noteStillThere, othersThan, type Tracked } from './versions.ts';

export interface SingerRun extends WriteRun {
  source: string;
}

/** Longest list of ids in one statement. */
const page = 10_000;

/**
 * Loads what the feeds have, inside the caller's transaction: rows through the stage, then deletions; notes the versions
 * of the streams' tables. `beforeWriting` may throw, once it is known what is rejected. Returns how many records were
 * deleted, by feed.
 */
export async function commitFeeds(
  tx: Tx,
  run: SingerRun,
  feeds: readonly StreamFeed[],
  beforeWriting: () => void,
): Promise<Map<StreamFeed, number>> {
  const withRows = feeds.filter(({ rows }) => rows.length > 0);
  // Deletions come after the rows and would lock out of order.
  await lockWriters(
    tx,
    run.tenant.tenantId,
    feeds.map(({ entity }) => entity),
  );
  await loadRows(
    tx,
    run,
    withRows.map(({ stage, stream, rows, work }) => ({
      ...{ stage, name: `stream ${stream.name}`, work },
      rows: {
        async *batches() {
          yield { rows, faults: [] };
        },
      },
    })),
    beforeWriting,
  );
  for (const feed of withRows) await noteVersions(tx, run, feed);
  const deleted = new Map<StreamFeed, number>();
  for (const feed of feeds) if (feed.gone.length > 0) deleted.set(feed, await deleteGone(tx, run, feed));
  return deleted;
}

async function noteVersions(tx: Tx, run: SingerRun, feed: StreamFeed): Promise<void> {
  const { version, rows, rejectedLines, converter } = feed;
  if (version === undefined || feed.stream.partial) return;
  await noteSeen(tx, trackedOf(run, feed), incomingTable(feed.stage, 0), version);
  if (rejectedLines.size === 0) return;
  const ids = rows.flatMap((row) => (rejectedLines.has(row.line) ? [converter.identify(row).id] : []));
  await noteStillThere(
    tx,
    trackedOf(run, feed),
    ids.filter((id) => id !== undefined),
    version,
  );
}

async function deleteGone(tx: Tx, run: SingerRun, feed: StreamFeed): Promise<number> {
  const { entity } = feed;
  const records = deletionsOf(feed);
  const deleted = await deleteEach(tx, run, { entity, source: run.source, records });
  await forgetRecords(
    tx,
    trackedOf(run, feed),
    records.map(({ id }) => id),
  );
  return deleted;
}

/**
 * A record is deleted as of its last state or of its deletion, whichever is later, so that only what is newer revives it.
 * Where neither is known, whatever the stream says of it from then on is newer.
 */
function deletionsOf({ converter, gone, rows }: StreamFeed): DeletedRecord[] {
  const deletions = gone.flatMap(({ row, at }) => {
    const { id, version: own } = converter.identify(row);
    if (id === undefined) return [];
    const kind = converter.versionKind();
    const micros = kind === 'time' && at ? [Number(at.epochNanoseconds / 1000n)] : [];
    const told = kind === 'run' || own === undefined ? micros : [own, ...micros];
    return [{ id, at, line: row.line, version: told.length > 0 ? Math.max(...told) : undefined }];
  });
  if (deletions.every(({ version }) => version !== undefined)) return deletions;
  const lastLines = new Map(rows.map((row) => [converter.identify(row).id, row.line]));
  return deletions.filter(({ id, line, version }) => version !== undefined || (lastLines.get(id) ?? 0) < line);
}

/** What an ACTIVATE_VERSION came to. */
export interface Activated {
  outcome: 'done' | 'unseen' | 'refused';
  /** Records of the stream before, those not seen with the version, and those that are deleted now. */
  all: number;
  others: number;
  deleted: number;
}

/** Share of a stream's records that may vanish at once without being asked for. */
export const mostVanishing = 0.2;

/**
 * Deletes the records of a stream that were not seen with the version. `unseen`: none was, so nothing can be said yet and
 * nothing is done, unless `emptied` says that the table is known to be empty. Refused where more would vanish than
 * `mostVanishing`, unless `acceptDeletes`.
 */
export async function activateVersion(
  tx: Tx,
  run: SingerRun,
  feed: StreamFeed,
  version: string,
  options: { emptied: boolean; acceptDeletes: boolean },
): Promise<Activated> {
  await lockWriters(tx, run.tenant.tenantId, [feed.entity]);
  const tracked = trackedOf(run, feed);
  const { all, others } = await countSeen(tx, tracked, version);
  if (others === 0) return { outcome: 'done', all, others, deleted: 0 };
  if (others === all && !options.emptied) return { outcome: 'unseen', all, others, deleted: 0 };
  if (others > all * mostVanishing && !options.acceptDeletes) return { outcome: 'refused', all, others, deleted: 0 };
  let deleted = 0;
  for (;;) {
    const found = await othersThan(tx, tracked, version, page);
    if (found.length === 0) break;
    const records = found.flatMap(({ id, elsewhere }) => (elsewhere ? [] : [{ id, version: undefined }]));
    if (records.length > 0) deleted += await deleteEach(tx, run, { entity: feed.entity, source: run.source, records });
    await forgetRecords(
      tx,
      tracked,
      found.map(({ id }) => id),
    );
  }
  return { outcome: 'done', all, others, deleted };
}

function trackedOf({ tenant, source }: SingerRun, { stream, entity }: StreamFeed): Tracked {
  return { tenantId: tenant.tenantId, source, stream: stream.name, entity: entity.id };
}
