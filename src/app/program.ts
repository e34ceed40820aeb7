import { createRequire } from 'node:module';
import { CommanderError, Command as Program } from 'commander';
import { loadConfig } from '../config/config.ts';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { kpiIds } from '../kpis/index.ts';
import { type Clock, fixedClock, systemClock } from '../lib/clock.ts';
import { CremaError, messageOf, usageError } from '../lib/errors.ts';
import { createLog, type Log } from '../lib/log.ts';
import { checkAlertRules } from './alerts/rules.ts';
import { type Command, type CommandContext, type ExitCode, globalOptions, type Io } from './command.ts';
import { checkReports } from './reports.ts';
import { checkSubscriptions } from './subscriptions.ts';
import { checkTargets } from './targets.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

export interface ProgramInput {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  io: Io;
  commands: readonly Command[];
  untilStopped(): Promise<void>;
}

/** Runs one command line and says its exit code; whatever goes wrong becomes a message on `note`. */
export async function runProgram(input: ProgramInput): Promise<ExitCode> {
  let exit: ExitCode = 0;
  let log: Log | undefined;
  const program = buildProgram(input.commands, input.io, async (command, args, options, globals) => {
    const environment = withConfigFile(readEnvironment(input.env), globals.config);
    log = createLog({ level: environment.logLevel ?? (command.service ? 'info' : 'warn') });
    exit = await command.run(contextOf(input, environment, globals, log), args, options);
  });
  try {
    await program.parseAsync(input.argv, { from: 'user' });
    return exit;
  } catch (error) {
    return report(error, input.io, log);
  }
}

interface GlobalOptions {
  config?: string;
  tenant?: string;
  now?: string;
  json?: boolean;
}

type Runner = (
  command: Command,
  args: string[],
  options: Record<string, unknown>,
  globals: GlobalOptions,
) => Promise<void>;

function buildProgram(commands: readonly Command[], io: Io, run: Runner): Program {
  const program = withGlobals(new Program('crema'))
    .description("Keeps a CRM's numbers in PostgreSQL and brings them to people where they work.")
    .version(version, '--version')
    .addHelpText(
      'after',
      `\nExamples:\n  crema demo\n  crema import --map examples/maps/seed-tickets.yaml tickets.csv\n  crema kpi sla-reported 30d by priority\n`,
    )
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.note(text) })
    .showHelpAfterError('(see --help)')
    .exitOverride();
  for (const command of commands) {
    const sub = program
      .command(command.args ? `${command.name} ${command.args}` : command.name)
      .summary(command.summary)
      .description(command.description ?? command.summary)
      .addHelpText('after', `\nExamples:\n${command.examples.map((example) => `  ${example}`).join('\n')}\n`)
      .exitOverride();
    for (const option of command.options ?? []) sub.option(option.flags, option.description);
    // Global options are accepted behind the subcommand too: that is where people type them.
    withGlobals(sub);
    sub.action(async () => {
      const options = sub.opts<Record<string, unknown>>();
      await run(command, sub.args, options, {
        ...program.opts<GlobalOptions>(),
        ...(options as Partial<GlobalOptions>),
      });
    });
  }
  return program;
}

function withGlobals(program: Program): Program {
  for (const { flags, description } of globalOptions) program.option(flags, description);
  return program;
}

function withConfigFile(environment: Environment, file: string | undefined): Environment {
  return file === undefined ? environment : { ...environment, configFile: file, configNamed: true };
}

function contextOf(input: ProgramInput, environment: Environment, globals: GlobalOptions, log: Log): CommandContext {
  return {
    environment,
    globals: { tenant: globals.tenant ?? 'default', json: globals.json ?? false },
    clock: clockOf(globals.now),
    log,
    io: input.io,
    config: async ({ required = environment.configNamed } = {}) => {
      const loaded = await loadConfig(environment.configFile, {
        named: required,
        knownKpis: kpiIds,
        variables: input.env,
      });
      checkTargets(loaded.config);
      checkReports(loaded.config);
      checkSubscriptions(loaded.config);
      checkAlertRules(loaded.config);
      return loaded;
    },
    untilStopped: input.untilStopped,
  };
}

function clockOf(now: string | undefined): Clock {
  if (now === undefined) return systemClock;
  try {
    return fixedClock(Temporal.Instant.from(now));
  } catch {
    throw usageError(
      'NOW_INVALID',
      `--now is "${now}", not an instant`,
      'Give date, time and zone: 2026-11-20T08:00:00Z or 2026-11-20T15:00:00+07:00.',
    );
  }
}

/** Prints what went wrong: CremaErrors as message and remedy, the rest as a defect with its stack in the log. */
function report(error: unknown, io: Io, log: Log | undefined): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof CremaError) {
    io.note(`crema: ${error.message}\n${error.remedy ? `${error.remedy}\n` : ''}`);
    log?.debug({ code: error.code, error: error.stack }, 'command failed');
    return error.usage ? 2 : 1;
  }
  io.note(`crema: ${messageOf(error)}\n`);
  log?.error({ error: error instanceof Error ? error.stack : String(error) }, 'unexpected failure');
  return 1;
}
