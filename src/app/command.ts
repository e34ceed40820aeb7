import type { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

/** Where a command speaks: results to `out`, progress and remarks to `note`; and what it is fed with. */
export interface Io {
  /** What is piped into the command; undefined where nothing is. */
  input?(): Readable | undefined;
  /** Aborted when nobody reads `out` any more. */
  outClosed?: AbortSignal;
  out(text: string | Uint8Array): void;
  note(text: string): void;
  /** Whether progress may be drawn over itself. */
  terminal: boolean;
  color: boolean;
}

export interface Globals {
  tenant: string;
  json: boolean;
}

/** What every command is given; nothing here has been opened yet. */
export interface CommandContext {
  environment: Environment;
  globals: Globals;
  clock: Clock;
  log: Log;
  io: Io;
  /** Reads and checks crema.yaml; `present` is false where there is no file, unless it is `required`. */
  config(options?: { required?: boolean }): Promise<{ config: Config; present: boolean }>;
  /** Resolves when the process is asked to stop; until it is called, a signal ends the process at once. */
  untilStopped(): Promise<void>;
}

export interface CommandOption {
  flags: string;
  description: string;
}

/** Options every command takes, before or behind its name. */
export const globalOptions: readonly CommandOption[] = [
  { flags: '--config <file>', description: 'the configuration file (default crema.yaml, or CREMA_CONFIG)' },
  { flags: '--tenant <id>', description: 'the tenant (default `default`)' },
  {
    flags: '--now <instant>',
    description: 'the clock says so, and facts dated later are hidden (2026-11-20T08:00:00Z)',
  },
  { flags: '--json', description: 'print results as JSON where that makes sense' },
];

/** Exit codes: 0 done (or nothing to do), 1 failed, 2 wrong usage or configuration, 3 no data. */
export type ExitCode = 0 | 1 | 2 | 3;

/** A subcommand as data: the program, its help and docs/reference/cli.md are made from the list of them. */
export interface Command {
  name: string;
  /** commander's notation: `<file...>`, `[words...]`. */
  args?: string;
  summary: string;
  description?: string;
  options?: readonly CommandOption[];
  examples: readonly string[];
  /** Runs until it is stopped and logs its doings; other commands log only what is wrong, unless LOG_LEVEL says more. */
  service?: boolean;
  run(context: CommandContext, args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<ExitCode>;
}
