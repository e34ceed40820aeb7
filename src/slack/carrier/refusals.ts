import { WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import type { Outcome } from '../../deliveries/delivery.ts';
import { reasonOf } from '../client.ts';
import { isDeadToken, isUnknownOutcome } from '../insist.ts';

/** What Slack says where nobody can be reached any more, in words for the owner of a subscription. */
const goneRecipients: Readonly<Record<string, string>> = {
  channel_not_found: 'the channel is gone, or Crema was removed from it',
  not_in_channel: 'Crema is not in the channel any more',
  is_archived: 'the channel is archived',
  is_inactive: 'the channel is archived',
  restricted_action: 'the workspace does not let Crema post there',
  restricted_action_read_only_channel: 'only some people may post in the channel',
  restricted_action_thread_only_channel: 'the channel only takes replies',
  restricted_action_non_threadable_channel: 'the channel takes no replies',
  posting_to_channel_denied: 'the workspace does not let Crema post there',
  user_not_found: 'the person is not in the workspace any more',
  user_disabled: 'the account of the person is closed',
  user_not_visible: 'the person cannot be written to',
  cannot_dm_bot: 'it is not a person',
  messages_tab_disabled: 'the app takes no direct messages',
  team_not_found: 'the workspace is gone',
};

/** What Slack will not take however often it is sent. */
const badLetters = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_arguments',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'too_many_attachments',
  'metadata_too_large',
  'invalid_metadata_format',
  'cannot_reply_to_message',
]);

/** Codes of calls that never reached a server that could have done something. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** Slack puts off who posts too much in a channel for about so long, in milliseconds. */
const overfullMs = 60_000;
/** A token or a scope is mended by a person: looked at again after so many milliseconds. */
const mendingMs = 60_000;

/** What a failed call means for the delivery. */
export function outcomeOf(error: unknown): Exclude<Outcome, { kind: 'sent' }> {
  const reason = reasonOf(error);
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'again', reason: 'Slack asked to wait', afterMs: error.retryAfter * 1000 };
  if (error instanceof WebAPIRequestError && neverConnected.has(codeOf(error)))
    return { kind: 'again', reason: `Slack cannot be reached: ${reason}` };
  if (isUnknownOutcome(error)) return { kind: 'unknown', reason: `Slack did not say whether it took it: ${reason}` };
  if (!(error instanceof WebAPIPlatformError)) return { kind: 'again', reason };
  const gone = goneRecipients[reason];
  if (gone !== undefined) return { kind: 'refused', reason: `${gone} (${reason})`, whose: 'recipient' };
  if (badLetters.has(reason))
    return { kind: 'refused', reason: `Slack does not take the message (${reason})`, whose: 'letter' };
  if (reason === 'message_limit_exceeded' || reason === 'rate_limited' || reason === 'ratelimited')
    return { kind: 'again', reason: 'the workspace takes no more messages now', afterMs: overfullMs };
  const because = isDeadToken(error) ? 'Slack refuses the token' : 'Slack refuses';
  return { kind: 'again', reason: `${because} (${reason})`, afterMs: mendingMs };
}

function codeOf({ original }: WebAPIRequestError): string {
  const cause: unknown = original.cause;
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return inner instanceof Error && 'code' in inner ? String(inner.code) : '';
}
