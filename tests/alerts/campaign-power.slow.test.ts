import { describe, expect, test } from 'vitest';
import { type Counters, judge, type Marks } from '../../src/alerts/kinds/campaign-underperformance/judge.ts';
import { campaignMetrics } from '../../src/config/alerts.ts';

/*
 * Simulated campaigns: each has shares of its own, log-normal in the odds around what is usual with the spread `spread`
 * (0: they differ by chance alone; 0.2: by a fifth), and counts that are binomial. Reads and replies are of those delivered;
 * what is not delivered has mostly failed.
 */
const seed = 20_261_122;
const marks: Marks = { metrics: campaignMetrics, targets: {}, least_delivered: 200 };

interface Usual {
  delivery: number;
  read: number;
  reply: number;
}
const company: Usual = { delivery: 0.95, read: 0.6, reply: 0.03 };

function simulation() {
  let state = seed;
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

/** Share of campaigns that are told of for any metric, and for replies. */
function rates(runs: number, campaigns: number, spread: number, now: Partial<Usual> = {}, usual = company) {
  const { campaign, normal } = simulation();
  let any = 0;
  let reply = 0;
  for (let run = 0; run < runs; run++) {
    const history = Array.from({ length: campaigns }, () =>
      campaign(Math.round(2000 * Math.exp(0.4 * normal())), spread, usual),
    );
    const found = judge(campaign(2000, spread, { ...usual, ...now }), history, marks);
    if (found.length > 0) any += 1;
    if (found.some(({ metric }) => metric === 'reply')) reply += 1;
  }
  return { any: any / runs, reply: reply / runs };
}

/** Long on a busy machine. */
const timeout = 600_000;

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

describe('one look at a campaign', () => {
  const spreads = [0, 0.1, 0.2, 0.35, 0.5];
  test.each([3, 10])(
    'tells of at most 1 in 100 campaigns at their usual rate, with %i others',
    (campaigns) => {
      for (const spread of spreads) {
        const runs = 4000;
        const { any } = rates(runs, campaigns, spread);
        console.log(`false alarms, ${campaigns} others, spread ${spread}: ${percent(any)} of ${runs} campaigns`);
        expect(any).toBeLessThanOrEqual(0.01);
      }
    },
    timeout,
  );

  test.each([
    [0.03, 40],
    [0.1, 8],
  ])(
    'finds 95 in 100 halved reply rates of 2,000 deliveries, usual %f, with %i others',
    (reply, campaigns) => {
      const found = rates(500, campaigns, 0, { reply: reply / 2 }, { ...company, reply });
      console.log(`halved ${percent(reply)}, ${campaigns} others alike: found ${percent(found.reply)} of 500`);
      expect(found.reply).toBeGreaterThanOrEqual(0.95);
    },
    timeout,
  );

  test(
    'finds fewer where campaigns differ, and says how many',
    () => {
      for (const reply of [0.03, 0.1])
        for (const spread of [0, 0.2]) {
          const found = rates(200, 20, spread, { reply: reply / 2 }, { ...company, reply });
          console.log(`halved ${percent(reply)}, 20 others, spread ${spread}: found ${percent(found.reply)}`);
          expect(found.reply).toBeGreaterThan(0.01);
        }
    },
    timeout,
  );
});
