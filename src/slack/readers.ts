import { listed } from '../answers/access.ts';
import type { Person } from '../answers/people.ts';
import { type AudienceDeps, audienceOfChannel, type NoAudience } from './audience.ts';

/** With whose rights something is made that goes to a channel or a person, as far as that is known now. */
export type Reader =
  /** `label` where it is not everything: `team Delivery only`; `person` where it is one. */
  | { kind: 'reader'; viewer: string; label?: string; person?: Person }
  /** Slack may say it in a minute. */
  | { kind: 'later'; reason: string }
  /** Nothing can be shown there, and that will not change by itself; in words for the owner of the subscription. */
  | { kind: 'nobody'; reason: string };

/** Who reads what is sent to a channel, or to a person by their Slack id, at this moment. */
export async function readerOf(recipient: string, deps: AudienceDeps): Promise<Reader> {
  if (!/^[UW]/.test(recipient)) return ofChannel(recipient, deps);
  const found = (await deps.findPeople([recipient])).get(recipient);
  if (found?.kind === 'person') return { kind: 'reader', viewer: found.person.viewer, person: found.person };
  const refusal = found?.refusal;
  if (refusal === undefined || refusal.why === 'unchecked')
    return { kind: 'later', reason: 'Slack does not say who the person is' };
  if (refusal.why === 'outsider' && refusal.standing === 'deactivated')
    return { kind: 'nobody', reason: 'the account of the person is closed' };
  return { kind: 'nobody', reason: 'the person may not see anything any more' };
}

async function ofChannel(channelId: string, deps: AudienceDeps): Promise<Reader> {
  const audience = await audienceOfChannel(channelId, deps);
  if (audience.kind === 'none') return withoutAudience(audience.why);
  const { viewer, view } = audience;
  return { kind: 'reader', viewer, ...(view.kind === 'part' ? { label: view.label } : {}) };
}

/** Why nobody reads what goes to a channel. */
export function withoutAudience(why: NoAudience): Exclude<Reader, { kind: 'reader' }> {
  switch (why.kind) {
    case 'busy':
      return { kind: 'later', reason: 'Slack is busy' };
    case 'unchecked':
      return { kind: 'later', reason: `Slack does not say who ${listed(why.names)} may be` };
    case 'unlisted':
      return unlisted[why.reason]
        ? { kind: 'nobody', reason: unlisted[why.reason]! }
        : { kind: 'later', reason: `Slack does not tell who is in the channel (${why.reason})` };
    case 'too many':
      return { kind: 'nobody', reason: `the channel has more than ${why.most} members, more than can be checked` };
    case 'without rights':
      return { kind: 'nobody', reason: `members of the channel may not see these numbers: ${listed(why.names)}` };
    case 'nothing in common':
      return {
        kind: 'nobody',
        reason:
          why.names.length === 0
            ? 'nobody in the channel may see anything'
            : `there is nothing that everybody in the channel may see, because of ${listed(why.names)}`,
      };
  }
}

const unlisted: Readonly<Record<string, string>> = {
  not_in_channel: 'Crema is not in the channel any more',
  channel_not_found: 'the channel is gone, or Crema was removed from it',
  is_archived: 'the channel is archived',
  missing_scope: 'the app lacks the scope to see who is in the channel (channels:read, groups:read, mpim:read)',
};
