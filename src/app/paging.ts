import type { AlertsConfig } from '../config/alerts.ts';
import type { Carrier, CarrierId, Delivery, Handing, Letter, Outcome } from '../deliveries/delivery.ts';
import type { Clock } from '../lib/clock.ts';
import { type PagerDutyEvent, sendPagerDutyEvent } from '../paging/pagerduty.ts';
import { sendHook } from '../paging/webhook.ts';

export interface PagingDeps {
  /** alerts.targets by name; asked at each letter: a new configuration brings new ones. */
  targets: () => AlertsConfig['targets'];
  /** Real time: receivers compare stamps with theirs. */
  machine: Clock;
  /** Longest wait for an answer, in milliseconds. */
  timeoutMs?: number;
}

/**
 * The ways out to PagerDuty and to webhooks. A delivery names its target as crema.yaml does; keys and addresses are looked
 * up when it is sent, so neither the ledger nor a log ever holds them.
 */
export function createPagingCarriers(deps: PagingDeps): Record<Extract<CarrierId, 'pagerduty' | 'webhook'>, Carrier> {
  return {
    pagerduty: {
      async send(delivery, handing): Promise<Outcome> {
        const target = deps.targets()[delivery.recipient];
        if (!target || !('pagerduty' in target)) return gone(delivery, 'PagerDuty');
        const { type, event } = delivery.letter.body as { type?: unknown; event?: unknown };
        if (type !== 'pagerduty') return notIts(delivery);
        const { pagerduty: routingKey, events_url: url } = target;
        return sendPagerDutyEvent(event as PagerDutyEvent, { routingKey, url }, handing, deps);
      },
    },
    webhook: {
      async send(delivery, handing: Handing): Promise<Outcome> {
        const target = deps.targets()[delivery.recipient];
        if (!target || !('webhook' in target)) return gone(delivery, 'webhook');
        const { type, id, hook } = delivery.letter.body;
        if (type !== 'webhook' || typeof id !== 'string' || typeof hook !== 'string') return notIts(delivery);
        return sendHook({ id, body: hook }, { url: target.webhook, secret: target.secret }, handing, deps);
      },
    },
  };
}

function gone({ recipient }: Delivery, what: string): Outcome {
  const reason = `there is no ${what} target "${recipient}" under alerts.targets any more`;
  return { kind: 'refused', reason, whose: 'sender' };
}

function notIts({ carrier }: Delivery & { letter: Letter }): Outcome {
  return { kind: 'refused', reason: `the letter is none of ${carrier}`, whose: 'letter' };
}
