import { rulesOf } from '../../alerts/store/rules.ts';
import { type Undelivered, undeliveredAlerts } from '../../alerts/store/undelivered.ts';
import { administrators } from '../../answers/people.ts';
import type { Db } from '../../db/db.ts';

/** As far back as an alert that did not arrive is still worth mending, in days. */
const recentDays = 7;

/** `incident 3 did not reach slack C0GONE: channel_not_found; nobody was told of that (crema deliveries show 12)` */
export function undeliveredLine({ incidentId, carrier, recipient, reason, deliveryId, isTold }: Undelivered): string {
  const told = isTold ? 'its administrators or owner were told' : 'nobody was told of that';
  return `incident ${incidentId} did not reach ${carrier} ${recipient}: ${reason ?? 'no reason is known'}; ${told} (crema deliveries show ${deliveryId})`;
}

/**
 * Whether alerts arrive, for whoever looks after the installation: what came to nothing lately is bad where nobody was told of
 * it. Undefined where there are no rules.
 */
export async function arrivingOf(
  db: Db,
  tenantId: number,
  now: Temporal.Instant,
): Promise<{ state: 'ok' | 'note' | 'bad'; detail: string; remedy: string } | undefined> {
  const rules = await rulesOf(db, tenantId);
  if (rules.length === 0) return undefined;
  const lost = await undeliveredAlerts(db, tenantId, { since: now.subtract({ hours: 24 * recentDays }) });
  const inSlack = (await administrators(db, tenantId)).filter(({ slackUserId }) => slackUserId != null);
  const remedy =
    'Mend to: of the rule (crema alerts rules), or the target; an owner or admin of the CRM who has asked once in Slack is told of the next one.';
  const [latest] = lost.toSorted((a, b) => Number(a.isTold) - Number(b.isTold));
  if (latest) {
    const counted = `${lost.length} ${lost.length === 1 ? 'alert' : 'alerts'} of the last ${recentDays} days did not arrive`;
    const state = lost.some(({ isTold }) => !isTold) ? 'bad' : 'note';
    return { state, detail: `${counted}: ${undeliveredLine(latest)}`, remedy };
  }
  const counted = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}; everything of the last ${recentDays} days has arrived`;
  if (inSlack.length > 0) return { state: 'ok', detail: counted, remedy };
  return {
    ...{ state: 'note', detail: `${counted}; no administrator is in Slack who could be told of what does not` },
    remedy,
  };
}
