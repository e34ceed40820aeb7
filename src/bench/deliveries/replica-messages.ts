import type { DeliveryTiming } from '../../deliveries/dispatch.ts';

/** What a process of a campaign is told. */
export type ToReplica =
  | {
      kind: 'start';
      databaseUrl: string;
      tenantId: number;
      slackApiUrl: string;
      smtpUrl: string;
      token: string;
      now: string;
    }
  | { kind: 'time'; now: string }
  | { kind: 'stop' };

/** As in life, only faster: a process that died is noticed after seconds. */
export const quickTiming: DeliveryTiming = {
  leaseMs: 2_500,
  beatMs: 500,
  longestCallMs: 2_500,
  retryBaseMs: 100,
  longestWaitMs: 1_000,
  pollMs: 100,
};
