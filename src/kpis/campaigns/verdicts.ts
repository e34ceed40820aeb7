import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import { addDays } from '../../domain/period.ts';
import { campaignDaily } from '../../rollups/campaign-daily.ts';
import { factsOf } from '../../rollups/read.ts';
import { fewCases } from '../../stats/compare.ts';
import { newcombe } from '../../stats/intervals.ts';
import type { Scope } from '../kpi.ts';
import { scopeConditions } from '../scope.ts';

/** How far back an account's own history reaches, in days before a campaign. */
export const historyDays = 180;

interface Row {
  source: string;
  campaign_id: string;
  account_id: string;
  day: string;
  reported: number;
  delivered: number;
  replied: number;
}

/**
 * Each campaign's reply rate against the account's own history: all its campaigns of the 180 days before, taken together.
 * In words where Newcombe's 95 % interval of the difference leaves out 0; with fewer than 30 cases on either side there
 * is nothing to say. By `source/campaign`.
 */
export async function campaignVerdicts(reader: Queryable, scope: Scope): Promise<Map<string, string>> {
  const period = { from: addDays(scope.period.from, -historyDays), to: scope.period.to };
  // The history is the account's, whatever the question has picked.
  const whole: Scope = { ...scope, filters: [] };
  const rows = await reader.query<Row>(sql`
    select f.source, f.campaign_id, f.account_id, f.day, sum(f.reported)::bigint as reported, sum(f.delivered)::bigint as delivered, sum(f.replied)::bigint as replied
    from ${factsOf(campaignDaily, scope.at, period)} f
    where f.tenant_id = ${scope.at.tenantId} ${scopeConditions(whole, 'f')}
    group by 1, 2, 3, 4`);
  return new Map(
    rows
      .filter(({ day }) => day >= scope.period.from)
      .map((row) => [`${row.source}/${row.campaign_id}`, verdictOf(row, historyOf(row, rows))]),
  );
}

function historyOf(campaign: Row, rows: readonly Row[]): { delivered: number; replied: number } {
  const since = addDays(campaign.day, -historyDays);
  const history = { delivered: 0, replied: 0 };
  for (const row of rows) {
    if (row.source !== campaign.source || row.account_id !== campaign.account_id) continue;
    if (row.day < since || row.day >= campaign.day) continue;
    history.delivered += row.delivered;
    history.replied += row.replied;
  }
  return history;
}

function verdictOf(campaign: Row, history: { delivered: number; replied: number }): string {
  if (campaign.reported === 0) return 'no report yet';
  if (campaign.delivered < fewCases) return 'few cases';
  if (history.delivered < fewCases) return 'no history';
  const cases = ({ delivered, replied }: { delivered: number; replied: number }) => ({
    successes: Math.min(replied, delivered),
    n: delivered,
  });
  const { low, high } = newcombe(cases(campaign), cases(history));
  if (low > 0) return 'above usual';
  return high < 0 ? 'below usual' : 'as usual';
}
