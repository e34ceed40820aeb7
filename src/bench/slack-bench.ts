import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandContext } from '../app/command.ts';
import { startDemo } from '../demo/start.ts';
import { silentLog } from '../lib/log.ts';
import { executive, general } from '../sandbox/workspace.ts';
import { benchSlack } from './slack.ts';

/** A fresh demo of its own, so that neither data nor ports of a running one are touched. */
export async function runSlackBench(
  context: CommandContext,
  line: (text: string) => void,
): Promise<Record<string, unknown>> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-bench-'));
  const environment = { ...context.environment, databaseUrl: undefined, home, port: 0 };
  const demo = await startDemo({
    environment,
    clock: context.clock,
    log: silentLog,
    note: context.io.note,
    consolePort: 0,
  });
  try {
    return await benchSlack({ sandbox: demo.sandbox, user: executive.id, channel: general.id, log: line });
  } finally {
    await demo.stop();
    await rm(home, { recursive: true, force: true });
  }
}
