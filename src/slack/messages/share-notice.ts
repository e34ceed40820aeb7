import { listed } from '../../answers/access.ts';
import type { NoAudience } from '../audience.ts';

export type ShareOutcome =
  /** `label` and `because` where the channel may see less than the sharer, or than everything. */
  | { kind: 'shared'; label?: string; because?: readonly string[] }
  | { kind: 'refused'; reason: string }
  | { kind: 'busy'; seconds: number }
  /** Slack did not say whether it was posted. */
  | { kind: 'unknown' }
  | { kind: 'no audience'; why: NoAudience }
  /** With the rights of the channel the question has no answer. */
  | { kind: 'nothing to show'; label: string };

/** What became of a share, in words for the person who pressed the button. */
export function shareNotice(outcome: ShareOutcome): string {
  switch (outcome.kind) {
    case 'shared':
      return sharedPhrase(outcome.label, outcome.because ?? []);
    case 'busy':
      return busyPhrase(outcome.seconds);
    case 'unknown':
      return 'Slack did not say whether this was posted. Look before you share again.';
    case 'refused':
      return `Not shared: ${refusals[outcome.reason] ?? `Slack refused the post (${outcome.reason}).`}`;
    case 'nothing to show':
      return `Not shared: everybody here may see ${outcome.label}, and there this has no answer. ${instead}`;
    case 'no audience':
      return noAudiencePhrase(outcome.why);
  }
}

/** The way to show something to those who may see it. */
const instead = 'Share it in a smaller channel, or send it as a direct message.';

function sharedPhrase(label: string | undefined, because: readonly string[]): string {
  if (label === undefined) return 'Shared to this channel.';
  const reason = because.length === 0 ? '' : `, because ${listed(because)} may see no more`;
  return `Shared to this channel: it shows ${label}${reason}.`;
}

function busyPhrase(seconds: number): string {
  return `Not shared: Slack is busy. Share again in ${seconds} s.`;
}

function noAudiencePhrase(why: NoAudience): string {
  switch (why.kind) {
    case 'busy':
      return busyPhrase(why.seconds);
    case 'too many':
      return `Not shared: this channel has more than ${why.most} members, more than I can check. ${instead}`;
    case 'unlisted':
      return `Not shared: ${unlisted[why.reason] ?? 'Slack does not tell me who is in this channel. Try again in a minute.'}`;
    case 'unchecked':
      return `Not shared: I could not check who ${listed(why.names)} ${are(why.names)} in the CRM. Try again in a minute.`;
    case 'without rights':
      return `Not shared: ${people(why.names)} here may not see these numbers: ${listed(why.names)}. ${instead}`;
    case 'nothing in common':
      return why.names.length === 0
        ? 'Not shared: there is nothing that you may see.'
        : `Not shared: nothing of it may be seen by everybody here, because of ${listed(why.names)}. ${instead}`;
  }
}

function are(names: readonly string[]): string {
  return names.length === 1 ? 'is' : 'are';
}

function people(names: readonly string[]): string {
  return names.length === 1 ? '1 person' : `${names.length} people`;
}

const notIn = 'I am not in this channel. Invite me with /invite @Crema, then share again.';
const notAllowed = 'this channel does not let me post.';

const unlisted: Readonly<Record<string, string>> = {
  not_in_channel: notIn,
  channel_not_found: notIn,
  is_archived: 'this channel is archived.',
  missing_scope:
    'I cannot see who is in this channel: the app lacks a scope for it (channels:read, groups:read, mpim:read). Whoever runs Crema can add it.',
};

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
