import { unknownRules } from '../../alerts/store/rules.ts';
import type { Db } from '../../db/db.ts';
import type { Moments } from '../../deliveries/ledger.ts';
import { unknownRuleMessage } from '../../slack/messages/alert-notices.ts';
import { lookingAfter, notify } from './undelivered.ts';

/** Data that is late is told by itself; what else keeps a rule from being evaluated is told when it has lasted so long. */
const patienceMinutes = 60;

/**
 * Tells whoever looks after a rule that it has not been evaluated for an hour: nobody is watching what it is for. Once for
 * each time that begins.
 */
export async function tellUnknownRules(
  db: Db,
  { tenantId, timezone }: { tenantId: number; timezone: string },
  moments: Moments,
): Promise<void> {
  const since = moments.now.subtract({ minutes: patienceMinutes });
  for (const rule of await unknownRules(db, tenantId, since)) {
    const slot = `rule ${rule.ruleId} unknown since ${rule.healthSince}`;
    const message = unknownRuleMessage(rule, timezone);
    await db.tx(async (tx) => notify(tx, tenantId, await lookingAfter(tx, rule), { slot, message }, moments));
  }
}
