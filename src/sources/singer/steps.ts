import { moveStream } from '../../ingest/write.ts';
import { CremaError, messageOf } from '../../lib/errors.ts';
import { describeRejection } from '../files/summary.ts';
import { activateVersion, commitFeeds } from './commit.ts';
import type { StreamFeed } from './feeds.ts';
import type { Run } from './run.ts';

/** Stores what has come and hands on the STATE behind it. */
export async function commit(run: Run): Promise<void> {
  await commitRecords(run);
  await handOnState(run);
}

export async function commitRecords(run: Run): Promise<void> {
  const feeds = [...run.feeds.values()].flat().filter(({ rows, gone }) => rows.length + gone.length > 0);
  const { records } = run.open;
  if (feeds.length > 0) {
    const deleted = await during(run, feeds, () =>
      run.deps.db.tx((tx) => commitFeeds(tx, run.run, feeds, () => refuseRejections(run))),
    );
    for (const [feed, count] of deleted) run.deleted.set(feed, (run.deleted.get(feed) ?? 0) + count);
    for (const feed of feeds) feed.clear();
    run.totals.commits++;
  }
  run.open = { records: 0, characters: 0 };
  if (records > 0) run.deps.onCommit?.(run.totals.records);
}

export async function handOnState(run: Run): Promise<void> {
  if (run.state === undefined || run.awaited.size > 0) return;
  await run.deps.onState(run.state);
  run.totals.states++;
  run.state = undefined;
}

function refuseRejections({ options, firstRejection }: Run): void {
  if (!options.strict || !firstRejection) return;
  const { stream, rejection } = firstRejection;
  throw new CremaError(
    'SINGER_REJECTED',
    `stream ${stream} ${describeRejection(rejection)}, so nothing of its batch was kept (--strict)`,
    { remedy: 'Mend the record or the mapping, or run without --strict to load the rest.' },
  );
}

/** Names the lines that a failing commit was about. */
async function during<T>(run: Run, feeds: readonly StreamFeed[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CremaError && error.code !== 'DB_LOST') throw error;
    const first = Math.min(
      ...feeds.flatMap(({ rows, gone }) => [rows[0]?.line, gone[0]?.row.line].filter((line) => line !== undefined)),
    );
    const names = [...new Set(feeds.map(({ stream }) => stream.name))].join(', ');
    throw new CremaError(
      error instanceof CremaError ? error.code : 'SINGER_COMMIT',
      `lines ${first} to ${run.line} (streams ${names}) could not be stored: ${messageOf(error)}`,
      { remedy: 'What came before them is committed. Run the tap again with the last STATE.', cause: error },
    );
  }
}

/** Deletes what a stream's table does not have any more. */
export async function activate(run: Run, stream: string, version: string, emptied: boolean): Promise<void> {
  const acceptDeletes = run.options.acceptDeletes === true;
  const whole = (run.feeds.get(stream) ?? []).filter((feed) => !feed.stream.partial);
  // Several blocks may make records of one entity.
  const feeds = [...new Map(whole.map((feed) => [feed.entity, feed])).values()];
  run.activations.delete(stream);
  run.awaited.delete(stream);
  for (const feed of feeds) {
    const options = { emptied, acceptDeletes };
    const result = await run.deps.db.tx((tx) => activateVersion(tx, run.run, feed, version, options));
    if (result.outcome === 'unseen') {
      run.activations.set(stream, version);
      run.awaited.add(stream);
    }
    if (result.outcome === 'refused') {
      const { all, others } = result;
      run.refused.push({ stream, entity: feed.entity.id, records: all, vanishing: others });
    }
    run.deleted.set(feed, (run.deleted.get(feed) ?? 0) + result.deleted);
  }
}

/** The tap has ended by itself: what had to wait for that, and how far its streams are. */
export async function complete(run: Run): Promise<void> {
  for (const [stream, version] of run.activations) {
    if (run.streams.isComplete(stream)) await activate(run, stream, version, true);
  }
  run.awaited.clear();
  const asOf = run.options.asOf ?? run.run.at;
  const isComplete = (stream: string) => run.options.asOf !== undefined || run.streams.isComplete(stream);
  const feeds = [...run.feeds.values()].flat().filter(({ stream }) => run.streams.isKnown(stream.name));
  const late = new Set(feeds.filter(({ stream }) => !isComplete(stream.name)).map(({ entity }) => entity));
  const entities = [...new Set(feeds.map(({ entity }) => entity))].filter((entity) => !late.has(entity));
  await run.deps.db.tx(async (tx) => {
    for (const entity of entities) await moveStream(tx, run.run, { source: run.run.source, entity, asOf });
  });
  run.streams.moved(
    entities.map(({ id }) => id),
    asOf,
  );
}
