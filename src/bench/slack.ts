import type { Message } from '../sandbox/message.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { percentile, rounded } from './spread.ts';

export interface SlackBenchOptions {
  /** A workspace whose bot runs and has data. */
  sandbox: Pick<Sandbox, 'command' | 'conversation' | 'waitFor'>;
  /** Who asks, and where; the person has to be known to the bot. */
  user: string;
  channel: string;
  log: (line: string) => void;
  /** Questions per series. */
  runs?: number;
  /** Commands whose acknowledgement is timed, and how many of them are sent at once. */
  acks?: number;
  atOnce?: number;
}

/** Milliseconds. */
export interface Spread {
  median: number;
  p90: number;
  p99: number;
}

export interface SlackBenchFigures extends Record<string, unknown> {
  runs: number;
  /** Questions never asked before: the chart is drawn, uploaded and waited for. */
  firstText: Spread;
  firstChart: Spread;
  /** The same question again: the chart is already in Slack. */
  againChart: Spread;
  acks: number;
  ack: Spread;
}

/** Longest wait for one answer, in milliseconds. */
const answerTimeoutMs = 30_000;

/**
 * Times what a person waits for, from pressing Enter to seeing it, through the sandbox's HTTP: the sandbox's own
 * processing time of fresh files is part of the first charts. Rejects when an answer does not come.
 */
export async function benchSlack(options: SlackBenchOptions): Promise<SlackBenchFigures> {
  const { sandbox, user, channel, log, runs = 20, acks = 200, atOnce = 10 } = options;

  const fromBot = () => sandbox.conversation(channel, user).filter((message) => message.user !== user);
  const isAnswer = (message: Message) => message.text !== 'Looking it up...';
  const hasChart = (message: Message) => message.blocks.some((block) => block.type === 'image');

  async function time(text: string): Promise<{ text: number; chart: number }> {
    const before = new Set(fromBot().map((message) => message.ts));
    const seen = (fits: (message: Message) => boolean) =>
      sandbox.waitFor(
        `an answer to /kpi ${text}`,
        () => fromBot().find((message) => !before.has(message.ts) && fits(message)),
        answerTimeoutMs,
      );
    const started = performance.now();
    const since = () => performance.now() - started;
    const [, textMs, chartMs] = await Promise.all([
      sandbox.command({ user, channel, text }),
      seen(isAnswer).then(since),
      seen(hasChart).then(since),
    ]);
    return { text: textMs, chart: chartMs };
  }

  async function series(name: string, commandOf: (run: number) => string) {
    const times: { text: number; chart: number }[] = [];
    for (let run = 0; run < runs; run++) times.push(await time(commandOf(run)));
    const text = spreadOf(times.map((each) => each.text));
    const chart = spreadOf(times.map((each) => each.chart));
    log(`${name} (n=${runs}): text ${shown(text)}; chart ${shown(chart)}`);
    return { text, chart };
  }

  await time('sla-reported'); // starts what starts with the first question
  const first = await series('/kpi sla-reported, first time', (run) => `sla-reported ${8 + run}d`);
  const again = await series('/kpi sla-reported, again', () => 'sla-reported');

  const ackMs: number[] = [];
  const answered = fromBot().length;
  for (let sent = 0; sent < acks; sent += atOnce) {
    const wave = Array.from({ length: Math.min(atOnce, acks - sent) }, () =>
      sandbox.command({ user, channel, text: 'sla-reported table' }),
    );
    for (const { outcome, ackMs: took } of await Promise.all(wave)) {
      if (outcome !== 'acknowledged' || took === undefined)
        throw new Error(`a command was not acknowledged: ${outcome}`);
      ackMs.push(took);
    }
  }
  await sandbox.waitFor('every answer', () => fromBot().filter(isAnswer).length >= answered + acks, answerTimeoutMs);
  const ack = spreadOf(ackMs);
  log(`acknowledgement (n=${acks}, ${atOnce} at once): ${shown(ack)}`);
  return { runs, firstText: first.text, firstChart: first.chart, againChart: again.chart, acks, ack };
}

function spreadOf(times: readonly number[]): Spread {
  const at = (share: number) => rounded(percentile(times, share));
  return { median: at(0.5), p90: at(0.9), p99: at(0.99) };
}

function shown({ median, p90, p99 }: Spread): string {
  return `median ${Math.round(median)} ms, p90 ${Math.round(p90)} ms, p99 ${Math.round(p99)} ms`;
}
