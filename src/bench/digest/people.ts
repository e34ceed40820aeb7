import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Person } from '../../sandbox/workspace.ts';
import { source, teams } from '../company.ts';

/** One in 50 sees everything, one in 7 a team, all others themselves. */
const oneSeesAllOf = 50;
const oneSupervisorOf = 7;

/** The Slack id of the reader of a number, from 1. */
export function readerId(number: number): string {
  return `U0BENCH${String(number).padStart(4, '0')}`;
}

/** So many readers of Slack: each an operator of the company, with the rights of their role. */
export async function makeReaders(db: Db, { tenantId }: Tenant, readers: number): Promise<void> {
  await db.run(sql`
    insert into ops.people (tenant_id, person_id, name, slack_user_id, role, source, operator_id, team_ids)
    select ${tenantId}::bigint, 'reader-' || i, 'Reader ' || i, 'U0BENCH' || lpad(i::text, 4, '0'), role, ${source},
      'operator-' || i, case role when 'supervisor' then array['team-' || 1 + i % ${teams}::int] else '{}' end
    from generate_series(1, ${readers}::int) as g (i)
    cross join lateral (
      select case when i % ${oneSeesAllOf}::int = 0 then 'executive' when i % ${oneSupervisorOf}::int = 0 then 'supervisor'
        else 'agent' end as role
    ) as r`);
}

/** The same people for the sandbox's directory. */
export function readerInSlack(number: number): Person {
  return {
    ...{ id: readerId(number), name: `reader-${number}`, realName: `Reader ${number}` },
    ...{ email: `reader-${number}@example.com`, title: '', locale: 'en-US', tz: 'Europe/Berlin' },
    ...{ isBot: false, isAdmin: false, isOwner: false, deleted: false },
  };
}
