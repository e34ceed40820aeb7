import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first. Vitest knows times of an earlier run, which a fresh clone has none of, and
 * else goes by the size of a file: a short one that takes a minute would come last, with nothing left to do beside it.
 * Those that mostly wait stand further up than their time: the others fill what they leave.
 */
export const longest: readonly string[] = [
  'bench/soak',
  'kpis/rights',
  'kpis/contract',
  'bench/sla',
  'slack/alerts',
  'alerts/sla-oracle',
  'sync/kill',
  'slack/faults',
  'kpis/oracle',
  'sla/oracle',
  'company/company',
  'alerts/campaign-power',
  'subscriptions/cadence',
  'rollups/sales',
  'db/embedded',
  'bench/alerts',
  'pdf/refusals',
  'bench/deliveries',
  'app/seed-sla',
  'facts/property',
  'kpis/measure',
  'reports/printed',
  'pdf/printer',
  'sync/webhooks/order',
  'app/deliveries/restatements',
  'alerts/outage',
  'kpis/company-oracle',
  'jobs/rooms',
  'charts/renderer',
  'alerts/campaign-underperformance',
  'bench/digest',
  'app/servicenow',
];

/** The longest files first, then the other slow ones, then the rest; among themselves as Vitest has them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => placeOf(a.moduleId) - placeOf(b.moduleId));
  }
}

function placeOf(file: string): number {
  const name = path.relative(import.meta.dirname, file).replaceAll(path.sep, '/');
  const slow = '.slow.test.ts';
  if (!name.endsWith(slow)) return longest.length + 1;
  const place = longest.indexOf(name.slice(0, -slow.length));
  return place === -1 ? longest.length : place;
}
