import sql, { type Sql } from 'sql-template-tag';
import type { Db, Queryable } from '../db/db.ts';
import { everything, slackViewer, viewing } from '../db/viewer.ts';
import { commonRights, type Named, type Rights, seesAll } from './rights.ts';

export type Role = 'agent' | 'supervisor' | 'admin' | 'owner' | 'executive';

/** Somebody who may ask, as crema.yaml or the CRM's operators have them at this moment. */
export interface Person {
  /** For `Viewpoint`. */
  viewer: string;
  /** Null where nobody gives one. */
  name: string | null;
  role: Role;
  /** Whether crema.yaml names them; else they are the CRM's operators with their e-mail address. */
  configured: boolean;
  /** Their own operator records: one in each source, none for most people of crema.yaml. */
  own: Named[];
  rights: Rights;
}

interface RecordRow {
  viewer: string;
  role: Role;
  configured: boolean;
  name: string | null;
  source: string | null;
  operatorId: string | null;
  /** In the order of their names; the same in every row of a viewer. */
  grants: readonly Grant[];
}

interface Grant extends Named {
  kind: 'team' | 'operator';
}

/** Asked about at once: the work grows with the square. */
const atOnce = 100;

/** The people behind viewers, by viewer; those who may see nothing are absent. The database decides, as for numbers. */
export async function peopleOf(
  db: Db,
  tenantId: number,
  viewers: readonly string[],
): Promise<ReadonlyMap<string, Person>> {
  const people = new Map<string, Person>();
  for (let index = 0; index < viewers.length; index += atOnce) {
    const viewer = viewers.slice(index, index + atOnce).join(' ');
    const some = await viewing(db, { tenantId, viewer }, (tx) => readPeople(tx, tenantId));
    for (const person of some) people.set(person.viewer, person);
  }
  return people;
}

async function readPeople(tx: Queryable, tenantId: number): Promise<Person[]> {
  const records = await tx.query<RecordRow>(sql`
    with granted as (
      select g.viewer, jsonb_agg(
          jsonb_build_object('kind', g.kind, 'source', g.source, 'id', g.id, 'name', g.name)
          order by g.name, g.source, g.id
        ) as grants
      from (${namedGrants(tenantId)}) g
      group by g.viewer
    )
    select v.viewer, v.role, r.configured, r.name, r.source, r.operator_id as "operatorId",
      coalesce(g.grants, '[]') as grants
    from ops.viewer_roles() v
    join ops.viewer_records() r on r.viewer = v.viewer
    left join granted g on g.viewer = v.viewer
    order by v.viewer, r.source, r.operator_id`);
  return [...Map.groupBy(records, ({ viewer }) => viewer)].flatMap(([viewer, rows]) => {
    const [first] = rows;
    return first ? [personOf(viewer, first, rows)] : [];
  });
}

function personOf(viewer: string, { role, configured, grants }: RecordRow, rows: readonly RecordRow[]): Person {
  const named = (kind: Grant['kind']) =>
    grants.filter((grant) => grant.kind === kind).map(({ source, id, name }): Named => ({ source, id, name }));
  const own = configured
    ? named('operator').filter(({ source, id }) =>
        rows.some((row) => row.operatorId === id && (row.source === null || row.source === source)),
      )
    : rows.map((row): Named => ({ source: row.source ?? '', id: row.operatorId ?? '', name: row.name ?? '' }));
  return {
    ...{ viewer, role, configured, own },
    name: rows.find((row) => row.name)?.name ?? null,
    rights: {
      all: role === 'executive' || role === 'admin' || role === 'owner',
      teams: named('team'),
      operators: named('operator'),
    },
  };
}

/** What each viewer may see, by name. */
function namedGrants(tenantId: number): Sql {
  return sql`
    select g.viewer, g.kind, g.source, g.id, coalesce(t.name, o.name, g.id) as name
    from ops.viewer_grants() g
    left join crm.teams t on g.kind = 'team' and t.tenant_id = ${tenantId} and t.source = g.source and t.id = g.id
    left join crm.operators o
      on g.kind = 'operator' and o.tenant_id = ${tenantId} and o.source = g.source and o.id = g.id`;
}

/**
 * All that decides what somebody is shown, rights and roles: two of whom it is the same see the same. Rights alone do not
 * do: an agent and a supervisor may have the same operators, and only one of them may ask what belongs to the company.
 */
export interface Sees {
  /** Of all who read it, each once. */
  roles: readonly Role[];
  rights: Rights;
}

/** What all of these may see together. */
export function seenBy(people: readonly Person[]): Sees {
  const roles = [...new Set(people.map(({ role }) => role))].toSorted();
  return { roles, rights: commonRights(people.map((person) => person.rights)) };
}

/** What the viewer of a `viewing` snapshot may see, of several what all of them may; null as in `rightsOf`. */
export async function seenIn(tx: Queryable, tenantId: number, viewer: string): Promise<Sees | null> {
  if (viewer === everything) return { roles: [], rights: seesAll };
  const people = new Map((await readPeople(tx, tenantId)).map((person) => [person.viewer, person]));
  return viewer.split(' ').every((one) => people.has(one)) ? seenBy([...people.values()]) : null;
}

/** What a viewer may see at this moment, of several what all of them may; null when one of them may see nothing. */
export async function rightsOf(db: Db, tenantId: number, viewer: string): Promise<Rights | null> {
  if (viewer === everything) return seesAll;
  const viewers = viewer.split(' ');
  const people = await peopleOf(db, tenantId, viewers);
  return viewers.every((one) => people.has(one))
    ? commonRights([...people.values()].map(({ rights }) => rights))
    : null;
}

