import sql from 'sql-template-tag';
import type { Queryable } from '../../db/db.ts';
import type { Labels } from '../condition.ts';
import type { Rule } from '../rule.ts';
import type { Instance } from '../stages/advance.ts';

/** Labels of things that belong to a team, whose breach is told as the team's. */
const memberLabels = ['operator'];

/** Whether it is a thing of a single member of a team. */
export function isOfMember(labels: Labels): boolean {
  return memberLabels.some((name) => name in labels);
}

/**
 * Finds, for instances of single members, the incident of their team: of another rule that watches the same, firing for
 * the whole team now. What is the same is said by the `subject` of its facts.
 */
export async function teamIncidents(
  db: Queryable,
  { tenantId, ruleId }: Rule,
): Promise<(rule: Rule, instance: Instance) => { incidentId: number; name: string } | null> {
  const teams = await db.query<{ subject: string; team: string; name: string; incidentId: number }>(sql`
    select i.facts -> 'extra' ->> 'subject' as subject, i.labels ->> 'team' as team,
      coalesce(i.facts -> 'names' ->> 'team', i.labels ->> 'team') as name, i.incident_id as "incidentId"
    from ops.alert_instances i
    join ops.alert_incidents c on c.tenant_id = i.tenant_id and c.incident_id = i.incident_id
    where i.tenant_id = ${tenantId} and i.rule_id <> ${ruleId} and i.state = 'firing' and c.state = 'firing'
      and i.labels ? 'team' and not i.labels ?| ${memberLabels}::text[] and i.facts -> 'extra' ? 'subject'`);
  return (_rule, { labels, about, facts }) => {
    if (!isOfMember(labels)) return null;
    const team = about.team ?? labels.team;
    const found = teams.find((one) => one.team === team && one.subject === facts.extra?.subject);
    return found ? { incidentId: found.incidentId, name: `team ${found.name}` } : null;
  };
}
