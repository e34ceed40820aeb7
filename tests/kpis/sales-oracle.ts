import type { LeadState, OpportunityState } from '../rollups/writing.ts';

export type Lead = LeadState & { source: string };
export type Opportunity = OpportunityState & { source: string };

/** What a question is about: days by local date, and who may count. */
export interface SalesScope {
  from: string;
  to: string;
  rep?: string | null;
  account?: string | null;
}

const probability: Record<string, number> = { lead: 15, sql: 30, opportunity: 50, won: 100, lost: 0 };
const weight: Record<string, number> = { lead: 10, sql: 25, opportunity: 50, won: 100, lost: 0 };

/*
 * The KPIs of sales straight from their words, by walking over leads and opportunities one by one: no days summed, nothing
 * kept. Instants are texts of UTC, which order as the moments do.
 */
export function salesOracle(
  { timezone, now }: { timezone: string; now: string },
  leads: readonly Lead[],
  opportunities: readonly Opportunity[],
) {
  const ns = (at: string) => Temporal.Instant.from(at).epochNanoseconds;
  const isKnown = (at: string | null): at is string => at !== null && ns(at) <= ns(now);
  const dateOf = (at: string) => Temporal.Instant.from(at).toZonedDateTimeISO(timezone).toPlainDate().toString();
  const isIn = (at: string | null, { from, to }: SalesScope) => isKnown(at) && from <= dateOf(at) && dateOf(at) < to;
  const startOf = (one: Opportunity) => one.created_at ?? one.engaged_at;
  const dealsOf = (lead: Lead) => opportunities.filter((one) => one.source === lead.source && one.lead_id === lead.id);
  const accountOf = (one: Opportunity) =>
    one.account_id ?? leads.find((lead) => lead.source === one.source && lead.id === one.lead_id)?.account_id ?? null;
  const matches = (scope: SalesScope, rep: string | null, account: string | null) =>
    (scope.rep === undefined || scope.rep === rep) && (scope.account === undefined || scope.account === account);
  const ofLeads = (scope: SalesScope) => leads.filter((one) => matches(scope, one.operator_id, one.account_id));
  const ofDeals = (scope: SalesScope) => opportunities.filter((one) => matches(scope, one.operator_id, accountOf(one)));

  /** The stage as of `now`: one that a date puts later gives way to the furthest whose date has come. */
  const stageOf = (lead: Lead): string | null => {
    const starts = dealsOf(lead).map(startOf);
    const hasDeal = starts.some((at) => at === null || isKnown(at));
    const isLater = (at: string | null) => at !== null && !isKnown(at);
    const closes = ['won', 'lost'].includes(lead.stage ?? '') && isLater(lead.closed_at);
    const qualifies = ['sql', 'opportunity'].includes(lead.stage ?? '') && isLater(lead.qualified_at);
    const opens = lead.stage === 'opportunity' && starts.length > 0 && !hasDeal;
    if (!closes && !qualifies && !opens) return lead.stage;
    if (hasDeal) return 'opportunity';
    return isKnown(lead.qualified_at) ? 'sql' : 'lead';
  };
  const reached = (lead: Lead) => {
    const deals = dealsOf(lead);
    const stage = stageOf(lead) ?? '';
    const won =
      stage === 'won' ||
      deals.some((one) => one.status === 'won' && (one.closed_at === null || isKnown(one.closed_at)));
    const opened = deals.some((one) => startOf(one) === null || isKnown(startOf(one)));
    const opportunity = ['opportunity', 'won'].includes(stage) || opened;
    return {
      won,
      opportunity,
      sql: isKnown(lead.qualified_at) || opened || ['sql', 'opportunity', 'won'].includes(stage),
    };
  };
  const closed = (scope: SalesScope, status: string) =>
    ofDeals(scope).filter((one) => one.status === status && isIn(one.closed_at, scope));

  return {
    leads: (scope: SalesScope) => ofLeads(scope).filter((one) => isIn(one.created_at, scope)).length,

    funnel: (scope: SalesScope) => {
      const cohort = ofLeads(scope).filter((one) => isIn(one.created_at, scope));
      const count = (stage: 'sql' | 'opportunity' | 'won') => cohort.filter((one) => reached(one)[stage]).length;
      return {
        leads: cohort.length,
        sql: ofLeads(scope).filter((one) => isIn(one.qualified_at, scope)).length,
        opportunities: ofDeals(scope).filter((one) => isIn(startOf(one), scope)).length,
        won: closed(scope, 'won').length,
        cohort_leads: cohort.length,
        cohort_sql: count('sql'),
        cohort_opportunities: count('opportunity'),
        cohort_won: count('won'),
      };
    },

    /** Worth of all leads created by now, in minor units: whole numbers of 10^-4 (or 10^-2) of them, rounded once. */
    pipeline: (scope: Omit<SalesScope, 'from' | 'to'>, isWeighted: boolean) => {
      const there = ofLeads({ ...scope, from: '', to: '' }).filter((one) => isKnown(one.created_at));
      const exact = there.reduce((sum, lead) => {
        const stage = stageOf(lead) ?? '';
        const factor = (probability[stage] ?? 0) * (isWeighted ? (weight[stage] ?? 0) : 100);
        return sum + (lead.amount_minor ?? 0) * factor;
      }, 0);
      return {
        value: Math.floor((exact + 5_000) / 10_000),
        count: there.length,
        priced: there.filter((one) => one.amount_minor !== null).length,
      };
    },

    closed: (scope: SalesScope) => {
      const won = closed(scope, 'won');
      const priced = won.filter((one) => one.amount_minor !== null);
      return {
        won: won.length,
        lost: closed(scope, 'lost').length,
        amount: won.length > 0 && priced.length === 0 ? null : priced.reduce((sum, one) => sum + one.amount_minor!, 0),
        days: won
          .flatMap((one) => {
            const start = startOf(one);
            if (start === null) return [];
            return [Temporal.PlainDate.from(dateOf(start)).until(dateOf(one.closed_at!)).total('days')];
          })
          .filter((days) => days >= 0)
          .sort((a, b) => a - b),
      };
    },
  };
}
