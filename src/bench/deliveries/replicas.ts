import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { ToReplica } from './replica-messages.ts';

export interface Replicas {
  tell(now: Temporal.Instant): void;
  /** Kills one at once and starts another in its place. */
  replace(number: number): void;
  kills(): number;
  /** Ends them in an orderly way. */
  stop(): Promise<void>;
}

const sender = path.join(import.meta.dirname, 'replica.ts');
/** One that has not ended by then is killed, in milliseconds. */
const stopMs = 10_000;

/** Processes that work over one database: that plan and send, unless another script is given. */
export async function startReplicas(
  count: number,
  given: Omit<ToReplica & { kind: 'start' }, 'kind' | 'now'>,
  now: () => Temporal.Instant,
  script = sender,
): Promise<Replicas> {
  const alive: ChildProcess[] = [];
  let kills = 0;

  function start(number: number): Promise<unknown> {
    // Neither the options nor the environment of whoever runs the benchmark: both may be a test's.
    const child = fork(script, [], { execArgv: [], env: {}, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    alive[number] = child;
    child.send({ kind: 'start', ...given, now: now().toString() } satisfies ToReplica, () => undefined);
    return once(child, 'message');
  }

  await Promise.all(Array.from({ length: count }, (_, number) => start(number)));
  return {
    tell(at) {
      for (const child of alive) child.send({ kind: 'time', now: at.toString() } satisfies ToReplica, () => undefined);
    },
    replace(number) {
      alive[number]?.kill('SIGKILL');
      kills++;
      void start(number);
    },
    kills: () => kills,
    async stop() {
      await Promise.all(
        alive.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, 'exit');
          child.send({ kind: 'stop' } satisfies ToReplica, () => undefined);
          const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
          await ended;
          clearTimeout(timer);
        }),
      );
    },
  };
}
