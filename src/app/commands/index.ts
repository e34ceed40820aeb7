import type { Command } from '../command.ts';
import { aggregate } from './aggregate.ts';
import { check } from './check.ts';
import { doctor } from './doctor.ts';
import { importFiles } from './import.ts';
import { jobs } from './jobs.ts';
import { kpi } from './kpi.ts';
import { migrate } from './migrate.ts';
import { refresh } from './refresh.ts';
import { start } from './start.ts';

/** Every subcommand of the product; main.ts adds those that need the sandbox. */
export const commands: readonly Command[] = [start, migrate, importFiles, refresh, kpi, jobs, aggregate, check, doctor];
