export type ShareOutcome =
  | { kind: 'shared' }
  | { kind: 'refused'; reason: string }
  | { kind: 'busy'; seconds: number }
  /** Slack did not say whether it was posted. */
  | { kind: 'unknown' };

/** What became of a share, in words for the person who pressed the button. */
export function shareNotice(outcome: ShareOutcome): string {
  switch (outcome.kind) {
    case 'shared':
      return 'Shared to this channel.';
    case 'busy':
      return `Not shared: Slack is busy. Share again in ${outcome.seconds} s.`;
    case 'unknown':
      return 'Slack did not say whether this was posted. Look before you share again.';
    case 'refused':
      return `Not shared: ${refusals[outcome.reason] ?? `Slack refused the post (${outcome.reason}).`}`;
  }
}

const notIn = 'I am not in this channel. Invite me with /invite, then share again.';
const notAllowed = 'this channel does not let me post.';

const refusals: Readonly<Record<string, string>> = {
  not_in_channel: notIn,
  channel_not_found: notIn,
  is_archived: 'this channel is archived.',
  restricted_action: notAllowed,
  restricted_action_read_only_channel: notAllowed,
  restricted_action_thread_only_channel: notAllowed,
  restricted_action_non_threadable_channel: notAllowed,
  posting_to_channel_denied: notAllowed,
  missing_scope: 'the app lacks the scope chat:write.',
  message_limit_exceeded: 'this workspace has used up its messages.',
};
