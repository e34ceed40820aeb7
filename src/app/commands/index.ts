import type { Command } from '../command.ts';
import { aggregate } from './aggregate.ts';
import { alerts } from './alerts.ts';
import { check } from './check.ts';
import { deliveries } from './deliveries.ts';
import { digest } from './digest.ts';
import { doctor } from './doctor.ts';
import { importFiles } from './import.ts';
import { ingest } from './ingest.ts';
import { jobs } from './jobs.ts';
import { kpi } from './kpi.ts';
import { migrate } from './migrate.ts';
import { refresh } from './refresh.ts';
import { report } from './report.ts';
import { schedule } from './schedule.ts';
import { start } from './start.ts';
import { subscriptions } from './subscriptions.ts';
import { sync } from './sync.ts';
import { webhooks } from './webhooks.ts';

/** Every subcommand of the product; main.ts adds those that need the sandbox. */
export const commands: readonly Command[] = [
  start,
  migrate,
  importFiles,
  ingest,
  sync,
  refresh,
  kpi,
  digest,
  report,
  subscriptions,
  alerts,
  schedule,
  jobs,
  aggregate,
  check,
  webhooks,
  deliveries,
  doctor,
];
