import { type Cron, type Slot, slotsAfter, slotsBetween } from './cron.ts';
import type { Misfire } from './job.ts';

/** A slot that is to be started now. */
export interface DueSlot extends Slot {
  /** How many due slots it makes up for, itself included. */
  readonly standsFor: number;
}

export interface Due {
  /** In order of time. */
  readonly start: readonly DueSlot[];
  /** Slots within the window that the policy leaves out for good. */
  readonly skipped: number;
  /** Whether there were due slots older than the catch-up window; they are not looked at. */
  readonly beyondWindow: boolean;
}

export interface Plan {
  cron: Cron;
  zone: string;
  misfire: Misfire;
  catchUpMinutes: number;
}

/**
 * What is to be started now, given that everything up to `handledUntil` was decided on: every slot in
 * (handledUntil, now] of the catch-up window is looked at, never only the latest, so that a later success hides no
 * earlier miss. `latest`: the last one stands for the missed ones; `all`: each, in order; `skipAfterMinutes`: each that
 * is not later than that.
 */
export function dueSlots(plan: Plan, handledUntil: Temporal.Instant, now: Temporal.Instant): Due {
  const windowStart = now.subtract({ minutes: plan.catchUpMinutes });
  const cutOff = Temporal.Instant.compare(handledUntil, windowStart) < 0;
  const slots = slotsBetween(plan.cron, plan.zone, cutOff ? windowStart : handledUntil, now);
  const missed = cutOff ? slotsAfter(plan.cron, plan.zone, handledUntil).next().value : undefined;
  return {
    ...chosen(plan.misfire, slots, now),
    beyondWindow: missed !== undefined && Temporal.Instant.compare(missed.at, windowStart) <= 0,
  };
}

function chosen(misfire: Misfire, slots: readonly Slot[], now: Temporal.Instant): Pick<Due, 'start' | 'skipped'> {
  if (misfire === 'latest') {
    const latest = slots.at(-1);
    return { start: latest ? [{ ...latest, standsFor: slots.length }] : [], skipped: 0 };
  }
  const oldest = misfire === 'all' ? undefined : now.subtract({ minutes: misfire.skipAfterMinutes });
  const wanted = slots.filter(({ at }) => !oldest || Temporal.Instant.compare(at, oldest) >= 0);
  return { start: wanted.map((slot) => ({ ...slot, standsFor: 1 })), skipped: slots.length - wanted.length };
}
