import type { Queryable } from '../db/db.ts';
import type { Funnel, Measure } from '../domain/kpi-result.ts';
import { majorNumber, majorString } from '../domain/money.ts';
import { type DateRange, daysBetween } from '../domain/period.ts';
import type { Tenant } from '../domain/tenant.ts';
import { overlaps } from './coverage.ts';
import type { Reach } from './freshness.ts';
import {
  addSums,
  type Group,
  type Kpi,
  type MeasureContext,
  type Measured,
  noSums,
  type Scope,
  type Sums,
} from './kpi.ts';

/** Currency of a KPI's money; undefined where neither its value nor a part of it is money. */
export function currencyOf(kpi: Kpi, tenant: Pick<Tenant, 'currency'>): string | undefined {
  const units = [kpi.unit, ...Object.values(kpi.parts).map(({ unit }) => unit)];
  return units.includes('money') ? (kpi.currency ?? tenant.currency) : undefined;
}

/** Numbers as every surface gets them: money in major units; numerator and denominator only where there are any. */
export function shownMeasure(
  kpi: Kpi,
  measured: Measured,
  currency: string | undefined,
): Measure & { parts: Record<string, number | null> } {
  const { value, numerator, denominator, parts } = measured;
  const isMoney = kpi.unit === 'money' && currency !== undefined;
  const major = (amount: number) => (currency === undefined ? amount : majorNumber(amount, currency));
  return {
    value: value !== null && isMoney ? majorString(value, currency) : value,
    ...(numerator === undefined || denominator === undefined
      ? {}
      : { numerator: isMoney ? major(numerator) : numerator, denominator }),
    parts: Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [
        name,
        part !== null && kpi.parts[name]?.unit === 'money' ? major(part) : part,
      ]),
    ),
  };
}

/** What a measure of the scope's period may need to know. */
export function contextOf({ period, scenario }: { period: DateRange; scenario?: Scope['scenario'] }): MeasureContext {
  return { days: daysBetween(period.from, period.to), ...(scenario && { scenario }) };
}

/** Nothing counted is a zero only where the sources cover some of the time; elsewhere it is no data. */
export function measureCovered(kpi: Kpi, sums: Sums, scope: Scope, reach: Reach): Measured {
  const measured = kpi.measure(sums, contextOf(scope));
  if (measured.weight > 0 || overlaps(scope.period, reach, scope.at.timezone)) return measured;
  const parts = Object.fromEntries(
    Object.entries(measured.parts).map(([name, part]) => [name, part === 0 ? null : part]),
  );
  return { ...measured, value: null, parts };
}

export async function total(reader: Queryable, kpi: Kpi, scope: Scope): Promise<Sums> {
  return sumOf(await kpi.query(reader, scope, { kind: 'total' }));
}

export function sumOf(groups: readonly Group[]): Sums {
  return groups.reduce((sum, group) => addSums(sum, group.sums), noSums);
}

/** The stages with their shares of the one before and of the first. */
export function funnelOf({ title, stages }: ReturnType<NonNullable<Kpi['funnel']>>): Funnel {
  const first = stages[0]?.count ?? 0;
  return {
    title,
    stages: stages.map((stage, index) => {
      const previous = stages[index - 1]?.count ?? 0;
      return {
        ...stage,
        ofPrevious: previous > 0 ? stage.count / previous : null,
        ofFirst: first > 0 ? stage.count / first : null,
      };
    }),
  };
}
