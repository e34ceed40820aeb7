import type { Kpi } from './kpi.ts';

/** What the KPIs of messages and conversations have in common. */
export const engagement = {
  version: 1,
  group: 'engagement',
  streams: ['message'],
  maturesAfterDays: 0,
  target: null,
  owner: 'Customer Success',
  criticality: 'medium',
  refreshSlaMinutes: 60,
  validFrom: null,
} as const satisfies Partial<Kpi>;

export const conversationCaveat =
  'A conversation is what the source calls one; where it gives only the messages of a chat, a new conversation begins after 24 hours of silence.';

export const senderCaveat =
  'Replies are outbound messages of operators. Where the source does not say who sent one, it counts as a person’s, unless it belongs to a campaign.';

/** How many replies were taken for a person's because the source does not say who sent them. */
export function assumedNote(assumed: number, replies: number): string[] {
  if (assumed === 0) return [];
  const which =
    assumed === replies
      ? 'The source does not say who sent the replies'
      : `Of ${replies} replies, the source does not say who sent ${assumed}`;
  return [`${which}: they count as a person’s.`];
}
