import type { Command } from './app/command.ts';
import { commands } from './app/commands/index.ts';
import { bench } from './bench/command.ts';
import { demo } from './demo/command.ts';

/** Every subcommand: the product's, and those that need the sandbox. */
export const allCommands: readonly Command[] = [demo, ...commands, bench];
