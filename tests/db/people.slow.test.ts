import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countPeople, findPersonNamed, peopleOf, whyNoMatch } from '../../src/answers/people.ts';
import { commonRights } from '../../src/answers/rights.ts';
import { readAs, slackViewer } from '../../src/db/viewer.ts';
import { rollups } from '../../src/rollups/index.ts';
import { insertTickets, makeTenant, useDatabase } from '../database.ts';

/*
 * Slack users who are operators by their e-mail address. Every combination of source, team and operator has one ticket,
 * named like `crm/1/anna`.
 */
const database = useDatabase();
let tenantId: number;
let tenants = 0;

interface Operator {
  source?: string;
  id: string;
  email?: string | null;
  role?: string | null;
  team?: string | null;
  supervisors?: string[];
  active?: boolean | null;
  deleted?: boolean;
}

async function operator(values: Operator): Promise<void> {
  const { source = 'crm', id, email = `${id}@x.test`, role = 'agent', team = null, active = true } = values;
  await database.db.run(sql`
    insert into crm.operators
      (tenant_id, source, id, name, email, role, team_id, supervisor_ids, active, deleted_at, version)
    values (${tenantId}, ${source}, ${id}, ${id.toUpperCase()}, ${email}, ${role}, ${team}, ${values.supervisors ?? []},
      ${active}, ${values.deleted ? '2026-01-01T00:00:00Z' : null}, 1)
    on conflict (tenant_id, source, id) do update set email = excluded.email, role = excluded.role,
      team_id = excluded.team_id, supervisor_ids = excluded.supervisor_ids, active = excluded.active,
      deleted_at = excluded.deleted_at`);
}

async function slackUser(id: string, email: string | null, standing = 'member'): Promise<string> {
  await database.db.run(sql`
    insert into ops.slack_users (tenant_id, slack_user_id, standing, name, email, checked_at)
    values (${tenantId}, ${id}, ${standing}, ${`${id} of Slack`}, ${email}, '2026-11-16T00:00:00Z')`);
  return slackViewer(id);
}

const seen = (...viewers: string[]) =>
  readAs(database.db, { tenantId, viewer: viewers.join(' ') }, async (reader) => {
    const rows = await reader.query<{ id: string }>(sql`select id from crm.tickets order by id`);
    return rows.map(({ id }) => id);
  });

