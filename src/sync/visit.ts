import { entities } from '../domain/entities.ts';
import { moveStream } from '../ingest/write.ts';
import { SourceError } from '../sources/source-error.ts';
import type { Visit, VisitStream } from '../sources/stream.ts';
import { type KnownObject, loadFew, loadUrgent, moveObject, movesAll, oldestGuarantee } from './objects.ts';
import type { RunReport, StreamRun } from './run.ts';
import { addStored, nothingStored, type Stored, store, storing } from './store.ts';

/** Answers that are stored together: what a killed run reads again at most. */
const mostTogether = 20;
const mostRecordsTogether = 2_000;

/** Objects that cannot be read before a run takes it that none can. */
const mostFailures = 3;

/** An answer that is not stored yet. */
interface Answered {
  object: KnownObject;
  visit: Visit;
  askedAt: Temporal.Instant;
}

/**
 * Visits the objects that are due, as far as the calls of this run go; the most urgent first. Answers are stored a few at
 * a time, each with its object's cursor in the same transaction.
 */
export async function syncVisits(run: StreamRun, stream: VisitStream): Promise<RunReport> {
  const startedAt = run.clock.now();
  const chosen = await choose(run, stream, startedAt);
  const notes = new Set<string>();
  let stored = nothingStored;
  let done = 0;
  let calls = 0;
  let answered: Answered[] = [];
  const flush = async () => {
    const together = answered;
    answered = [];
    if (together.length === 0) return;
    stored = addStored(stored, await storeAnswers(run, stream, together));
    done += together.filter(({ visit }) => visit.done).length;
    const records = stored.inserted + stored.updated + stored.unchanged + stored.older;
    run.onProgress({ stream: stream.id, records, done, of: chosen.length });
  };
  const failures: unknown[] = [];
  try {
    for (const object of chosen) {
      let cursor = run.full && !object.unfinished ? {} : object.cursor;
      for (let finished = false; !finished && calls < run.callBudget; calls++) {
        run.pace.signal.throwIfAborted();
        // What happens from here on may be missing in the answer.
        const askedAt = run.clock.now();
        const visit = await visitOnce(run, stream, { ...object, cursor });
        if ('error' in visit) {
          failures.push(visit.error);
          calls++;
          if (failures.length >= mostFailures) throw visit.error;
          break;
        }
        answered.push({ object, visit, askedAt });
        for (const problem of visit.problems) notes.add(`${stream.of} ${object.id}: ${problem}`);
        cursor = visit.cursor;
        finished = visit.done;
        const records = answered.reduce((sum, one) => sum + one.visit.records.length, 0);
        if (answered.length >= mostTogether || records >= mostRecordsTogether) await flush();
      }
    }
  } catch (error) {
    // What was read before is kept; should that fail too, the first error is the one to tell.
    await flush().catch(() => undefined);
    throw error;
  }
  await flush();
  if (failures.length > 0) throw failures[0];
  if (stream.entity) await moveWatermark(run, stream, startedAt);
  const outcome = done === chosen.length ? 'whole' : 'part';
  return { outcome, stored, deleted: 0, notes: [...notes, ...stored.problems] };
}

/** One call. An object that cannot be read must not keep the others from being read; what ails the source ends the run. */
async function visitOnce(
  run: StreamRun,
  stream: VisitStream,
  object: KnownObject,
): Promise<Visit | { error: unknown }> {
  try {
    return await stream.visit(run.pace, object);
  } catch (error) {
    const isItsOwn = error instanceof SourceError && (error.failure === 'refused' || error.failure === 'shape');
    if (isItsOwn) return { error };
    throw error;
  }
}

function storeAnswers(run: StreamRun, stream: VisitStream, answered: readonly Answered[]): Promise<Stored> {
  const ids = [...new Set(answered.map(({ object }) => object.id))];
  const page = ids.length === 1 ? `${stream.of} ${ids[0]}` : `${stream.of} ${ids[0]} and ${ids.length - 1} more`;
  return storing(run.db, { source: run.source.name, stream: stream.id, page }, async (tx) => {
    const written = await store(
      tx,
      run.write,
      run.source.name,
      answered.map(({ visit }) => visit),
    );
    // Of several answers about one object the last one says where it stands.
    const last = new Map<string, Answered>();
    for (const one of answered) {
      const activeAt = one.visit.activeAt ?? last.get(one.object.id)?.visit.activeAt;
      last.set(one.object.id, { ...one, visit: { ...one.visit, activeAt } });
    }
    for (const { object, visit, askedAt } of last.values()) await moveObject(tx, run.key, object.id, visit, askedAt);
    return written;
  });
}

async function choose(run: StreamRun, stream: VisitStream, now: Temporal.Instant): Promise<KnownObject[]> {
  if (stream.isDue === undefined)
    return loadUrgent(run.db, run.key, stream, { now, most: run.callBudget, full: run.full });
  const few = await loadFew(run.db, run.key, stream.of);
  const due = few.filter(
    (object) => object.unfinished || stream.isDue?.(run.full ? { ...object, visitedAt: null } : object, now),
  );
  // The order among the rest stays: the longest not visited first.
  const isUrgent = (object: KnownObject) => stream.isUrgent?.(object) ?? false;
  return [...due.filter(isUrgent), ...due.filter((object) => !isUrgent(object))];
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
    if (!stream.isDue?.({ ...object, visitedAt: null }, startedAt) || stream.holdsWatermark?.(object) === false)
      continue;
    if (object.visitedAt === null) return undefined;
    if (Temporal.Instant.compare(object.visitedAt, oldest) < 0) oldest = object.visitedAt;
  }
  return oldest;
}
