import { readAs } from '../../../db/viewer.ts';
import { readNames } from '../names.ts';
import type { AlertRoom, PastEpisode } from '../room.ts';
import { queuesOf } from './queues.ts';
import { readWaits, type Waited } from './read.ts';

const notes = [
  'Conversations are counted by the team and channel they have now.',
  'Who only a bot served before a person replied counts from its first message on.',
];

/** When it would have fired: from every wait there was, with its beginning and end. */
export const pastOfQueue: AlertRoom<'queue'>['past'] = async (
  { settings, viewer },
  period,
  { db, tenant: { tenantId, locale }, now },
) => {
  const to = Temporal.Instant.compare(period.to, now) < 0 ? period.to : now;
  const [from, until] = [period.from.epochMilliseconds, to.epochMilliseconds];
  return readAs(db, { tenantId, viewer }, async (reader) => {
    const names = await readNames(reader, tenantId, { team: settings.team ?? [], account: [] });
    const found = queuesOf(settings, names);
    if (found.kind === 'unknown') return found;
    const waits = await readWaits(reader, tenantId, { from: period.from, to });
    const { waiting, oldest, clear } = settings;
    const episodes: PastEpisode[] = [];
    for (const { labels, name, holds } of found.queues) {
      const own = waits.filter(holds);
      const title = (what: string) => (name === '' ? what : `${name}: ${what}`);
      if (waiting !== undefined)
        for (const { begin, end, worst } of longQueues(own, { over: waiting, clear: waiting * clear })) {
          const text = `${worst.toLocaleString(locale)} waiting`;
          const one = { labels: { queue: 'waiting', ...labels }, name: title('conversations waiting') };
          episodes.push({ ...one, ...between(begin, end, until), worst: { value: worst, text } });
        }
      if (oldest !== undefined)
        for (const { begin, end } of longWaits(own, { mark: oldest * 1000, clear: oldest * 1000 * clear })) {
          const one = { labels: { queue: 'oldest', ...labels }, name: title('longest wait') };
          episodes.push({ ...one, ...between(begin, end, until) });
        }
    }
    const inPeriod = episodes.filter(
      (one) => one.from.epochMilliseconds < until && (one.to === null || one.to.epochMilliseconds > from),
    );
    const sorted = inPeriod.toSorted((a, b) => Temporal.Instant.compare(a.from, b.from));
    return { kind: 'episodes', episodes: sorted, notes };
  });
};

function between(begin: number, end: number, until: number): Pick<PastEpisode, 'from' | 'to'> {
  const at = Temporal.Instant.fromEpochMilliseconds;
  return { from: at(begin), to: end > until ? null : at(end) };
}

/** Stretches in which more than `over` waited, each until no more than `clear` did. */
export function longQueues(
  waits: readonly Waited[],
  { over, clear }: { over: number; clear: number },
): { begin: number; end: number; worst: number }[] {
  const steps = waits.flatMap(({ since, until }) => [
    { at: since, by: 1 },
    { at: until, by: -1 },
  ]);
  // What ends in an instant does not wait in it beside what begins then.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  const found: { begin: number; end: number; worst: number }[] = [];
  let count = 0;
  let open: { begin: number; worst: number } | null = null;
  for (const { at, by } of steps) {
    count += by;
    if (open) {
      open.worst = Math.max(open.worst, count);
      if (count > clear) continue;
      found.push({ ...open, end: at });
      open = null;
    } else if (count > over) open = { begin: at, worst: count };
  }
  return found;
}

/**
 * Stretches in which one had waited for `mark` (milliseconds), each until the longest wait was at most `clear`. Waits are in
 * the order they began.
 */
export function longWaits(
  waits: readonly Waited[],
  { mark, clear }: { mark: number; clear: number },
): { begin: number; end: number }[] {
  const firing = mergedOf(waits, mark);
  // It goes on while another one has waited for longer than `clear`, in stretches that touch.
  const going = mergedOf(waits, clear);
  const found: { begin: number; end: number }[] = [];
  for (const { begin, end } of firing) {
    const last = found.at(-1);
    if (last && begin < last.end) continue;
    const whole = going.find((one) => one.begin <= begin && one.end >= end);
    found.push({ begin, end: whole?.end ?? end });
  }
  return found;
}

/** When at least one had waited for so long. */
function mergedOf(waits: readonly Waited[], age: number): { begin: number; end: number }[] {
  const found: { begin: number; end: number }[] = [];
  for (const { since, until } of waits) {
    const begin = since + age;
    if (begin >= until) continue;
    const last = found.at(-1);
    if (last && begin <= last.end) last.end = Math.max(last.end, until);
    else found.push({ begin, end: until });
  }
  return found;
}
