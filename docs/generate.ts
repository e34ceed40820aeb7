import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { referencePages } from '../src/app/reference.ts';
import { allCommands } from '../src/commands.ts';

/** Writes docs/reference from the registries. */
const folder = path.join(import.meta.dirname, 'reference');
await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(referencePages(allCommands))) await writeFile(path.join(folder, name), text);
