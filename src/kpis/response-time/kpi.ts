import { responseDaily } from '../../rollups/response-daily.ts';
import { assumedNote, conversationCaveat, engagement, senderCaveat } from '../engagement.ts';
import type { Kpi } from '../kpi.ts';
import { measureReplyTimes, replyBands, replyParts, replyTimes } from '../reply-times.ts';
import { percentileNote } from '../ticket-durations.ts';

export const responseTime: Kpi = {
  ...engagement,
  id: 'response-time',
  title: 'Response time',
  question: 'How long does a contact wait for a reply?',
  formula:
    'Median time from the first unanswered inbound message to the next outbound message of a person in that conversation, over replies given in the period.',
  kind: 'flow',
  unit: 'duration',
  better: 'down',
  dimensions: ['channel', 'team', 'operator', 'account'],
  parts: replyParts,
  rollups: [responseDaily],
  datedBy: responseDaily,
  needs: 'replies to inbound messages',
  chart: { series: 'line', prefer: 'distribution' },
  caveats: [
    'Dated by the reply: what is still waiting is in response-rate and not here.',
    'Several messages in a row wait since the first of them; one reply answers them all. A message of a bot or a campaign is no reply.',
    'Calendar time, nights and week-ends too. Median and 90th percentile are read from a histogram with a relative error of at most 1 %; average and bands are exact.',
    conversationCaveat,
    senderCaveat,
  ],
  examples: ['response-time', 'response-time 30d by team', 'response-time last month channel:whatsapp'],
  query: (reader, scope, grouping) => replyTimes('response', reader, scope, grouping),
  measure: measureReplyTimes,
  distribution: replyBands('Replies by response time'),
  notes: ({ parts }, { counts }) => [
    ...(parts.count ? [percentileNote] : []),
    ...assumedNote(counts.assumed ?? 0, counts.answers ?? 0),
  ],
};
