import { CremaError, usageError } from '../../lib/errors.ts';
import { type Message, parseMessage } from './messages.ts';
import { createPace, type Pace } from './pace.ts';
import { createRun, type Run, type SingerDeps, type SingerOptions } from './run.ts';
import { activate, commit, commitRecords, complete, handOnState } from './steps.ts';
import { type SingerSummary, summarize } from './summary.ts';

const defaultBatchRecords = 10_000;
const defaultBatchMs = 10_000;
/** Characters per commit, for records that are large. */
const batchCharacters = 32 * 1024 * 1024;

/**
 * Reads what a Singer tap writes and stores the records of the streams that the mapping names, batch by batch, each in one
 * transaction. A STATE is handed on when everything before it is committed; of several the newest. So a run that ends
 * anywhere, started again with the last STATE, ends as if it had not been interrupted. Memory is bounded by a batch, and
 * nothing is read while one is written.
 *
 * A stream that was read to the end is as of the start of the run (see `createStreams`). Draining the marks is the
 * caller's. Throws CremaError: MAP_STREAMS, SINGER_INPUT (with line and stream), SINGER_REJECTED (strict), DB_LOST; what
 * was committed before stays, and its STATE has been handed on.
 */
export async function ingestSinger(deps: SingerDeps, options: SingerOptions): Promise<SingerSummary> {
  const { mapping } = options;
  if (!mapping.entities.some(({ stream }) => stream)) {
    throw usageError(
      'MAP_STREAMS',
      `${mapping.file} maps no streams`,
      'Give each block the stream: its records come in; see docs/importing.md.',
    );
  }
  const started = performance.now();
  const run = createRun(deps, options);
  const pace = createPace(options.lines, options.signal);
  let interrupted = false;
  try {
    const ended = await readAll(run, pace);
    await commitRecords(run);
    // A signal to the whole pipe ends the tap too: what then looks like an end is none.
    interrupted = ended === 'interrupted' || options.signal?.aborted === true;
    if (!interrupted) await complete(run);
    await handOnState(run);
  } finally {
    pace.close();
  }
  const summary = summarize(run, { interrupted, seconds: (performance.now() - started) / 1000 });
  const { source } = mapping;
  const { records, rejected, seconds } = summary;
  deps.log.info({ source, records, rejected, interrupted, seconds }, 'singer messages ingested');
  return summary;
}

async function readAll(run: Run, pace: Pace): Promise<'end' | 'interrupted'> {
  const { batchRecords = defaultBatchRecords, batchMs = defaultBatchMs } = run.options;
  for (;;) {
    const isOpen = run.open.records > 0 || run.state !== undefined;
    const next = await pace.next(isOpen ? batchMs : undefined);
    if (next === 'end' || next === 'interrupted') return next;
    if (next === 'late') {
      await commit(run);
      pace.restart();
      continue;
    }
    run.line++;
    if (next.line.trim() === '') continue;
    const message = parseMessage(next.line);
    if (typeof message === 'string') await fail(run, `line ${run.line} ${message}`);
    else await take(run, message, next.line.length);
    if (run.open.records >= batchRecords || run.open.characters >= batchCharacters) {
      await commit(run);
      pace.restart();
    }
  }
}

async function take(run: Run, message: Message, characters: number): Promise<void> {
  const { streams, line } = run;
  switch (message.type) {
    case 'SCHEMA':
      streams.schema(message.stream, message.keyProperties);
      return;
    case 'STATE':
      run.state = message.value;
      streams.state(line, message.syncing);
      return;
    case 'RECORD': {
      const { stream, record, version } = message;
      const feeds = run.feeds.get(stream);
      if (!feeds) return streams.ignored(stream);
      if (!streams.isKnown(stream)) {
        return fail(run, `line ${line} is a RECORD of stream ${stream}, of which no SCHEMA has come yet`);
      }
      if (feeds.some((feed) => !feed.fits(version))) await commit(run);
      for (const feed of feeds) feed.add(line, record, version);
      if (version !== undefined && run.activations.get(stream) === version) run.awaited.delete(stream);
      streams.record(stream, line);
      run.totals.records++;
      run.open.records++;
      run.open.characters += characters;
      return;
    }
    case 'ACTIVATE_VERSION': {
      const feeds = run.feeds.get(message.stream);
      if (!feeds) return;
      await commit(run);
      await activate(run, message.stream, message.version, false);
      streams.activated(message.stream, line);
    }
  }
}

/** Ends the run over a line that cannot be taken: what came before it stays. */
async function fail(run: Run, what: string): Promise<never> {
  await commit(run);
  throw new CremaError('SINGER_INPUT', what, {
    remedy:
      'What came before this line is committed and its STATE handed on. Mend the tap, then run it with that STATE.',
  });
}
