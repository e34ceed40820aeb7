#!/usr/bin/env node
import { runProgram } from './app/program.ts';
import { allCommands } from './commands.ts';

/** A terminal's Ctrl-C reaches us and npm, which passes it on: two signals this close together are one wish. */
const sameWishMs = 500;

/** The first signal asks for a graceful stop, a second one ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined;
    const onSignal = () => {
      if (askedAt !== undefined && performance.now() - askedAt > sameWishMs) process.exit(1);
      askedAt ??= performance.now();
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}

/** Whoever reads our output may leave (`crema kpi list | head`): no reason to fall over it. */
function untilOutClosed(): AbortSignal {
  const closed = new AbortController();
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    closed.abort();
  });
  return closed.signal;
}

process.exitCode = await runProgram({
  argv: process.argv.slice(2),
  env: process.env,
  io: {
    input: () => (process.stdin.isTTY ? undefined : process.stdin),
    outClosed: untilOutClosed(),
    out: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    terminal: process.stderr.isTTY === true,
    color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  },
  commands: allCommands,
  untilStopped,
});
