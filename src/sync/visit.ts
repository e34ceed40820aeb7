import { entities } from '../domain/entities.ts';
import { moveStream } from '../ingest/write.ts';
import { SourceError } from '../sources/source-error.ts';
import type { Visit, VisitStream } from '../sources/stream.ts';
import { type KnownObject, loadFew, loadUrgent, moveObject, movesAll, oldestGuarantee } from './objects.ts';
import type { RunReport, StreamRun } from './run.ts';
import { addStored, nothingStored, type Stored, store, storing } from './store.ts';

/**
 * Visits the objects that are due, as far as the calls of this run go; the most urgent first. Each call's answer is stored
 * with the object's cursor in one transaction.
 */
export async function syncVisits(run: StreamRun, stream: VisitStream): Promise<RunReport> {
  const startedAt = run.clock.now();
  const chosen = await choose(run, stream, startedAt);
  const notes = new Set<string>();
  let stored = nothingStored;
  let calls = 0;
  let done = 0;
  let failure: { error: unknown } | undefined;
  for (const object of chosen) {
    if (calls >= run.callBudget) break;
    try {
      const visited = await visitObject(run, stream, object, run.callBudget - calls);
      stored = addStored(stored, visited.stored);
      calls += visited.calls;
      if (visited.finished) done += 1;
      for (const problem of visited.problems) notes.add(`${stream.of} ${object.id}: ${problem}`);
    } catch (error) {
      // One object that cannot be read must not keep the others from being read; what ails the source ends the run.
      if (!(error instanceof SourceError && (error.failure === 'refused' || error.failure === 'shape'))) throw error;
      if (failure) throw error;
      failure = { error };
      calls += 1;
    }
    const records = stored.inserted + stored.updated + stored.unchanged + stored.older;
    run.onProgress({ stream: stream.id, records, done, of: chosen.length });
  }
  if (stream.entity && !failure) await moveWatermark(run, stream, startedAt);
  if (failure) throw failure.error;
  const outcome = done === chosen.length ? 'whole' : 'part';
  return { outcome, stored, deleted: 0, notes: [...notes, ...stored.problems] };
}

async function choose(run: StreamRun, stream: VisitStream, now: Temporal.Instant): Promise<KnownObject[]> {
  if (stream.isDue === undefined)
    return loadUrgent(run.db, run.key, stream, { now, most: run.callBudget, full: run.full });
  const few = await loadFew(run.db, run.key, stream.of);
  return few.filter(
    (object) => object.unfinished || stream.isDue?.(run.full ? { ...object, visitedAt: null } : object, now),
  );
}

async function visitObject(
  run: StreamRun,
  stream: VisitStream,
  object: KnownObject,
  budget: number,
): Promise<{ stored: Stored; calls: number; finished: boolean; problems: string[] }> {
  let stored = nothingStored;
  const problems: string[] = [];
  let cursor = run.full && !object.unfinished ? {} : object.cursor;
  let calls = 0;
  for (let finished = false; !finished && calls < budget; calls++) {
    run.pace.signal.throwIfAborted();
    // What happens from here on may be missing in the answer.
    const askedAt = run.clock.now();
    const visit: Visit = await stream.visit(run.pace, { ...object, cursor });
    const place = { source: run.source.name, stream: stream.id, page: `${stream.of} ${object.id}` };
    const result = await storing(run.db, place, async (tx) => {
      const written = await store(tx, run.write, run.source.name, visit);
      await moveObject(tx, run.key, object.id, visit, askedAt);
      return written;
    });
    stored = addStored(stored, result);
    problems.push(...visit.problems);
    cursor = visit.cursor;
    finished = visit.done;
    if (finished) return { stored, calls: calls + 1, finished, problems };
  }
  return { stored, calls, finished: false, problems };
}

/** A stream of few objects is as of its oldest one that counts; one of many, as of the oldest of all. */
async function moveWatermark(run: StreamRun, stream: VisitStream, startedAt: Temporal.Instant): Promise<void> {
  const asOf = movesAll(stream)
    ? await oldestGuarantee(run.db, run.key, stream.of)
    : await oldestDue(run, stream, startedAt);
  if (asOf === undefined || stream.entity === undefined) return;
  const entity = entities[stream.entity];
  const place = { source: run.source.name, stream: stream.id, page: 'end of the run' };
  await storing(run.db, place, (tx) => moveStream(tx, run.write, { entity, source: run.source.name, asOf }));
}

async function oldestDue(
  run: StreamRun,
  stream: VisitStream,
  startedAt: Temporal.Instant,
): Promise<Temporal.Instant | undefined> {
  const objects = await loadFew(run.db, run.key, stream.of);
  let oldest = startedAt;
  for (const object of objects) {
    if (!stream.isDue?.({ ...object, visitedAt: null }, startedAt)) continue;
    if (object.visitedAt === null) return undefined;
    if (Temporal.Instant.compare(object.visitedAt, oldest) < 0) oldest = object.visitedAt;
  }
  return oldest;
}
