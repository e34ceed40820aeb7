import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { drain } from '../rollups/engine.ts';
import { rollups } from '../rollups/index.ts';
import { defaultPolicies } from '../sla/policy.ts';
import { makeCompany, now } from './company.ts';
import { addBusiness } from './rollups/business.ts';
import { chatRollups, rebuildAll } from './rollups/current.ts';
import { addChats } from './rollups/messages.ts';

export interface BusyCompany {
  messages: number;
  days: number;
  operators: number;
  /** How many of the operators leave signs of life. */
  present: number;
  tickets: number;
  leads: number;
  campaigns: number;
}

/** A company that has something in every KPI, with its facts and aggregates up to date at `now`. */
export async function makeBusyCompany(db: Db, size: BusyCompany): Promise<Tenant> {
  const tenant = await makeCompany(db, defaultPolicies, { operators: size.operators, timezone: 'Europe/Berlin' });
  const messages = await addChats(db, tenant.tenantId, size);
  await rebuildAll({ db, tenant, messages, days: size.days });
  await addBusiness(db, tenant.tenantId, size);
  for (const rollup of rollups) if (!chatRollups.includes(rollup)) await drain(db, rollup, tenant, now);
  await db.run(sql`vacuum analyze`);
  return tenant;
}
