import { randomBytes } from 'node:crypto';

const lifetimeMs = 3_000;

export interface Exchanged {
  user: string;
  /** The modal in which the person acted. */
  viewId: string | undefined;
}

/** Trigger ids: what lets an app open a modal. Good for 3 s of real time and one use. */
export interface Triggers {
  issue(user: string, viewId?: string): string;
  /** Who triggered and where, or Slack's error code. */
  exchange(id: string): Exchanged | { error: string };
}

/** `elapsedMs` is a monotonic clock in milliseconds. */
export function createTriggers(elapsedMs: () => number = () => performance.now()): Triggers {
  const issued = new Map<string, Exchanged & { until: number; used: boolean }>();
  return {
    issue(user, viewId) {
      const now = elapsedMs();
      for (const [id, { until }] of issued) if (until < now - 60_000) issued.delete(id);
      const id = `${Date.now()}.${issued.size}.${randomBytes(16).toString('hex')}`;
      issued.set(id, { user, viewId, until: now + lifetimeMs, used: false });
      return id;
    },
    exchange(id) {
      const trigger = issued.get(id);
      if (trigger === undefined) return { error: 'invalid_arguments' };
      if (trigger.used) return { error: 'exchanged_trigger_id' };
      if (trigger.until < elapsedMs()) return { error: 'expired_trigger_id' };
      trigger.used = true;
      return { user: trigger.user, viewId: trigger.viewId };
    },
  };
}
