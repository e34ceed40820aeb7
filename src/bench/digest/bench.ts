import os from 'node:os';
import type { CommandContext } from '../../app/command.ts';
import { makeBusyCompany } from '../busy-company.ts';
import { makeScratch, type Server, withServer } from '../scratch.ts';
import { rounded, timed } from '../spread.ts';
import { buildDigests } from './build.ts';
import { makeReaders } from './people.ts';
import { sendDigests } from './send.ts';
import { subscribeReaders } from './subscribe.ts';

/** `sendSeconds`: how long Slack is then sent to, at the pace it permits. All of them would take as long as Slack takes. */
const sizes = {
  full: {
    readers: 1_000,
    sendSeconds: 60,
    ...{ messages: 200_000, days: 150, tickets: 20_000, leads: 10_000, campaigns: 100, present: 200 },
  },
  quick: {
    readers: 30,
    sendSeconds: 4,
    ...{ messages: 5_000, days: 110, tickets: 1_000, leads: 500, campaigns: 20, present: 20 },
  },
};

export function runDigestBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  return withServer(context, (server) => benchDigest(server, { quick, line }));
}

/**
 * Personal digests for many people with rights of their own: how fast they are built through ledger, database and chart
 * workers, and then how much of what Slack permits is used in sending them.
 */
export async function benchDigest(server: Server, { quick, line }: { quick: boolean; line: (text: string) => void }) {
  const { readers, sendSeconds, ...company } = sizes[quick ? 'quick' : 'full'];
  const load = () => os.loadavg().map((value) => rounded(value));
  const { db, drop } = await makeScratch(server);
  try {
    const made = await timed(() => makeBusyCompany(db, { ...company, operators: Math.max(readers, 100) }));
    const tenant = made.value;
    await makeReaders(db, tenant, readers);
    await subscribeReaders(db, tenant, readers);
    line(`a company of ${company.messages.toLocaleString('en')} messages made in ${rounded(made.ms / 1000)} s`);
    const before = load();
    const built = await buildDigests(db, tenant, readers);
    line(
      `${built.digests} digests of ${built.editions} distinct editions built in ${built.seconds} s: ${built.perMinute} a minute`,
    );
    line(
      `  without sharing (each edition for itself) ${built.editionsPerMinute} editions a minute; ${built.pictures} distinct pictures; on ${os.availableParallelism()} cores`,
    );
    const sent = await sendDigests(db, tenant, { seconds: sendSeconds, readers });
    line(`Slack with its limits on for ${sent.seconds} s: ${sent.sent} messages, ${sent.refused} calls too many`);
    for (const [method, { calls, permitted, share }] of Object.entries(sent.methods))
      line(`  ${method}: ${calls} calls of ${permitted} permitted, ${rounded(100 * share)} %`);
    const after = load();
    line(`load averages: ${before.join(' ')} before, ${after.join(' ')} after`);
    return { quick, readers, ...company, built, sent, load: { before, after } };
  } finally {
    await drop();
  }
}
