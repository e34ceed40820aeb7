import type { Tx } from '../db/db.ts';
import type { Moments } from '../deliveries/ledger.ts';
import { announce, reply } from './deliver.ts';
import type { Incident } from './incident.ts';
import type { Route, Rule, Severity } from './rule.ts';
import { addHistory, putIncident, unansweredSince } from './store/incidents.ts';
import { escalatedText } from './wording.ts';

/** Tells more people, step by step, where nobody has acknowledged it in time; `nextAt`: when the next step is due. */
export async function escalate(
  tx: Tx,
  { incident, route, rule, muted }: { incident: Incident; route: Route; rule: Rule; muted: boolean },
  moments: Moments,
): Promise<{ incident: Incident; taken: boolean; nextAt: Temporal.Instant | null }> {
  const { acknowledgedAt, snoozedUntil, state } = incident;
  const steps = route.escalate.toSorted((a, b) => a.afterSeconds - b.afterSeconds).slice(incident.escalated);
  const isWaiting = state === 'firing' && acknowledgedAt === null && snoozedUntil === null && !muted;
  const none = { incident, taken: false, nextAt: null };
  if (!isWaiting || steps.length === 0 || isOnlyInDigest(rule, incident.severity)) return none;
  const since = await unansweredSince(tx, incident);
  if (since === null) return none;
  let now = incident;
  for (const step of steps) {
    const due = since.add({ seconds: step.afterSeconds });
    if (Temporal.Instant.compare(due, moments.now) > 0) return { incident: now, taken: now !== incident, nextAt: due };
    now = { ...now, escalated: now.escalated + 1, version: incident.version + 1 };
    await putIncident(tx, now);
    const text = escalatedText(since, moments.now);
    const entry = await addHistory(tx, now, { at: moments.now, kind: 'escalated', text, told: true });
    await reply(tx, now, entry, moments);
    // Behind the reply: who is told only now needs none.
    await announce(tx, now, step.to, moments);
  }
  return { incident: now, taken: true, nextAt: null };
}

/** What hardly anybody ever acted on goes into the digest, unless it is critical. */
export function isOnlyInDigest({ demotedAt }: Rule, severity: Severity): boolean {
  return demotedAt !== null && severity < 3;
}
