import sql from 'sql-template-tag';
import type { Db } from '../../src/db/db.ts';
import { everything } from '../../src/db/viewer.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { groups } from '../../src/kpis/groups.ts';
import { silentLog } from '../../src/lib/log.ts';
import { makeReport, type ReportAsked } from '../../src/reports/make.ts';
import type { Report } from '../../src/reports/report.ts';
import { type ReportsSettings, templateOf } from '../../src/reports/template.ts';
import { makeTenant } from '../database.ts';
import { type Asker, settle } from '../kpis/asking.ts';
import { insertMixed, mixedRecords } from '../kpis/contract/records.ts';

/** Monday morning: the week of 9 to 15 November has just ended. */
export const monday = '2026-11-16T08:00:00Z';
export const week = { from: '2026-11-09', to: '2026-11-16' };

export interface Company {
  db: Db;
  tenant: Tenant;
}

/** A tenant with records of every kind over October and November 2026; `empty`: with none. */
export async function makeCompany(
  db: Db,
  slug: string,
  options: { empty?: boolean; name?: string } = {},
): Promise<Company> {
  const { empty = false, name = 'Example Corp' } = options;
  const tenantId = await makeTenant(db, slug);
  if (!empty) {
    for (const { id } of groups.filter((group) => group.id !== 'business'))
      await insertMixed(db, tenantId, mixedRecords(id));
    await settleCompany({ db, tenantId, timezone: 'UTC', now: monday });
  }
  const tenant = { tenantId, slug, name, timezone: 'UTC', weekStart: 1, locale: 'en', currency: 'USD' };
  return { db, tenant };
}

function settleCompany(asker: Asker): Promise<void> {
  return settle(asker, { import: asker.now, zendesk: asker.now });
}

/** The weekly report of that Monday; say what matters. */
export function aReport(
  { db, tenant }: Company,
  asked: Partial<ReportAsked> & { now?: string; reports?: ReportsSettings; name?: string } = {},
): Promise<Report> {
  const { now = monday, reports = {}, name = 'weekly', ...others } = asked;
  return makeReport(
    { db, tenant, settings: {}, now: Temporal.Instant.from(now), log: silentLog },
    { template: templateOf(reports, name), viewer: everything, period: week, slot: '2026-11-16', ...others },
  );
}

/** What people call things elsewhere: long, in other scripts, from right to left. */
export const foreignNames = [
  '春のキャンペーン：新生活応援セール',
  'حملة الربيع لعملاء الجملة',
  '秋季促销活动（第二波）',
  `${'Extraordinarily long campaign name '.repeat(6)}`.slice(0, 200),
  'x'.repeat(200),
  'Весенняя распродажа',
  '<b>Bold</b> & "quoted" {{handlebars}}',
];

/** Gives campaigns and teams those names. */
export async function nameThings({ db, tenant }: Company): Promise<void> {
  for (const [index, name] of foreignNames.entries()) {
    await db.run(sql`
      update crm.campaigns set name = ${name}
      where tenant_id = ${tenant.tenantId} and (substring(id from 'k([0-9]+)$'))::int % ${foreignNames.length} = ${index}`);
    await db.run(sql`
      update crm.operators set name = ${name}
      where tenant_id = ${tenant.tenantId} and abs(hashtext(id)) % ${foreignNames.length} = ${index}`);
  }
}
