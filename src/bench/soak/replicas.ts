import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TimeStand } from './clock.ts';
import type { FromReplica, ToReplica } from './replica.ts';

export interface ReplicasOptions {
  count: number;
  databaseUrl: string;
  home: string;
  /** The bot's configuration, as text of a crema.yaml. */
  config: string;
  stand: () => TimeStand;
  /** A line that a replica logged. */
  onLog: (line: string) => void;
}

export interface Replicas {
  /** Webhook addresses of those that are up. */
  urls(): readonly string[];
  /** Passes on where time stands. */
  tell(stand: TimeStand): void;
  /** Kills one at once; it stays dead until `revive`. False where it is dead already. */
  kill(number: number): boolean;
  /** Starts those that are dead; resolves when all are up. */
  revive(): Promise<void>;
  counts(): { kills: number; starts: number };
  /** Ends them in an orderly way. */
  stop(): Promise<void>;
}

interface Replica {
  child: ChildProcess;
  url: string | undefined;
  up: Promise<void>;
}

const script = path.join(import.meta.dirname, 'replica.ts');

export function createReplicas(options: ReplicasOptions): Replicas {
  const alive = new Map<number, Replica>();
  const counts = { kills: 0, starts: 0 };
  let failure: Error | undefined;

  function start(number: number): Replica {
    counts.starts++;
    const child = fork(script, [], {
      // Neither the options nor the environment of whoever runs the soak: both may be a test's.
      ...{ execArgv: [], env: {}, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    });
    const send = (message: ToReplica) => void child.send(message, () => undefined);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      const lines = (said + String(chunk)).split('\n');
      said = lines.pop() ?? '';
      for (const line of lines) options.onLog(line);
    });
    const up = new Promise<void>((resolve) => {
      child.on('message', (message: FromReplica) => {
        replica.url = message.url;
        // Time may have moved while it started.
        send({ kind: 'time', stand: options.stand() });
        resolve();
      });
      child.once('exit', (code) => {
        if (alive.get(number)?.child === child) {
          alive.delete(number);
          failure ??= new Error(`a replica ended by itself, with code ${code}: ${said}`);
        }
        resolve();
      });
    });
    const replica: Replica = { child, url: undefined, up };
    const { databaseUrl, home, config } = options;
    send({ kind: 'start', databaseUrl, home, config, stand: options.stand() });
    return replica;
  }

  return {
    urls: () => [...alive.values()].flatMap(({ url }) => url ?? []),
    tell(stand) {
      for (const { child } of alive.values()) child.send({ kind: 'time', stand } satisfies ToReplica, () => undefined);
    },
    kill(number) {
      const replica = alive.get(number);
      if (!replica) return false;
      alive.delete(number);
      counts.kills++;
      return replica.child.kill('SIGKILL');
    },
    async revive() {
      for (let number = 0; number < options.count; number++) if (!alive.has(number)) alive.set(number, start(number));
      await Promise.all([...alive.values()].map(({ up }) => up));
      if (failure) throw failure;
    },
    counts: () => ({ ...counts }),
    async stop() {
      const ending = [...alive.values()].map(async ({ child }) => {
        const ended = once(child, 'exit');
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.send({ kind: 'stop' } satisfies ToReplica, () => undefined);
        const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
        await ended;
        clearTimeout(timer);
      });
      alive.clear();
      await Promise.all(ending);
    },
  };
}

/** A replica that has not ended by then is killed, in milliseconds. */
const stopMs = 20_000;
