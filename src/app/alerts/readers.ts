import type { Rule } from '../../alerts/rule.ts';
import { findPersonAt, rightsOf } from '../../answers/people.ts';
import { covers } from '../../answers/rights.ts';
import type { Db } from '../../db/db.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { CremaError } from '../../lib/errors.ts';
import type { SlackDoor } from '../../slack/app.ts';

export interface ReadersDeps {
  db: Db;
  tenant: Pick<Tenant, 'tenantId'>;
  /** Absent where Slack is not configured. */
  slack?: Pick<SlackDoor, 'readerOf'> | undefined;
}

/**
 * Why a delivery of a rule made by hand is not to be read where it goes: people leave and join channels, and rights change,
 * after a rule was made. Undefined where everybody who reads it may see all that its maker may, and for rules of crema.yaml,
 * whose writer decides who reads what. Rejects where that cannot be told now.
 */
export async function whyNotRead(
  { name, viewer }: Pick<Rule, 'name' | 'viewer'>,
  { carrier, recipient }: Pick<Delivery, 'carrier' | 'recipient'>,
  { db, tenant: { tenantId }, slack }: ReadersDeps,
): Promise<string | undefined> {
  if (name !== null) return undefined;
  const told = await rightsOf(db, tenantId, viewer);
  if (!told) return 'whoever made the rule may not see numbers any more';
  if (carrier !== 'slack') {
    const reader = await findPersonAt(db, tenantId, recipient);
    if (!reader) return `nobody with the address ${recipient} may see anything`;
    return covers(reader.rights, told) ? undefined : `${recipient} may see less than whoever made the rule`;
  }
  if (!slack) throw new CremaError('SLACK_MISSING', 'Slack is not configured');
  const reader = await slack.readerOf(recipient);
  if (reader.kind === 'later') throw new CremaError('READER_UNKNOWN', reader.reason);
  if (reader.kind === 'nobody') return reader.reason;
  const rights = await rightsOf(db, tenantId, reader.viewer);
  return rights && covers(rights, told)
    ? undefined
    : 'somebody who reads it there may see less than whoever made the rule';
}
