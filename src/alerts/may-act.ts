import sql from 'sql-template-tag';
import { parseRequest } from '../answers/parse.ts';
import type { Person } from '../answers/people.ts';
import { covers, type Named, type Rights } from '../answers/rights.ts';
import { splitWords } from '../answers/words.ts';
import type { Queryable } from '../db/db.ts';
import type { Labels } from './condition.ts';
import type { Incident } from './incident.ts';
import type { Rule } from './rule.ts';

/** What an incident is about, as far as rights go. */
export interface Subject {
  /** Labels of each of its things, those that may change included; of an old one only what they have in common. */
  members: readonly Labels[];
  /** Names or ids of the teams that the rule is cut to; empty: it watches all of them. */
  teams: readonly string[];
  /** Of a rule made by hand: who made it, and what they may see now; null for one of crema.yaml. */
  maker: { owner: string | null; rights: Rights | null } | null;
}

export type May = { kind: 'may' } | { kind: 'may not'; why: string };

const may: May = { kind: 'may' };

/**
 * Whether somebody may see and act on an incident. Pure. All rights: always. The maker of a rule, and whoever may see all
 * that the maker may: the rule tells no more than that. A supervisor: where a team of theirs or one of their operators is
 * in it. An agent: where every line is a record of their own.
 */
export function mayAct(
  { viewer, role, own, rights }: Pick<Person, 'viewer' | 'role' | 'own' | 'rights'>,
  subject: Subject,
): May {
  if (rights.all) return may;
  const { members, teams, maker } = subject;
  if (maker && maker.owner === viewer) return may;
  if (maker?.rights && covers(rights, maker.rights)) return may;
  if (role === 'agent') {
    const isOwn = members.length > 0 && members.every(({ operator }) => isOneOf(operator, own));
    return isOwn ? may : { kind: 'may not', why: 'it is not only about your own records' };
  }
  const isTheirs = members.some(
    ({ team, operator }) => isOneOf(team, rights.teams) || isOneOf(operator, rights.operators),
  );
  if (isTheirs) return may;
  const isCut = teams.length > 0 && members.every(({ team, operator }) => team === undefined && operator === undefined);
  if (isCut && teams.some((team) => isNamed(team, rights.teams))) return may;
  return { kind: 'may not', why: 'it is not about a team of yours' };
}

/** Labels hold ids, with their source in front where one alone could mean two. */
function isOneOf(label: string | undefined, some: readonly Named[]): boolean {
  return label !== undefined && some.some(({ source, id }) => label === id || label === `${source}/${id}`);
}

/** What people write into settings is a name or an id. */
function isNamed(text: string, some: readonly Named[]): boolean {
  const wanted = text.toLowerCase();
  return some.some(({ source, id, name }) => [id, `${source}/${id}`, name].some((one) => one.toLowerCase() === wanted));
}

/** What incidents are about, by their number. `rightsOf`: what a viewer may see now. */
export async function subjectsOf(
  db: Queryable,
  tenantId: number,
  incidents: readonly { incident: Incident; rule: Rule }[],
  rightsOf: (viewer: string) => Promise<Rights | null>,
): Promise<Map<number, Subject>> {
  const ids = incidents.map(({ incident }) => incident.incidentId);
  const rows = await db.query<{ id: number; labels: Labels }>(sql`
    select incident_id as id, labels || about as labels from ops.alert_instances
    where tenant_id = ${tenantId} and incident_id = any (${ids}::bigint[])
    order by incident_id, fingerprint`);
  const members = Map.groupBy(rows, ({ id }) => id);
  const subjects = new Map<number, Subject>();
  const known = new Map<string, Rights | null>();
  for (const { incident, rule } of incidents) {
    const { viewer, owner, name } = rule;
    if (name === null && !known.has(viewer)) known.set(viewer, await rightsOf(viewer));
    subjects.set(incident.incidentId, {
      members: members.get(incident.incidentId)?.map(({ labels }) => labels) ?? [incident.labels],
      teams: teamsOf(rule),
      maker: name === null ? { owner, rights: known.get(viewer) ?? null } : null,
    });
  }
  return subjects;
}

/** Teams that a rule is cut to by its settings. */
export function teamsOf({ settings }: Pick<Rule, 'settings'>): readonly string[] {
  if ('team' in settings && settings.team) return settings.team;
  if (!('kpi' in settings)) return [];
  const request = parseRequest(splitWords(settings.kpi));
  if (request.kind !== 'kpi') return [];
  return request.question.filters.flatMap(({ dimension, value }) => (dimension === 'team' ? [value] : []));
}