async function company(): Promise<void> {
  tenants += 1;
  tenantId = await makeTenant(database.db, `people-${tenants}`);
  await database.db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    select ${tenantId}::bigint, source, id, 'Team ' || id, 1
    from unnest('{crm,chat}'::text[]) source, unnest('{1,2}'::text[]) id`);
  const tickets = ['crm', 'chat'].flatMap((source) =>
    ['1', '2', null].flatMap((team) =>
      ['anna', 'ben', null].map((op) => ({
        id: `${source}/${team ?? '-'}/${op ?? '-'}`,
        ...{ source, team_id: team, operator_id: op, created_at: '2026-11-10T10:00:00Z' },
      })),
    ),
  );
  await insertTickets(database.db, tenantId, tickets);
}

describe('a Slack user', () => {
  beforeEach(company);

  test('with an agent’s address sees the agent’s records, whatever the case of the address and the space around it', async () => {
    await operator({ id: 'anna', email: ' Anna@X.test\n' });
    expect(await seen(await slackUser('U1', 'aNNa@x.test '))).toEqual(['crm/-/anna', 'crm/1/anna', 'crm/2/anna']);
  });

  test('is not taken for somebody whose address only looks alike', async () => {
    await operator({ id: 'anna', email: 'kim@x.test' });
    expect(await seen(await slackUser('U1', '\u212Aim@x.test'))).toEqual([]);
  });

  test('with a supervisor’s address sees the team, and the operators that name the supervisor', async () => {
    await operator({ id: 'sue', role: 'supervisor', team: '2' });
    await operator({ id: 'anna', team: '1', supervisors: ['zoe', 'sue'] });
    await operator({ id: 'ben', team: '1' });
    const sue = await slackUser('U1', 'sue@x.test');
    expect(await seen(sue)).toEqual(['crm/-/anna', 'crm/1/anna', 'crm/2/-', 'crm/2/anna', 'crm/2/ben']);
    await operator({ id: 'anna', team: '1' });
    expect(await seen(sue)).toEqual(['crm/2/-', 'crm/2/anna', 'crm/2/ben']);
  });

  test.each(['admin', 'owner'])('with an %s’s address sees everything', async (role) => {
    await operator({ id: 'anna', role });
    expect(await seen(await slackUser('U1', 'anna@x.test'))).toHaveLength(18);
  });

  test.each(['other', 'unmapped', null])('sees nothing with the role %s', async (role) => {
    await operator({ id: 'anna', role });
    expect(await seen(await slackUser('U1', 'anna@x.test'))).toEqual([]);
    expect(await whyNoMatch(database.db, tenantId, 'anna@x.test')).toEqual({ why: 'no role' });
  });

  test.each([
    ['deactivated', { active: false }, 'inactive'],
    ['deleted', { deleted: true }, 'inactive'],
    ['given another address', { email: 'other@x.test' }, 'no operator'],
    ['given another role', { role: 'other' }, 'no role'],
  ])('sees nothing from the moment on that the operator is %s', async (_case, change, why) => {
    await operator({ id: 'anna', role: 'admin' });
    const viewer = await slackUser('U1', 'anna@x.test');
    expect(await seen(viewer)).toHaveLength(18);
    await operator({ id: 'anna', role: 'admin', ...change });
    expect(await seen(viewer)).toEqual([]);
    expect(await whyNoMatch(database.db, tenantId, 'ANNA@x.test')).toEqual({ why });
  });

  test('sees what a changed role and team give, at once', async () => {
    await operator({ id: 'sue', role: 'supervisor', team: '1' });
    const viewer = await slackUser('U1', 'sue@x.test');
    expect(await seen(viewer)).toContain('crm/1/-');
    await operator({ id: 'sue', role: 'supervisor', team: '2' });
    expect(await seen(viewer)).not.toContain('crm/1/-');
    await operator({ id: 'sue', role: 'agent', team: '2' });
    expect(await seen(viewer)).toEqual([]);
  });

  test('whose source does not say who is active is an operator', async () => {
    await operator({ id: 'anna', active: null });
    expect(await seen(await slackUser('U1', 'anna@x.test'))).toHaveLength(3);
  });

  test('is nobody where several operators of a source have the address, and still somebody in another source', async () => {
    await operator({ id: 'anna', email: 'team@x.test' });
    await operator({ id: 'ben', email: 'Team@x.test', role: 'other' });
    const viewer = await slackUser('U1', 'team@x.test');
    expect(await seen(viewer)).toEqual([]);
    expect(await whyNoMatch(database.db, tenantId, 'team@x.test')).toEqual({
      ...{ why: 'ambiguous', source: 'crm', operators: ['anna', 'ben'] },
    });
    await operator({ source: 'chat', id: 'ben', email: 'team@x.test' });
    expect(await seen(viewer)).toEqual(['chat/-/ben', 'chat/1/ben', 'chat/2/ben']);
    // One who has left does not count.
    await operator({ id: 'ben', email: 'team@x.test', active: false });
    expect(await seen(viewer)).toHaveLength(6);
  });

  test('who is an operator in two sources has the records of both, and everything only where both give that', async () => {
    await operator({ id: 'anna', email: 'a@x.test', team: '1' });
    await operator({ source: 'chat', id: 'ben', email: 'a@x.test', role: 'supervisor', team: '2' });
    const viewer = await slackUser('U1', 'a@x.test');
    const both = ['crm/-/anna', 'crm/1/anna', 'crm/2/anna', 'chat/2/-', 'chat/2/anna', 'chat/-/ben', 'chat/1/ben'];
    expect(await seen(viewer)).toEqual([...both, 'chat/2/ben'].sort());
    await operator({ source: 'chat', id: 'ben', email: 'a@x.test', role: 'owner', team: '2' });
    expect(await seen(viewer)).toEqual([...both, 'chat/2/ben'].sort());
    await operator({ id: 'anna', email: 'a@x.test', role: 'admin' });
    expect(await seen(viewer)).toHaveLength(18);
    expect((await peopleOf(database.db, tenantId, [viewer])).get(viewer)).toMatchObject({
      role: 'admin',
      own: [
        { source: 'chat', id: 'ben' },
        { source: 'crm', id: 'anna' },
      ],
    });
  });

  test.each(['guest', 'bot', 'deactivated', 'foreign'])(
    'who is a %s cannot even be kept with an address',
    async (as) => {
      await operator({ id: 'anna', role: 'owner' });
      await expect(slackUser('U1', 'anna@x.test', as)).rejects.toThrow(/check constraint/);
      expect(await seen(await slackUser('U1', null, as))).toEqual([]);
    },
  );

  test('is exactly what crema.yaml says, by Slack id or by address, whatever the CRM says', async () => {
    await operator({ id: 'anna', role: 'owner' });
    await operator({ id: 'ben', role: 'owner' });
    await database.db.run(sql`
      insert into ops.people (tenant_id, person_id, slack_user_id, email, role, source, operator_id)
      values (${tenantId}, 'U1', 'U1', null, 'agent', 'crm', 'ben'), (${tenantId}, 'b', null, 'BEN@x.test', 'supervisor', null, null)`);
    expect(await seen(await slackUser('U1', 'anna@x.test'))).toEqual(['crm/-/ben', 'crm/1/ben', 'crm/2/ben']);
    expect(await seen(await slackUser('U2', 'ben@x.test'))).toEqual([]);
  });

  test('of one tenant is nobody in another', async () => {
    await operator({ id: 'anna', role: 'owner' });
    const viewer = await slackUser('U1', 'anna@x.test');
    await company();
    expect(await seen(viewer)).toEqual([]);
  });

  test('without an address, or with an empty one, is no operator without an address', async () => {
    await operator({ id: 'anna', role: 'owner', email: '' });
    await operator({ id: 'ben', role: 'owner', email: null });
    expect(await seen(await slackUser('U1', null))).toEqual([]);
    expect(await seen(await slackUser('U2', ' '))).toEqual([]);
  });

  test('is counted as matched or not; guests and those of crema.yaml are neither', async () => {
    await operator({ id: 'anna' });
    await database.db.run(sql`
      insert into ops.people (tenant_id, person_id, email, role) values (${tenantId}, 'ben', 'ben@x.test', 'executive')`);
    for (const [id, email] of Object.entries({ U1: 'anna@x.test', U2: 'ben@x.test', U3: 'noor@x.test' }))
      await slackUser(id, email);
    await slackUser('U4', null, 'guest');
    expect(await countPeople(database.db, tenantId)).toEqual({ named: 1, matched: 1, unmatched: 1 });
  });

  test('is found for --as by Slack id, address and name once they are an operator', async () => {
    await slackUser('U1', 'anna@x.test');
    const found = async (text: string) => (await findPersonNamed(database.db, tenantId, text))?.viewer;
    expect(await found('U1')).toBeUndefined();
    await operator({ id: 'anna' });
    expect(await Promise.all(['u1', 'Anna@X.test', 'u1 of slack'].map(found))).toEqual(Array(3).fill('slack:U1'));
  });
});

describe('several viewers', () => {
  beforeAll(company);

  test('of whom one is nobody see nothing, and neither does everything in a list', async () => {
    await operator({ id: 'boss', role: 'owner' });
    const boss = await slackUser('U0', 'boss@x.test');
    expect(await seen(boss, boss)).toHaveLength(18);
    for (const viewer of [`${boss} slack:U404`, `${boss}  ${boss}`, ` ${boss}`, '* *', `* ${boss}`, `${boss} *`, '']) {
      expect(await seen(viewer), viewer).toEqual([]);
    }
  });

  const role = fc.constantFrom('agent', 'supervisor', 'admin', 'owner', 'other');
  const person = fc.record({
    role,
    team: fc.constantFrom('1', '2', null),
    // Ids that own tickets, so that rights overlap; the source tells people apart.
    leads: fc.constantFrom('anna', 'ben', null),
    chatRole: fc.option(role),
  });

  test('see what each of them sees and no more, and as much as the pure intersection says', async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(person, { minLength: 1, maxLength: 3 }), async (people) => {
        await database.db.run(sql`delete from crm.operators where tenant_id = ${tenantId}`);
        const led = (op: string) => people.flatMap(({ leads }, index) => (leads === op ? [`p${index}`] : []));
        for (const op of ['anna', 'ben']) await operator({ id: op, team: '1', supervisors: led(op) });
        const viewers: string[] = [];
        for (const [index, { role: mine, team, chatRole }] of people.entries()) {
          const email = `p${index}@x.test`;
          await operator({ id: `p${index}`, email, role: mine, team });
          if (chatRole)
            await operator({ source: 'chat', id: index === 0 ? 'anna' : `c${index}`, email, role: chatRole, team });
          viewers.push(await slackUser(`UP${n++}`, email));
        }
        const alone = await Promise.all(viewers.map((viewer) => seen(viewer)));
        const together = await seen(...viewers);
        for (const rows of alone) expect(together.filter((id) => !rows.includes(id))).toEqual([]);

        const known = await peopleOf(database.db, tenantId, viewers);
        const common = commonRights(
          viewers.map((viewer) => known.get(viewer)?.rights ?? { all: false, teams: [], operators: [] }),
        );
        const visible = (id: string) => {
          const [source, team, op] = id.split('/');
          const has = (list: readonly { source: string; id: string }[], one: string | undefined) =>
            list.some((each) => each.source === source && each.id === one);
          return common.all || has(common.teams, team) || has(common.operators, op);
        };
        const every = await readAs(database.db, { tenantId, viewer: '*' }, (reader) =>
          reader.query<{ id: string }>(sql`select id from crm.tickets order by id`),
        );
        expect(together).toEqual(every.map(({ id }) => id).filter(visible));
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

test.each(rollups.map(({ table, key }) => [table, key] as const))(
  '%s is read with the same rights',
  async (table, key) => {
    const [policy] = await database.db.query<{ qual: string }>(sql`
    select qual from pg_policies where (schemaname || '.' || tablename)::regclass = ${table}::regclass`);
    // What belongs to no operator and no team is the company's.
    const owned = key.includes('operator_id');
    expect(policy?.qual).toContain(owned ? 'viewer_operators' : 'viewer_sees_company');
    if (key.includes('team_id')) expect(policy?.qual).toContain('viewer_teams');
    await readAs(database.db, { tenantId, viewer: 'slack:U404 slack:U405' }, async (reader) => {
      expect(await reader.query(sql`select from ${raw(table)}`)).toEqual([]);
    });
  },
);
