import type { AlertRuleOf } from '../../../config/alerts.ts';
import { wilson } from '../../../stats/intervals.ts';
import { earliest } from '../../stages/advance.ts';
import { isNamed } from '../accounts.ts';
import type { Tally } from './read.ts';

type Settings = AlertRuleOf<'delivery-failures'>;

/** What messages of a window came to, for one rule. */
export interface Failures {
  sent: number;
  failed: number;
  /** The commonest reason and channel of those that failed, where the source says. */
  reason: string | null;
  channel: string | null;
  firstAt: Temporal.Instant | null;
}

export function failuresOf({ account, channel }: Settings, tallies: readonly Tally[]): Failures {
  const channels = channel?.map((one) => one.trim().toLowerCase());
  const own = tallies.filter(
    (tally) =>
      isNamed(account, tally) && (channels === undefined || channels.includes(tally.channel?.toLowerCase() ?? '')),
  );
  const failing = own.filter(({ failed }) => failed > 0);
  return {
    sent: own.reduce((sum, { messages }) => sum + messages, 0),
    failed: failing.reduce((sum, { failed }) => sum + failed, 0),
    reason: commonest(failing, ({ reason }) => reason),
    channel: commonest(failing, (tally) => tally.channel),
    firstAt: earliest(own.map(({ firstAt }) => firstAt)),
  };
}

function commonest(failing: readonly Tally[], of: (tally: Tally) => string | null): string | null {
  const counts = [...Map.groupBy(failing, of)].map(([value, some]) => ({
    value,
    count: some.reduce((sum, { failed }) => sum + failed, 0),
  }));
  const [first] = counts.toSorted((a, b) => b.count - a.count || ((a.value ?? '') < (b.value ?? '') ? -1 : 1));
  return first?.value === '' ? null : (first?.value ?? null);
}

/** `firing`: even the low end of the 95 % interval (Wilson) is above the mark. */
export function statusOf({ above, least }: Settings, { sent, failed }: Failures): 'firing' | 'between' | 'clear' {
  if (sent < least || sent === 0 || failed / sent <= above) return 'clear';
  return wilson(failed, sent).low > above ? 'firing' : 'between';
}
