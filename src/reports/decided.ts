import type { KpiResult } from '../domain/kpi-result.ts';
import { compareEvidence } from '../stats/compare.ts';

/**
 * A rate of things that began in a period cannot be judged right after it: some are still undecided. A report that goes
 * out the next morning then says the rate among those that were *decided* in the period, whenever they began; for them
 * nothing is open, and two periods can be compared.
 */
export function isUndecided({ period, parts }: KpiResult): boolean {
  return period.complete && !period.mature && (parts.decided ?? 0) > 0;
}

/** The result as the rate among the decided; `before`: that of the period it is compared with. */
export function decidedView(result: KpiResult, before: KpiResult | null): KpiResult {
  const now = decidedOf(result);
  const then = before && decidedOf(before);
  const value = now.met / now.all;
  const { comparison, target, better } = result;
  const sign = better === 'down' ? -1 : 1;
  return {
    ...result,
    title: `${result.title}, decided in the period`,
    ...{ value, numerator: now.met, denominator: now.all },
    period: { ...result.period, mature: true },
    comparison: comparison && {
      period: comparison.period,
      ...(then && then.all > 0 ? comparedWith(now, then, better) : nothingThen),
    },
    target: target && { value: target.value, met: better === 'neither' ? null : sign * (value - target.value) >= 0 },
  };
}

interface Decided {
  met: number;
  all: number;
}

const nothingThen = { value: null, change: null, changeRatio: null, verdict: 'no-baseline' } as const;

function comparedWith(now: Decided, then: Decided, better: KpiResult['better']) {
  const value = then.met / then.all;
  const change = now.met / now.all - value;
  const evidence = ({ met, all }: Decided) => ({ kind: 'ratio', successes: met, n: all }) as const;
  return {
    ...{ value, change, changeRatio: value === 0 ? null : change / value },
    verdict: compareEvidence(evidence(now), evidence(then), change, better),
  };
}

function decidedOf({ parts }: KpiResult): Decided {
  return { met: parts.decided_met ?? 0, all: parts.decided ?? 0 };
}
