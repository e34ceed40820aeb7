import type { CommandContext } from '../../app/command.ts';
import type { Environment } from '../../config/environment.ts';
import { CremaError } from '../../lib/errors.ts';
import { now } from '../company.ts';
import { makeScratch, type Server, withServer } from '../scratch.ts';
import { runAlertCampaign } from './campaign.ts';
import { benchLag, lagRules } from './lag.ts';
import { ruleSettings } from './rules.ts';
import { benchTicks } from './ticks.ts';
import { addRules, makeDesk } from './town.ts';

/** What is measured in full, and the small form that only shows that everything works. */
const sizes = {
  full: {
    ...{ tickets: 100_000, open: 100_000, rules: 10_000, rounds: 3 },
    loads: [
      { rate: 1, seconds: 60 },
      { rate: 5, seconds: 60 },
    ],
    campaign: { minutes: 200, replicas: 3, kills: 30, faults: 40 },
  },
  quick: {
    ...{ tickets: 2_000, open: 2_000, rules: 300, rounds: 1 },
    loads: [{ rate: 2, seconds: 4 }],
    campaign: { minutes: 6, replicas: 2, kills: 50, faults: 50 },
  },
};

export function runAlertsBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  return withServer(context, (server) => benchAlerts(server, { quick, line, environment: context.environment }));
}

/**
 * Rules looked at over open tickets, time from a webhook to the message in Slack, and several processes that are killed.
 * Throws where something was lost or doubled. Every database is made for it and dropped.
 */
export async function benchAlerts(
  server: Server,
  { quick, line, environment }: { quick: boolean; line: (text: string) => void; environment: Environment },
) {
  const size = sizes[quick ? 'quick' : 'full'];
  const desk = await makeScratch(server);
  try {
    const { tenantId, ...tenant } = await makeDesk(desk.db, size);
    line(`${size.open.toLocaleString('en')} open tickets, ${size.rules.toLocaleString('en')} rules:`);
    const own = lagRules();
    await addRules(desk.db, tenantId, [...own, ...ruleSettings(size.rules - own.length)], now);
    const ticks = await benchTicks(desk.db, { tenantId, ...tenant }, size.rounds, (text) => line(`  ${text}`));
    line('from a webhook to the message in Slack, with all of these rules:');
    const lag = await benchLag({ environment, db: desk.db, url: desk.url, tenantId }, size.loads, (text) =>
      line(`  ${text}`),
    );
    const campaign = await benchCampaign(server, size.campaign, line);
    return { quick, ticks, lag, campaign };
  } finally {
    await desk.drop();
  }
}

async function benchCampaign(
  server: Server,
  size: { minutes: number; replicas: number; kills: number; faults: number },
  line: (text: string) => void,
) {
  const { db, url, drop } = await makeScratch(server);
  try {
    const result = await runAlertCampaign({ db, url, seed: 7, ...size, onProgress: (text) => line(`  ${text}`) });
    const { incidents, episodes, messages, replies, edits, kills, faults, lost, doubled, unknown, seconds } = result;
    line(
      `${size.replicas} processes, ${size.minutes} simulated minutes in ${seconds} s: ${kills} kills, ${faults} faults of Slack`,
    );
    line(
      `  ${episodes} episodes, ${incidents} incidents, ${messages} messages, ${replies} replies, ${edits} changes: lost ${lost}, doubled ${doubled}, of unknown outcome ${unknown}`,
    );
    for (const example of result.examples.slice(0, 20)) line(`  ${example}`);
    if (lost + doubled > 0 || incidents !== episodes)
      throw new CremaError('ALERTS_WRONG', 'alerts were lost or doubled', {
        remedy: 'This is a defect of Crema: the examples above say which.',
      });
    return result;
  } finally {
    await drop();
  }
}
