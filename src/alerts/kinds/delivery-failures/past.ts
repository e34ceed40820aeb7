import { readAs } from '../../../db/viewer.ts';
import { formatPercent } from '../../../domain/format.ts';
import type { AlertRoom, PastEpisode } from '../room.ts';
import { failuresOf, statusOf } from './failures.ts';
import { byStretches } from './read.ts';

/** Stretches of the rule's length one after another, by what the stored messages have come to. */
export const pastOfFailures: AlertRoom<'delivery-failures'>['past'] = async (rule, period, { db, tenant, now }) => {
  const { settings, viewer } = rule;
  const { within } = settings;
  const to = Temporal.Instant.compare(period.to, now) < 0 ? period.to : now;
  const tallies = await readAs(db, { tenantId: tenant.tenantId, viewer }, (reader) =>
    byStretches(reader, tenant.tenantId, within, { from: period.from, to }),
  );
  const episodes: PastEpisode[] = [];
  let last: { bucket: number; episode: PastEpisode } | null = null;
  for (const [bucket, own] of Map.groupBy(tallies, (tally) => tally.bucket)) {
    const found = failuresOf(settings, own);
    const status = statusOf(settings, found);
    const goesOn = last?.bucket === bucket - 1;
    if (status === 'clear' || (status === 'between' && !goesOn)) continue;
    const share = found.failed / found.sent;
    const worst = { value: share, text: formatPercent(share, tenant.locale) };
    // What has failed by the end of a stretch is known then, at the latest.
    const from = period.from.add({ seconds: within * (bucket + 1) });
    const until = from.add({ seconds: within });
    const isOver = Temporal.Instant.compare(until, now) <= 0;
    if (last && goesOn) {
      const before = last.episode.worst;
      last.episode.to = isOver ? until : null;
      last.episode.worst = before && before.value >= share ? before : worst;
      last.bucket = bucket;
    } else {
      const episode: PastEpisode = { labels: {}, name: 'failed messages', from, to: isOver ? until : null, worst };
      episodes.push(episode);
      last = { bucket, episode };
    }
  }
  return {
    kind: 'episodes',
    episodes,
    notes: [
      'Counted over stretches one after another, told at the end of each; live it is looked at all the time.',
      'By what is known of the messages now.',
    ],
  };
};
