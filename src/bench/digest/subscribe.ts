import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { systemClock } from '../../lib/clock.ts';
import { type PlanOptions, planDue } from '../../subscriptions/plan.ts';
import { putSubscription } from '../../subscriptions/store.ts';
import { now } from '../company.ts';
import { readerId } from './people.ts';

export const schedule: PlanOptions = { isHoliday: () => false, waitMinutes: 20 };

/** The morning's slot came due an hour before `now`. */
const at = '10:30';

/** Everybody subscribes to the morning coffee, and today's is planned. */
export async function subscribeReaders(db: Db, { tenantId, timezone }: Tenant, readers: number): Promise<void> {
  const yesterday = now.subtract({ hours: 12 });
  await db.tx(async (tx) => {
    for (let number = 1; number <= readers; number++)
      await putSubscription(
        tx,
        tenantId,
        {
          ...{ kind: 'digest', subject: 'morning-coffee', carrier: 'slack', recipient: readerId(number) },
          ...{ cadence: { kind: 'weekdays' }, at, timezone },
        },
        yesterday,
      );
  });
  await planDue(db, tenantId, { now, machine: systemClock.now() }, schedule);
}
