import { alerts } from './alerts.ts';
import { attention } from './attention.ts';
import { campaign } from './campaign.ts';
import { driver } from './driver.ts';
import { type Finding, type FindingContext, type FindingRoom, findingKinds } from './finding.ts';
import { late } from './late.ts';
import { target } from './target.ts';
import { unusual } from './unusual.ts';

const rooms: readonly FindingRoom[] = [target, unusual, driver, attention, alerts, campaign, late];

/** All that is worth a look now, told before or not. */
export async function findAll(context: FindingContext): Promise<Finding[]> {
  return (await Promise.all(rooms.map((room) => room.find(context)))).flat();
}

/**
 * The most important ones first: by kind, then how bad, how critical the KPI is, how large. What a change is made of is
 * told together with the finding about that number, where there is one, and a number is told once.
 */
export function ranked(findings: readonly Finding[]): { finding: Finding; with: Finding | null }[] {
  const sorted = findings.toSorted(
    (a, b) =>
      findingKinds.indexOf(a.kind) - findingKinds.indexOf(b.kind) ||
      b.category - a.category ||
      criticalityOf(b) - criticalityOf(a) ||
      b.size - a.size ||
      (a.key < b.key ? -1 : 1),
  );
  const chosen: { finding: Finding; with: Finding | null }[] = [];
  for (const finding of sorted) {
    const same = finding.kpi && chosen.find((one) => one.finding.kpi === finding.kpi);
    if (!same) chosen.push({ finding, with: null });
    else if (finding.kind === 'driver') same.with ??= finding;
  }
  return chosen;
}

function criticalityOf({ kpi }: Finding): number {
  return ['low', 'medium', 'high', 'critical'].indexOf(kpi?.criticality ?? 'low');
}
