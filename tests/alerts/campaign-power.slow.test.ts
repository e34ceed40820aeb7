import { describe, expect, test } from 'vitest';
import { type Counters, judge, type Marks } from '../../src/alerts/kinds/campaign-underperformance/judge.ts';
import { campaignMetrics } from '../../src/config/alerts.ts';

/*
 * Simulated campaigns: each has shares of its own, log-normal in the odds around what is usual with the spread `spread`
 * (0: they differ by chance alone; 0.2: by a fifth), and counts that are binomial. Reads and replies are of those delivered;
 * what is not delivered has mostly failed.
 */
const seed = Number(process.env.CREMA_CAMPAIGN_SEED ?? 20_261_122);
/** All that docs/decisions/alerts-campaigns.md tabulates, in ten minutes; else what can go wrong first, in less than one. */
const isWhole = process.env.CREMA_CAMPAIGN_GRID !== undefined;
const marks: Marks = { metrics: campaignMetrics, targets: {}, least_delivered: 200 };

interface Usual {
  delivery: number;
  read: number;
  reply: number;
}
const company: Usual = { delivery: 0.95, read: 0.6, reply: 0.03 };

function simulation(of: string) {
  // Every cell has its own campaigns (FNV-1a).
  let state = [...of].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), seed);
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  /** By the distances between successes, which are geometric. */
  const binomial = (n: number, p: number): number => {
    if (p > 0.5) return n - binomial(n, 1 - p);
    const log = Math.log1p(-p);
    for (let count = 0, at = 0; ; count++) {
      at += Math.floor(Math.log(1 - random()) / log) + 1;
      if (at > n) return count;
    }
  };
  const own = (share: number, spread: number) => {
    const odds = (share / (1 - share)) * Math.exp(spread * normal());
    return odds / (1 + odds);
  };
  function campaign(delivered: number, spread: number, usual: Usual): Counters {
    const recipients = Math.round(delivered / usual.delivery);
    const reached = binomial(recipients, own(usual.delivery, spread));
    const [read, replied] = [usual.read, usual.reply].map((share) => binomial(reached, own(share, spread)));
    const failed = binomial(recipients - reached, 0.9);
    return { recipients, delivered: reached, read: read!, replied: replied!, failed };
  }
  return { campaign, normal };
}

interface Cell {
  /** Other campaigns, of about 2,000 deliveries each. */
  others: number;
  spread: number;
  usual?: Usual;
  /** What the reply rate is multiplied with. */
  times?: number;
  runs: number;
  rule?: Marks;
}

/** Share of campaigns of 2,000 deliveries that are told of for any metric, and for replies. */
function rates({ others, spread, usual = company, times = 1, runs, rule = marks }: Cell) {
  const { campaign, normal } = simulation(JSON.stringify([others, spread, usual, times]));
  let any = 0;
  let reply = 0;
  for (let run = 0; run < runs; run++) {
    const history = Array.from({ length: others }, () =>
      campaign(Math.round(2000 * Math.exp(0.4 * normal())), spread, usual),
    );
    const found = judge(campaign(2000, spread, { ...usual, reply: times * usual.reply }), history, rule);
    if (found.length > 0) any += 1;
    if (found.some(({ metric }) => metric === 'reply')) reply += 1;
  }
  return { any: any / runs, reply: reply / runs };
}

/** Long on a busy machine. */
const timeout = isWhole ? 3_600_000 : 600_000;

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
const every = <One, Other>(ones: readonly One[], more: readonly Other[]) =>
  ones.flatMap((one) => more.map((other) => [one, other] as const));
const grid = every([3, 5, 10, 20, 40], [0, 0.1, 0.2, 0.35, 0.5]);

describe('one look at a campaign', () => {
  // Of each number of others the one with the most; 40 only in the whole grid.
  const likeliest = [
    [3, 0.35],
    [5, 0.5],
    [10, 0.2],
    [20, 0.5],
  ] as const;
  test.each(isWhole ? grid : likeliest)(
    'tells of at most 1 in 100 campaigns at their usual rate, with %i others that differ by %f',
    (others, spread) => {
      const runs = isWhole ? 10_000 : 3000;
      const { any, reply } = rates({ others, spread, runs });
      console.log(
        `false alarms, ${others} others, spread ${spread}: ${percent(any)} of ${runs} (replies ${percent(reply)})`,
      );
      expect(any).toBeLessThanOrEqual(0.01);
    },
    timeout,
  );

  test.each([
    [0.03, 40],
    // Too close to the mark for few runs.
    ...(isWhole ? [[0.03, 30] as const] : []),
    [0.04, 14],
    [0.05, 10],
    [0.1, 6],
  ] as const)(
    'finds 95 in 100 halved reply rates of 2,000 deliveries, usual %f, with %i others alike',
    (reply, others) => {
      const runs = isWhole ? 3000 : 1000;
      const found = rates({ others, spread: 0, usual: { ...company, reply }, times: 0.5, runs });
      console.log(`halved ${percent(reply)}, ${others} others alike: found ${percent(found.reply)} of ${runs}`);
      expect(found.reply).toBeGreaterThanOrEqual(0.95);
    },
    timeout,
  );

  /*
   * What is found of halved replies, usual 3 %, where less than 95 % can be: two to three standard errors of 1,000
   * campaigns below what was measured, so that a rule that finds less does not pass.
   */
  const least = new Map([
    ['3 0', 0.18],
    ['5 0', 0.57],
    ['10 0.1', 0.65],
    ['20 0.2', 0.43],
    ['40 0.2', 0.49],
  ]);
  const few = [...least.keys()].map((key) => key.split(' ').map(Number) as [number, number]);
  test.each(isWhole ? grid : few)(
    'finds what can be found with %i others that differ by %f',
    (others, spread) => {
      const runs = isWhole ? 3000 : 1000;
      const found = rates({ others, spread, times: 0.5, runs });
      console.log(`halved 3 %, ${others} others, spread ${spread}: found ${percent(found.reply)} of ${runs}`);
      expect(found.reply).toBeGreaterThanOrEqual(least.get(`${others} ${spread}`) ?? 0);
    },
    timeout,
  );

  test(
    'finds more than any history can tell by a target, however few others there are',
    () => {
      const rule: Marks = { ...marks, metrics: ['reply'], targets: { reply: 0.03 } };
      const { reply } = rates({ others: 3, spread: 0, times: 0.5, runs: 1000, rule });
      console.log(`halved 3 %, target 3 %: found ${percent(reply)} of 1000`);
      expect(reply).toBeGreaterThanOrEqual(0.985);
    },
    timeout,
  );
});
