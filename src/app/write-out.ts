import { writeFile } from 'node:fs/promises';
import { CremaError, messageOf } from '../lib/errors.ts';
import type { Io } from './command.ts';

/** Writes a result where `--out` says, and that it did. */
export async function writeOut(file: string, content: string | Uint8Array, io: Io): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new CremaError('OUT_FILE', `cannot write ${file}: ${messageOf(error)}`, {
      remedy: 'Check the folder and its permissions.',
      cause: error,
    });
  }
  io.note(`Wrote ${file}\n`);
}
