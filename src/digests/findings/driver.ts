import { shapeOf } from '../../answers/wording.ts';
import { formatChange, formatPercent, leadIn } from '../../domain/format.ts';
import type { BreakdownRow, KpiResult } from '../../domain/kpi-result.ts';
import { type DimensionId, dimensionOf } from '../../kpis/dimensions.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { fewCases } from '../../stats/compare.ts';
import { additiveChange, type Contribution, ratioChange } from '../../stats/decompose.ts';
import { type AskedLine, datesOf } from '../ask-lines.ts';
import { categoryOf, type Finding, type FindingContext, type FindingRoom } from './finding.ts';

/** Looked at, the first ones first: people are no explanation of a number, and statuses are its definition. */
const dimensions: readonly DimensionId[] = ['priority', 'channel', 'team', 'type', 'account', 'product', 'stage'];
/** Numbers and dimensions of each that are taken apart: each costs two questions. */
const most = { lines: 2, dimensions: 3 };
/** What one value has to account for, and how much of the whole it has to be, to be worth a sentence. */
const least = { share: 0.5, weight: 0.05, beyondWeight: 0.15 };
/** A change below these is not taken apart. */
const material = { share: 0.1, points: 0.02 };

/** Which value of a dimension the largest changes are made of; exact, and never said to be a cause. */
export const driver: FindingRoom = {
  kind: 'driver',
  async find(context) {
    const moved = context.lines
      .filter(({ kpi, result }) => isTakenApart(kpi) && hasMoved(result))
      .toSorted((a, b) => sizeOf(b.result) - sizeOf(a.result))
      .slice(0, most.lines);
    const found = await Promise.all(moved.map((line) => driverOf(line, context)));
    return found.filter((one) => one !== null);
  },
};

/** Not money: a sum of few amounts moves with each of them, and how many there are is not in its rows. */
function isTakenApart({ unit, kind, additive }: Kpi): boolean {
  return unit === 'ratio' || (unit === 'count' && kind !== 'stock' && additive !== false);
}

/** Beyond chance, and enough to matter. */
function hasMoved({ comparison, unit }: KpiResult): boolean {
  if (!comparison || comparison.change === null) return false;
  if (!['better', 'worse', 'higher', 'lower'].includes(comparison.verdict)) return false;
  return unit === 'ratio'
    ? Math.abs(comparison.change) >= material.points
    : Math.abs(comparison.changeRatio ?? 0) >= material.share;
}

function sizeOf({ comparison }: KpiResult): number {
  return Math.abs(comparison?.changeRatio ?? 0);
}

interface Driver {
  by: DimensionId;
  label: string;
  change: number;
  share: number;
  weight: number;
  /** Of a ratio: whether its own rate moved more than its part of the cases. */
  own?: boolean;
}

async function driverOf(line: AskedLine, { ask, locale }: FindingContext): Promise<Finding | null> {
  const { kpi, result } = line;
  const asked = dimensions
    .filter((by) => kpi.dimensions.includes(by) && !kpi.presentOnly?.includes(by))
    .slice(0, most.dimensions);
  const found: Driver[] = [];
  for (const by of asked) {
    const plain = { by, versus: { kind: 'none' }, attention: false } as const;
    const now = await ask(kpi, { period: datesOf(result.period), ...plain });
    const before = await ask(kpi, { period: datesOf(result.comparison!.period), ...plain });
    const one = now?.breakdown && before?.breakdown && largestPart(kpi, by, rowsOf(now), rowsOf(before));
    if (one) found.push(one);
  }
  const [best] = found.toSorted((a, b) => b.share - b.weight - (a.share - a.weight));
  if (!best) return null;
  const direction = (result.comparison?.change ?? 0) > 0 ? 'up' : 'down';
  return {
    ...{ kind: 'driver', key: `driver:${kpi.id}:${best.by}:${best.label}:${direction}`, kpi },
    category: categoryOf(sizeOf(result), [0.25, 0.5]),
    size: sizeOf(result),
    text: sentenceOf(result, best, direction, locale),
    words: `${kpi.id} by ${best.by}`,
  };
}

function rowsOf({ breakdown }: KpiResult): BreakdownRow[] {
  return [...breakdown!.rows, ...(breakdown!.other ? [breakdown!.other] : [])];
}

/** The value with the largest part of the change; null where it is too small, too few, or not much beyond its size. */
function largestPart(
  kpi: Kpi,
  by: DimensionId,
  now: readonly BreakdownRow[],
  before: readonly BreakdownRow[],
): Driver | null {
  const keys = [...new Set([...now, ...before].map(({ key }) => key))];
  if (keys.length < 2) return null;
  const [nowBy, beforeBy] = [now, before].map((rows) => new Map(rows.map((row) => [row.key, row]))) as [
    Map<string | null, BreakdownRow>,
    Map<string | null, BreakdownRow>,
  ];
  const pairs = keys.map((key) => ({ key, now: nowBy.get(key), before: beforeBy.get(key) }));
  // Of the rest nobody could say what it is.
  const isTold = ({ key }: Contribution) => key !== String(null);
  const judged = (part: Contribution | undefined, cases: readonly number[]): part is Contribution & { share: number } =>
    part?.share !== undefined &&
    part.share !== null &&
    part.share >= least.share &&
    part.weight >= least.weight &&
    part.share - part.weight >= least.beyondWeight &&
    cases.every((n) => n >= fewCases);
  const labelOf = (key: string) => (nowBy.get(key) ?? beforeBy.get(key))?.label ?? key;

  if (kpi.unit !== 'ratio') {
    const parts = additiveChange(
      pairs.map((pair) => ({
        key: String(pair.key),
        now: Number(pair.now?.value ?? 0),
        before: Number(pair.before?.value ?? 0),
      })),
    );
    const part = parts.find(isTold);
    const pair = pairs.find(({ key }) => String(key) === part?.key);
    const cases = Number(pair?.now?.value ?? 0) + Number(pair?.before?.value ?? 0);
    return judged(part, [cases]) ? { by, label: labelOf(part.key), ...part } : null;
  }
  const side = (row: BreakdownRow | undefined) => ({
    numerator: row?.numerator ?? 0,
    denominator: row?.denominator ?? 0,
  });
  const whole = ratioChange(
    pairs.map((pair) => ({ key: String(pair.key), now: side(pair.now), before: side(pair.before) })),
  );
  const part = whole?.opposed ? undefined : whole?.rows.find(isTold);
  const pair = pairs.find(({ key }) => String(key) === part?.key);
  if (!judged(part, [side(pair?.now).denominator, side(pair?.before).denominator])) return null;
  return { by, label: labelOf(part.key), ...part, own: Math.abs(part.rate) >= Math.abs(part.mix) };
}

function sentenceOf(result: KpiResult, best: Driver, direction: 'up' | 'down', locale: string): string {
  const shape = shapeOf(result, locale);
  const size = (change: number) => formatChange(change, result.unit, shape);
  const whole = result.comparison?.change ?? 0;
  const dimension = dimensionOf(best.by).title.toLowerCase();
  const part = `${dimension} ${best.label} accounts for ${size(best.change)}`;
  const rest = best.share > 1 ? ', the others went the other way' : ' of it';
  const how = best.own === undefined ? '' : best.own ? ', by its own rate' : ', by its part of the cases';
  return `${leadIn(result.title)} is ${direction} ${size(whole)}: ${part}${rest}${how}; it is ${formatPercent(best.weight, locale)} of all.`;
}
