import type { Labels } from '../condition.ts';
import type { Incident } from '../incident.ts';
import type { RulePolicy } from '../rule.ts';
import type { Instance } from './advance.ts';

/** Instances that are told of together, with the incident they belong to where there is one that is not over. */
export interface Group {
  key: string;
  labels: Labels;
  instances: Instance[];
  incident: Incident | null;
}

/** What tells the incidents of a rule apart: its own labels, and those that its routes look at. */
export function groupLabels({ groupBy, routes }: Pick<RulePolicy, 'groupBy' | 'routes'>): string[] {
  return [...new Set([...groupBy, ...routes.flatMap(({ labels }) => Object.keys(labels))])];
}

/** Name of the group that something with these labels belongs to. */
export function groupKey(groupBy: readonly string[], labels: Labels): string {
  return JSON.stringify(groupBy.map((name) => labels[name] ?? ''));
}

/**
 * Puts instances that fire, or fired, into the groups of a rule; an incident whose instances have all gone is a group too.
 * The label of a group may change with its instances (a ticket changes its team): they then leave for another incident.
 */
export function group(
  instances: readonly Instance[],
  incidents: readonly Incident[],
  groupBy: readonly string[],
): Group[] {
  const groups = new Map<string, Group>();
  for (const incident of incidents)
    groups.set(incident.groupKey, { key: incident.groupKey, labels: incident.labels, instances: [], incident });
  for (const instance of instances) {
    if (instance.firedAt === null) continue;
    const all = { ...instance.about, ...instance.labels };
    const labels = Object.fromEntries(groupBy.map((name) => [name, all[name] ?? '']));
    const key = groupKey(groupBy, all);
    const known = groups.get(key);
    if (known) known.instances.push(instance);
    else if (instance.state === 'firing') groups.set(key, { key, labels, instances: [instance], incident: null });
  }
  return [...groups.values()];
}
