import sql from 'sql-template-tag';
import type { Tx } from '../db/db.ts';
import { entities } from '../domain/entities.ts';
import { versionOf } from '../ingest/batch.ts';
import { deleteRecords } from '../ingest/delete.ts';
import { moveStream } from '../ingest/write.ts';
import type { ListStream, Page } from '../sources/stream.ts';
import { confirmGone, countSeen, findUnseen, guardMassDeletion } from './deletions.ts';
import { afterPage, beginPass, isStill, judgePass, type PassCursor } from './drift.ts';
import { knowObjects } from './objects.ts';
import type { RunReport, StreamRun } from './run.ts';
import { loadState, moveState, type StreamState } from './state.ts';
import { addStored, nothingStored, store, storing } from './store.ts';

/**
 * Reads a list from where its pass stands to its end, then deletes what a whole pass did not show and moves the
 * watermark. Each page is stored with the cursor behind it in one transaction, so a run may end anywhere.
 */
export async function syncList(run: StreamRun, stream: ListStream): Promise<RunReport> {
  let state = await loadState(run.db, run.key);
  let cursor = state.cursor as unknown as PassCursor;
  let stored = nothingStored;
  let deleted = 0;
  const notes = new Set<string>();
  if (run.full || cursor.page === undefined) {
    cursor = beginPass(run.clock.now());
    state = { ...state, pass: state.pass + 1, cursor: {} };
  }
  for (;;) {
    while (!cursor.ended) {
      run.pace.signal.throwIfAborted();
      const page = await stream.read(run.pace, cursor.page);
      for (const problem of page.problems) notes.add(`page ${cursor.page}: ${problem}`);
      const next: PassCursor = {
        ...afterPage(cursor, { ...page, unreadable: page.problems.length }),
        version: cursor.version ?? versionOf(page.sentAt),
      };
      const place = { source: run.source.name, stream: stream.id, page: `page ${cursor.page}` };
      const from = state;
      const done = cursor.page;
      const result = await storing(run.db, place, (tx) =>
        storePage(tx, run, stream, from, { page, number: done, next }),
      );
      stored = addStored(stored, result.stored);
      state = result.state;
      cursor = next;
      const pages = page.total === undefined ? undefined : Math.max(done, Math.ceil(page.total / page.size));
      const records = stored.inserted + stored.updated + stored.unchanged + stored.older;
      run.onProgress({ stream: stream.id, records, done, of: pages });
    }
    const seen = await countSeen(run.db, run.key, state.pass);
    const verdict = judgePass(cursor, seen);
    if (verdict === 'look again') {
      const { ended: _, ...rest } = cursor;
      cursor = { ...rest, page: 1, look: 2 };
      continue;
    }
    const end = verdict === 'whole' ? await reconcile(run, stream, state, { cursor, seen }) : undefined;
    if (end) deleted = end.deleted;
    else await dropPass(run, state);
    if (verdict === 'missing')
      notes.add(`the source counts ${cursor.total} entries, its pages show ${seen}; not taken as complete`);
    for (const note of end?.notes ?? []) notes.add(note);
    return { outcome: end?.whole ? 'whole' : 'drifting', stored, deleted, notes: [...notes, ...stored.problems] };
  }
}

async function storePage(
  tx: Tx,
  run: StreamRun,
  stream: ListStream,
  state: StreamState,
  { page, number, next }: { page: Page; number: number; next: PassCursor },
) {
  const { tenantId, source, stream: id } = run.key;
  const ids = page.entries.map((entry) => entry.id);
  const records = page.entries.map((entry) => entry.values);
  const brought = { entity: stream.entity, partial: false, sentAt: page.sentAt, records };
  const stored = await store(tx, run.write, source, [brought]);
  await knowObjects(tx, run, stream.entity, ids, state.completeAsOf);
  // What a page showed before it moved was seen all the same.
  await tx.run(sql`
    insert into ops.sync_pages as p (tenant_id, source, stream, pass, page, ids)
    values (${tenantId}, ${source}, ${id}, ${state.pass}, ${number}, ${ids}::text[])
    on conflict (tenant_id, source, stream, pass, page) do update
    set ids = array(select distinct shown from unnest(p.ids || excluded.ids) as shown)`);
  return { stored, state: await moveState(tx, run.key, state, { pass: state.pass, cursor: { ...next } }) };
}

/** Deletes what is gone and says how far the stream was read, in one transaction with the end of the pass. */
async function reconcile(
  run: StreamRun,
  stream: ListStream,
  state: StreamState,
  { cursor, seen }: { cursor: PassCursor; seen: number },
): Promise<{ deleted: number; whole: boolean; notes: string[] }> {
  const version = cursor.version ?? 0;
  const unseen = await findUnseen(run.db, run.key, stream.entity, { number: state.pass, version });
  try {
    guardMassDeletion(run.key, unseen, { limit: run.source.massDeleteLimit, accept: run.acceptDeletes });
  } catch (error) {
    await dropPass(run, state);
    throw error;
  }
  const still = isStill(cursor, seen);
  const { gone, alive, doubtful } = await confirmGone(stream, run.pace, unseen, { accept: run.acceptDeletes, still });
  const whole = alive.length === 0;
  const startedAt = Temporal.Instant.from(cursor.startedAt);
  const place = { source: run.source.name, stream: stream.id, page: 'end of the pass' };
  const deleted = await storing(run.db, place, async (tx) => {
    const entity = entities[stream.entity];
    const source = run.source.name;
    const count = gone.length === 0 ? 0 : await deleteRecords(tx, run.write, { entity, source, ids: gone, version });
    if (whole) await moveStream(tx, run.write, { entity, source, asOf: startedAt });
    await endPass(tx, run, state, whole ? startedAt : undefined);
    return count;
  });
  const notes = [
    ...(alive.length > 0
      ? [`${alive.length} entries were skipped while the pages moved; the next pass reads them`]
      : []),
    ...(doubtful > 0
      ? [`${doubtful} entries were not shown; they are deleted if the next pass does not show them`]
      : []),
  ];
  return { deleted, whole, notes };
}

/** Gives a pass up: its records are kept, it proves nothing. */
async function dropPass(run: StreamRun, state: StreamState): Promise<void> {
  const place = { source: run.source.name, stream: run.key.stream, page: 'end of the pass' };
  await storing(run.db, place, (tx) => endPass(tx, run, state, undefined));
}

async function endPass(tx: Tx, run: StreamRun, state: StreamState, completeAsOf: Temporal.Instant | undefined) {
  const { tenantId, source, stream } = run.key;
  await moveState(tx, run.key, state, { cursor: {}, ...(completeAsOf ? { completeAsOf } : {}) });
  // The pages of this pass stay for the next one to compare with, those of one that proved nothing do not.
  const oldest = completeAsOf ? state.pass : state.pass + 1;
  await tx.run(sql`
    delete from ops.sync_pages
    where tenant_id = ${tenantId} and source = ${source} and stream = ${stream} and pass < ${oldest}`);
}
