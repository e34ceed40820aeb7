import type { AlertRuleOf } from '../../../config/alerts.ts';
import { type Names, named } from '../names.ts';
import type { Waiting } from './read.ts';

/** One queue that a rule watches: of a team, a channel, both, or of all conversations. */
export interface Queue {
  labels: Readonly<Record<string, string>>;
  /** `Delivery, whatsapp`; empty for all. */
  name: string;
  names: Readonly<Record<string, string>>;
  holds(one: Waiting): boolean;
}

/** Each team and each channel that a rule names is a queue of its own. Unknown where it names a team there is none of. */
export function queuesOf(
  { team, channel }: Pick<AlertRuleOf<'queue'>, 'team' | 'channel'>,
  names: Names,
): { kind: 'queues'; queues: Queue[] } | { kind: 'unknown'; reason: string } {
  const queues: Queue[] = [];
  for (const one of team ?? [null]) {
    const found = one === null ? null : named(names, 'team', one);
    if (found === undefined) return { kind: 'unknown', reason: `there is no team "${one}"` };
    for (const own of channel ?? [null]) {
      const wanted = own?.trim().toLowerCase();
      queues.push({
        labels: {
          ...(found ? { team: found.keys.join(' ') } : {}),
          ...(wanted === undefined ? {} : { channel: wanted }),
        },
        name: [found?.name, own].filter((part) => part !== null && part !== undefined).join(', '),
        names: found ? { team: found.name } : {},
        holds: (waiting) =>
          (!found || found.keys.includes(waiting.team)) && (wanted === undefined || waiting.channel === wanted),
      });
    }
  }
  return { kind: 'queues', queues };
}
