import type { Readable } from 'node:stream';
import { runProgram } from '../../src/app/program.ts';
import { allCommands } from '../../src/commands.ts';

export interface Ran {
  code: number;
  out: string;
  note: string;
}

/** Runs one command line in this process, as main.ts does. */
export async function runCrema(
  argv: readonly string[],
  env: Record<string, string>,
  untilStopped?: () => Promise<void>,
  input?: Readable,
): Promise<Ran> {
  let out = '';
  let note = '';
  const code = await runProgram({
    argv,
    env: { LOG_LEVEL: 'silent', ...env },
    io: {
      input: () => input,
      out: (text) => {
        out += typeof text === 'string' ? text : `<${text.byteLength} bytes>`;
      },
      note: (text) => {
        note += text;
      },
      terminal: false,
      color: false,
    },
    commands: allCommands,
    untilStopped: untilStopped ?? (() => Promise.resolve()),
  });
  return { code, out, note };
}
