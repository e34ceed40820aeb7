import sql from 'sql-template-tag';
import type { Db } from '../db/db.ts';

export interface Person {
  personId: string;
  name: string | null;
  role: 'agent' | 'supervisor' | 'admin' | 'owner' | 'executive';
}

/** The person behind a Slack user: by Slack id, else by the e-mail of the Slack profile; null for strangers. */
export async function findPerson(
  db: Db,
  tenantId: number,
  by: { slackUserId?: string; email?: string },
): Promise<Person | null> {
  const [row] = await db.query<Person>(sql`
    select person_id as "personId", name, role from ops.people
    where tenant_id = ${tenantId}
      and (slack_user_id = ${by.slackUserId ?? null} or (slack_user_id is null and lower(email) = lower(${by.email ?? null})))
    order by slack_user_id is null
    limit 1`);
  return row ?? null;
}

/** A person by what the command line's `--as` names: Slack id, e-mail, operator id, person id or name. */
export async function findPersonNamed(db: Db, tenantId: number, text: string): Promise<Person | null> {
  const [row] = await db.query<Person>(sql`
    select person_id as "personId", name, role from ops.people
    where tenant_id = ${tenantId}
      and lower(${text}) in (lower(slack_user_id), lower(email), lower(operator_id), lower(person_id), lower(name))
    order by person_id
    limit 1`);
  return row ?? null;
}

/** Whom a person without rights can ask: owners and admins by name. */
export async function administrators(
  db: Db,
  tenantId: number,
): Promise<{ name: string; slackUserId: string | null }[]> {
  return db.query(sql`
    select coalesce(name, email, slack_user_id, person_id) as name, slack_user_id as "slackUserId" from ops.people
    where tenant_id = ${tenantId} and role in ('owner', 'admin')
    order by role desc, name
    limit 3`);
}
