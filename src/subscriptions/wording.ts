import { cadencePhrase } from '../domain/cadence.ts';
import type { Subscription } from './subscription.ts';

/** What a subscription is, in words that Slack, mails and the command line share; plain text. */

/** `Morning coffee`, `Weekly report`, or the question itself. */
export function titleOf({ kind, subject }: Pick<Subscription, 'kind' | 'subject'>): string {
  if (kind === 'kpi') return subject;
  const words = subject.replaceAll(/[-_]+/g, ' ');
  const title = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  return kind === 'report' ? `${title} report` : title;
}

/** `on weekdays at 08:30 (Asia/Jakarta)` */
export function whenPhrase({ cadence, at, timezone }: Pick<Subscription, 'cadence' | 'at' | 'timezone'>): string {
  return `${cadencePhrase(cadence)} at ${at} (${timezone})`;
}

/** `active`, or what became of it and why. */
export function statePhrase({ state, stateReason }: Pick<Subscription, 'state' | 'stateReason'>): string {
  return stateReason === null || state === 'active' ? state : `${state}: ${stateReason}`;
}
