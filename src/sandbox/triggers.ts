import { randomBytes } from 'node:crypto';

const lifetimeMs = 3_000;

/** Trigger ids: what lets an app open a modal. Good for 3 s of real time and one use. */
export interface Triggers {
  issue(user: string): string;
  /** The person who triggered, or Slack's error code. */
  exchange(id: string): { user: string } | { error: string };
}

export function createTriggers(): Triggers {
  const issued = new Map<string, { user: string; until: number; used: boolean }>();
  return {
    issue(user) {
      const now = performance.now();
      for (const [id, { until }] of issued) if (until < now - 60_000) issued.delete(id);
      const id = `${Date.now()}.${issued.size}.${randomBytes(16).toString('hex')}`;
      issued.set(id, { user, until: now + lifetimeMs, used: false });
      return id;
    },
    exchange(id) {
      const trigger = issued.get(id);
      if (trigger === undefined) return { error: 'invalid_arguments' };
      if (trigger.used) return { error: 'exchanged_trigger_id' };
      if (trigger.until < performance.now()) return { error: 'expired_trigger_id' };
      trigger.used = true;
      return { user: trigger.user };
    },
  };
}