/** Which of these Slack users crema.yaml names by id: nothing has to be asked about them. */
export async function namedBySlackId(
  db: Db,
  tenantId: number,
  slackUserIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.query<{ id: string }>(sql`
    select slack_user_id as id from ops.people
    where tenant_id = ${tenantId} and slack_user_id = any (${slackUserIds}::text[])`);
  return new Set(rows.map(({ id }) => id));
}

/** Why an address leads to nobody who may ask. */
export type NoMatch =
  | { why: 'no operator' }
  | { why: 'inactive' }
  | { why: 'no role' }
  /** Several operators of one source have the address. */
  | { why: 'ambiguous'; source: string; operators: string[] };

/** Says why nobody who may ask has this address, by the CRM's operators. */
export async function whyNoMatch(db: Db, tenantId: number, email: string): Promise<NoMatch> {
  const rows = await db.query<{ source: string; id: string; active: boolean }>(sql`
    select source, id, deleted_at is null and active is distinct from false as active
    from crm.operators
    where tenant_id = ${tenantId} and ops.email_key(email) = ops.email_key(${email}) and id <> ''
    order by source, id`);
  if (rows.length === 0) return { why: 'no operator' };
  const active = rows.filter((row) => row.active);
  if (active.length === 0) return { why: 'inactive' };
  const several = [...Map.groupBy(active, ({ source }) => source)].find(([, same]) => same.length > 1);
  if (!several) return { why: 'no role' };
  return { why: 'ambiguous', source: several[0], operators: several[1].map(({ id }) => id) };
}

/**
 * A person by what the command line's `--as` names: Slack id, e-mail, operator id, person id or name of crema.yaml, or
 * Slack id, e-mail or name of somebody who has asked in Slack and is an operator. Null when nobody who may ask is meant.
 */
export async function findPersonNamed(db: Db, tenantId: number, text: string): Promise<Person | null> {
  const rows = await db.query<{ viewer: string }>(sql`
    select person_id as viewer, 1 as place from ops.people
    where tenant_id = ${tenantId}
      and lower(${text}) in (lower(slack_user_id), lower(email), lower(operator_id), lower(person_id), lower(name))
    union all
    select ${slackViewer('')} || slack_user_id, 2 from ops.slack_users
    where tenant_id = ${tenantId} and lower(${text}) in (lower(slack_user_id), ops.email_key(email), lower(name))
    order by place, viewer
    limit 20`);
  const people = await peopleOf(
    db,
    tenantId,
    rows.map(({ viewer }) => viewer),
  );
  return rows.map(({ viewer }) => people.get(viewer)).find((person) => person !== undefined) ?? null;
}

/**
 * Whoever may ask and has this address. The viewer is the one they are in Slack, where they are known there: what they want
 * of their digests is kept under it. Null when it is nobody's.
 */
export async function findPersonAt(db: Db, tenantId: number, address: string): Promise<Person | null> {
  const rows = await db.query<{ viewer: string }>(sql`
    select ${slackViewer('')} || slack_user_id as viewer, 1 as place from ops.people
    where tenant_id = ${tenantId} and slack_user_id is not null and ops.email_key(email) = ops.email_key(${address})
    union all
    select ${slackViewer('')} || slack_user_id, 2 from ops.slack_users
    where tenant_id = ${tenantId} and ops.email_key(email) = ops.email_key(${address})
    union all
    select person_id, 3 from ops.people
    where tenant_id = ${tenantId} and ops.email_key(email) = ops.email_key(${address})
    order by place, viewer
    limit 20`);
  const viewers = rows.map(({ viewer }) => viewer);
  const people = await peopleOf(db, tenantId, viewers);
  return viewers.map((viewer) => people.get(viewer)).find((person) => person !== undefined) ?? null;
}

export interface PeopleCount {
  /** In crema.yaml. */
  named: number;
  /** Slack users who are operators by their address, and members of the workspace who are nobody. */
  matched: number;
  unmatched: number;
}

/** Of the Slack users that were ever looked up; others have not asked, nor read what was shared. */
export async function countPeople(db: Db, tenantId: number): Promise<PeopleCount> {
  const users = await db.query<{ id: string; member: boolean }>(sql`
    select slack_user_id as id, standing = 'member' as member from ops.slack_users where tenant_id = ${tenantId}`);
  const people = await peopleOf(
    db,
    tenantId,
    users.map(({ id }) => slackViewer(id)),
  );
  const [row] = await db.query<{ named: number }>(sql`
    select count(*)::int as named from ops.people where tenant_id = ${tenantId}`);
  return {
    named: row?.named ?? 0,
    matched: [...people.values()].filter(({ configured }) => !configured).length,
    unmatched: users.filter(({ id, member }) => member && !people.has(slackViewer(id))).length,
  };
}

/** Whom a person without rights can ask: owners and admins by name, those of crema.yaml first. */
export async function administrators(
  db: Queryable,
  tenantId: number,
): Promise<{ name: string; slackUserId: string | null }[]> {
  return db.query(sql`
    select name, max("slackUserId") as "slackUserId" from (
      select coalesce(name, email, slack_user_id, person_id) as name, slack_user_id as "slackUserId", 1 as place, role
      from ops.people
      where tenant_id = ${tenantId} and role in ('owner', 'admin')
      union all
      select o.name, s.slack_user_id, 2, o.role
      from crm.operators o
      left join ops.slack_users s
        on s.tenant_id = o.tenant_id and s.standing = 'member' and ops.email_key(s.email) = ops.email_key(o.email)
      where o.tenant_id = ${tenantId} and o.role in ('owner', 'admin') and o.name <> ''
        and o.deleted_at is null and o.active is distinct from false
    ) known
    group by name
    order by min(place), max(role) desc, name
    limit 3`);
}
