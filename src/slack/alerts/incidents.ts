import type { Incident } from '../../alerts/incident.ts';
import { type May, mayAct, subjectsOf } from '../../alerts/may-act.ts';
import type { Rule } from '../../alerts/rule.ts';
import { incidentOf, openIncidents } from '../../alerts/store/incidents.ts';
import { ruleOf, rulesById, rulesMadeBy, rulesOf } from '../../alerts/store/rules.ts';
import { type Person, rightsOf } from '../../answers/people.ts';
import type { AlertDeps } from './deps.ts';

export interface WatchedIncident {
  incident: Incident;
  rule: Rule;
}

/** An incident with its rule, and whether this person may see and act on it; undefined where there is none. */
export async function incidentFor(
  person: Person,
  incidentId: number,
  { db, tenant }: Pick<AlertDeps, 'db' | 'tenant'>,
): Promise<(WatchedIncident & { may: May }) | undefined> {
  const { tenantId } = tenant;
  const incident = Number.isSafeInteger(incidentId) ? await incidentOf(db, tenantId, incidentId) : undefined;
  const rule = incident && (await ruleOf(db, tenantId, incident.ruleId));
  if (!incident || !rule) return undefined;
  const subjects = await subjectsOf(db, tenantId, [{ incident, rule }], (viewer) => rightsOf(db, tenantId, viewer));
  return { incident, rule, may: mayAct(person, subjects.get(incidentId)!) };
}

/** What is open and this person may see, the worst and latest first. */
export async function openFor(
  person: Person,
  { db, tenant }: Pick<AlertDeps, 'db' | 'tenant'>,
): Promise<WatchedIncident[]> {
  const { tenantId } = tenant;
  const incidents = await openIncidents(db, tenantId);
  const ids = [...new Set(incidents.map(({ ruleId }) => ruleId))];
  const rules = new Map((await rulesById(db, tenantId, ids)).map((rule) => [rule.ruleId, rule]));
  const open = incidents.flatMap((incident) => {
    const rule = rules.get(incident.ruleId);
    return rule ? [{ incident, rule }] : [];
  });
  if (person.rights.all) return open;
  const subjects = await subjectsOf(db, tenantId, open, (viewer) => rightsOf(db, tenantId, viewer));
  return open.filter(({ incident }) => mayAct(person, subjects.get(incident.incidentId)!).kind === 'may');
}

/** Rules that this person may look after: their own, all of them for administrators. */
export function rulesFor(
  { rights, viewer }: Person,
  { db, tenant }: Pick<AlertDeps, 'db' | 'tenant'>,
): Promise<Rule[]> {
  return rights.all ? rulesOf(db, tenant.tenantId) : rulesMadeBy(db, tenant.tenantId, viewer);
}
