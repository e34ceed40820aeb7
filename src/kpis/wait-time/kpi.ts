import { responseDaily } from '../../rollups/response-daily.ts';
import { assumedNote, conversationCaveat, engagement, senderCaveat } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { measureReplyTimes, replyBands, replyParts, replyTimes } from '../reply-times.ts';
import { percentileNote } from '../ticket-durations.ts';

export const waitTime: Kpi = {
  ...engagement,
  id: 'wait-time',
  title: 'Wait for the first reply',
  question: 'How long does a contact wait before a person replies for the first time?',
  formula:
    'Median time from the start of a conversation that a contact began to the first reply of a person, over first replies given in the period.',
  kind: 'flow',
  unit: 'duration',
  better: 'down',
  dimensions: ['channel', 'team'],
  parts: replyParts,
  rollups: [responseDaily],
  datedBy: responseDaily,
  only: { column: 'clock', value: 'wait' },
  needs: 'first replies to contacts',
  chart: { series: 'line', prefer: 'series' },
  caveats: [
    'Dated by the first reply: conversations without one do not count, response-rate counts them.',
    'Calendar time. What a bot does meanwhile does not end the wait.',
    conversationCaveat,
    senderCaveat,
  ],
  examples: ['wait-time', 'wait-time 30d by channel', 'wait-time last month by team'],
  query: (reader, scope, grouping) => replyTimes('wait', reader, scope, grouping),
  measure: measureReplyTimes,
  distribution: replyBands('First replies by wait'),
  notes: ({ parts }, { counts }) => [
    ...(parts.count ? [percentileNote] : []),
    ...assumedNote(counts.assumed ?? 0, counts.answers ?? 0),
  ],
};
