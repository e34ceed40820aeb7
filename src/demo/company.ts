import { access } from 'node:fs/promises';
import path from 'node:path';
import sql from 'sql-template-tag';
import { policiesOf } from '../app/policies.ts';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/config.ts';
import type { Db } from '../db/db.ts';
import type { Tenant } from '../domain/tenant.ts';
import { slaTerms } from '../facts/policies.ts';
import { bringUpToDate } from '../jobs/upkeep.ts';
import type { Clock } from '../lib/clock.ts';
import { CremaError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { operatorIds, supervisedTeamId } from '../sandbox/company/staff.ts';
import { writeCompany } from '../sandbox/company/write.ts';
import { agent, executive, type Person, supervisor, supportLead } from '../sandbox/workspace.ts';
import { importFile } from '../sources/files/import-file.ts';
import { loadMapping } from '../sources/files/read-mapping.ts';

export const demoTimezone = 'Asia/Jakarta';
const months = 18;

/** The demo's settings: the company's zone, and the sandbox's people with their roles. Noor stays a stranger. */
export function demoConfig(): Config {
  const config = parseConfig('', 'demo');
  const person = (who: Person, role: Config['people'][number]['role'], operator: string, teams: string[] = []) => ({
    name: who.realName,
    slack: who.id,
    email: who.email,
    role,
    operator,
    teams,
    tenant: 'default',
  });
  return {
    ...config,
    tenants: {
      default: { ...config.tenants.default!, name: 'Lumen Goods', timezone: demoTimezone, locale: 'en' },
    },
    people: [
      person(executive, 'executive', operatorIds.executive),
      person(supportLead, 'owner', operatorIds.lead),
      person(supervisor, 'supervisor', operatorIds.supervisor, [supervisedTeamId]),
      person(agent, 'agent', operatorIds.agent),
    ],
    kpis: { 'resolution-time': { target: 86_400 } },
  };
}

/**
 * Fills the tenant with the demo company's last 18 months up to yesterday, through the ordinary import. Run again on the
 * same day it has nothing to do; on a later day it adds what has happened since. Refuses where there is other data.
 */
export async function loadCompany(
  deps: { db: Db; clock: Clock; log: Log; note: (text: string) => void },
  tenant: Tenant,
  home: string,
): Promise<void> {
  const { db, clock, log, note } = deps;
  const dir = path.join(home, 'demo');
  await refuseOtherData(db, tenant, dir, home);
  const today = clock.now().toZonedDateTimeISO(tenant.timezone).toPlainDate();
  // The company's last file: what was loaded up to here is whole.
  const [known] = await db.query<{ as_of: Temporal.Instant }>(sql`
    select as_of from ops.streams where tenant_id = ${tenant.tenantId} and stream = 'survey'`);
  if (known && Temporal.Instant.compare(known.as_of, today.toZonedDateTime(tenant.timezone).toInstant()) >= 0) return;

  note(`Making ${months} months of a company's help desk up to yesterday...\n`);
  const from = today.subtract({ months }).with({ day: 1 }).toString();
  const company = await writeCompany(dir, { from, to: today.toString(), timezone: tenant.timezone, seed: 'lumen' });
  for (const { file, map } of company.imports) {
    const mapping = await loadMapping(map);
    const summary = await importFile(
      { db, clock, log },
      { file, mapping, tenant, strict: true, dryRun: false, asOf: company.asOf },
    );
    note(`  ${path.basename(file)}: ${summary.written} written, ${summary.unchanged} unchanged\n`);
  }
  const terms = slaTerms(policiesOf(demoConfig(), tenant.slug));
  const { evaluated, buckets } = await bringUpToDate(db, { tenant, terms: () => terms }, clock);
  note(`  SLAs: ${evaluated} tickets evaluated; aggregates: ${buckets} days made\n`);
}

/** The demo must not mix its company into somebody's numbers. */
async function refuseOtherData(db: Db, tenant: Tenant, dir: string, home: string): Promise<void> {
  const [row] = await db.query<{ present: boolean }>(sql`
    select exists (select from crm.tickets where tenant_id = ${tenant.tenantId}) as present`);
  const ours = await access(path.join(dir, 'company.json')).then(
    () => true,
    () => false,
  );
  if (row?.present && !ours) {
    throw new CremaError('DEMO_OTHER_DATA', `${home} holds data that is not the demo's`, {
      remedy: 'Give the demo a folder of its own: CREMA_HOME=.crema-demo npm run demo',
    });
  }
}
