import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../src/db/db.ts';
import { makeTenant } from '../database.ts';
import { type Asker, settle } from './asking.ts';

/*
 * Two tenants in one database, with the same ids of everything and other rights for the same people. Records belong to
 * cells: whose they are. A cell has a number of records of its own, a power of two, so that any count says whose records
 * were counted; and every id, name and channel of a record says its cell, so that whatever shows where it may not is
 * known by its text.
 */
export const tenantNames = ['ours', 'theirs'] as const;
export type TenantName = (typeof tenantNames)[number];

export interface Owned {
  source: string;
  team: string | null;
  operator: string | null;
}

export const cells: readonly Owned[] = [
  { source: 'crm', team: '1', operator: 'anna' },
  { source: 'crm', team: '1', operator: 'ben' },
  { source: 'crm', team: '2', operator: 'carl' },
  { source: 'crm', team: '2', operator: 'anna' },
  { source: 'crm', team: null, operator: 'carl' },
  { source: 'crm', team: null, operator: null },
  { source: 'chat', team: '1', operator: 'anna' },
  { source: 'crm', team: '1', operator: null },
  { source: 'crm', team: '2', operator: 'gone' },
];

/**
 * Records of a cell per group. Of the other tenant the same numbers in other cells and one record more in all, so that
 * nobody sees as many of one as of the other.
 */
const weightOf = (tenant: TenantName, cell: number) => {
  if (tenant === 'ours') return 2 ** cell;
  const turned = (cell + 4) % cells.length;
  return 2 ** turned + (turned === cells.length - 1 ? 1 : 0);
};

export const now = {
  usual: '2026-11-20T12:00:00Z',
  /** While the tickets of the week are answered but open: stored facts lie ahead. */
  past: '2026-11-12T12:00:00Z',
  /** Half an hour before the first response of some tickets is due. */
  urgent: '2026-11-25T12:00:00Z',
};

interface Course {
  priority: string;
  created: string;
  answered: string | null;
  resolved: string | null;
  /** The CRM's flag; where it says missed, the policy says met. */
  flag: boolean | null;
  /** When the targets of what never comes pass. */
  breaches: { first: string | null; resolution: string | null };
}

const inTime = { first: null, resolution: null };
const courses: Record<string, Course> = {
  week: {
    ...{ priority: 'low', created: '2026-11-10T10:00:00Z', answered: '2026-11-10T11:00:00Z' },
    ...{ resolved: '2026-11-13T10:00:00Z', flag: false, breaches: inTime },
  },
  open: {
    ...{ priority: 'low', created: '2026-11-03T10:00:00Z', answered: '2026-11-03T11:00:00Z' },
    ...{ resolved: null, flag: null, breaches: { first: null, resolution: '2026-11-08T10:00:00Z' } },
  },
  today: {
    ...{ priority: 'low', created: '2026-11-20T06:00:00Z', answered: '2026-11-20T06:30:00Z' },
    ...{ resolved: '2026-11-20T08:00:00Z', flag: false, breaches: inTime },
  },
  urgent: {
    ...{ priority: 'critical', created: '2026-11-25T11:30:00Z', answered: null, resolved: null, flag: null },
    breaches: { first: '2026-11-25T12:30:00Z', resolution: '2026-11-25T15:30:00Z' },
  },
};
const surveyed = ['2026-11-03T10:00:00Z', '2026-11-10T10:00:00Z', '2026-11-20T08:00:00Z'];

interface Base extends Owned {
  id: string;
  cell: number;
  account: string;
}
export interface Ticket extends Base, Course {
  entity: 'ticket';
  channel: string;
  status: string;
}
export interface Survey extends Base {
  entity: 'survey';
  kind: 'csat' | 'nps';
  created: string;
}
export type Rec = Ticket | Survey;

/** Every record of a tenant. */
export function recordsOf(tenant: TenantName): Rec[] {
  return cells.flatMap((owned, cell) =>
    Array.from({ length: weightOf(tenant, cell) }, (_, n) => {
      const base = { ...owned, cell, account: `acc${cell}-${n % 30}` };
      const tickets = Object.entries(courses).map(
        ([name, course]): Ticket => ({
          ...{ ...base, ...course, entity: 'ticket', id: `k${cell}-${name}-${n}`, channel: `via${cell}-${n % 25}` },
          status: course.resolved ? 'resolved' : 'open',
        }),
      );
      const surveys = surveyed.flatMap((created, at) =>
        (['csat', 'nps'] as const).map(
          (kind): Survey => ({ ...base, entity: 'survey', id: `k${cell}-${kind}-${at}-${n}`, kind, created }),
        ),
      );
      return [...tickets, ...surveys];
    }).flat(),
  );
}

/** Teams and operators somebody may see the records of, as `source/id`. */
export type Grants = 'all' | { teams: readonly string[]; operators: readonly string[] };

const nothing: Grants = { teams: [], operators: [] };

/** Who asks, and what each tenant lets them see, worked out by hand from the rows below. */
export const viewers: readonly { id: string; who: string; sees: Record<TenantName, Grants> }[] = [
  { id: '*', who: 'Crema itself', sees: { ours: 'all', theirs: 'all' } },
  { id: 'owner', who: 'owner', sees: { ours: 'all', theirs: nothing } },
  { id: 'admin', who: 'admin', sees: { ours: 'all', theirs: nothing } },
  { id: 'executive', who: 'executive', sees: { ours: 'all', theirs: nothing } },
  {
    id: 'lead',
    who: 'supervisor by a team of crema.yaml',
    sees: {
      ours: { teams: ['crm/2'], operators: ['crm/carl', 'crm/gone'] },
      theirs: { teams: ['crm/1', 'chat/1'], operators: ['crm/anna', 'crm/ben', 'crm/sue', 'chat/anna'] },
    },
  },
  { id: 'agent', who: 'agent, owner there', sees: { ours: { teams: [], operators: ['crm/anna'] }, theirs: 'all' } },
  {
    id: 'agent-anywhere',
    who: 'agent of any source',
    sees: { ours: { teams: [], operators: ['crm/anna', 'chat/anna'] }, theirs: nothing },
  },
  {
    id: 'slack:sue',
    who: 'supervisor by e-mail, deactivated there',
    sees: { ours: { teams: ['crm/1'], operators: ['crm/anna', 'crm/ben', 'crm/sue'] }, theirs: nothing },
  },
  {
    id: 'slack:zoe',
    who: 'supervisor by supervisor_ids, agent there',
    sees: {
      ours: { teams: [], operators: ['crm/carl', 'crm/zoe'] },
      theirs: { teams: [], operators: ['crm/zoe'] },
    },
  },
  { id: 'slack:ben', who: 'agent, admin there', sees: { ours: { teams: [], operators: ['crm/ben'] }, theirs: 'all' } },
  {
    id: 'slack:anna',
    who: 'agent of two sources',
    sees: {
      ours: { teams: [], operators: ['crm/anna', 'chat/anna'] },
      theirs: { teams: [], operators: ['crm/anna', 'chat/anna'] },
    },
  },
  {
    id: 'slack:stranger',
    who: 'stranger, agent there',
    sees: { ours: nothing, theirs: { teams: [], operators: ['crm/carl'] } },
  },
  { id: 'slack:gone', who: 'deactivated admin', sees: { ours: nothing, theirs: nothing } },
  { id: 'slack:guest', who: 'guest with an admin’s address', sees: { ours: nothing, theirs: nothing } },
  { id: 'owner-there', who: 'owner of the other tenant', sees: { ours: nothing, theirs: 'all' } },
  { id: '', who: 'nobody', sees: { ours: nothing, theirs: nothing } },
];

/** What two people asking together may see: what both may. */
export function common(some: Grants, other: Grants): Grants {
  if (some === 'all') return other;
  if (other === 'all') return some;
  const both = (a: readonly string[], b: readonly string[]) => a.filter((one) => b.includes(one));
  return { teams: both(some.teams, other.teams), operators: both(some.operators, other.operators) };
}

export function maySee(grants: Grants, { source, team, operator }: Owned): boolean {
  if (grants === 'all') return true;
  return grants.teams.includes(`${source}/${team}`) || grants.operators.includes(`${source}/${operator}`);
}

interface OperatorRow {
  id: string;
  source?: string;
  team?: string;
  role?: string;
  email?: string;
  supervisors?: string[];
  active?: boolean;
}

const operators: Record<TenantName, readonly OperatorRow[]> = {
  ours: [
    { id: 'anna', team: '1' },
    { id: 'ben', team: '1' },
    { id: 'carl', team: '2', supervisors: ['zoe'] },
    { id: 'gone', team: '2', role: 'admin', active: false },
    { id: 'sue', team: '1', role: 'supervisor' },
    { id: 'zoe', role: 'supervisor' },
    { id: 'anna', source: 'chat', team: '1' },
  ],
  theirs: [
    { id: 'anna', team: '1' },
    { id: 'ben', team: '1', role: 'admin' },
    { id: 'carl', team: '2', supervisors: ['zoe'], email: 'stranger@x.test' },
    { id: 'gone', team: '2', role: 'owner', active: false },
    { id: 'sue', team: '1', role: 'supervisor', active: false },
    { id: 'zoe' },
    { id: 'anna', source: 'chat', team: '1' },
  ],
};

/** Of crema.yaml: id, role, source, operator, teams. */
const people: Record<TenantName, readonly [string, string, string | null, string | null, string[]][]> = {
  ours: [
    ['owner', 'owner', null, null, []],
    ['admin', 'admin', null, null, []],
    ['executive', 'executive', null, null, []],
    ['lead', 'supervisor', 'crm', null, ['2']],
    ['agent', 'agent', 'crm', 'anna', []],
    ['agent-anywhere', 'agent', null, 'anna', []],
  ],
  theirs: [
    ['owner-there', 'owner', null, null, []],
    ['lead', 'supervisor', null, null, ['1']],
    ['agent', 'owner', null, null, []],
  ],
};

export const teamName = (tenant: TenantName, source: string, id: string) => `${tenant} Team ${source} ${id}`;
export const operatorName = (tenant: TenantName, source: string, id: string) => `${tenant} Operator ${source} ${id}`;
export const accountName = (tenant: TenantName, id: string) => `${tenant} account ${id.slice('acc'.length)}`;

/** Writes a tenant with its people and records, evaluates and aggregates it. */
export async function makeCompany(db: Db, tenant: TenantName): Promise<Asker> {
  const tenantId = await makeTenant(db, tenant);
  const records = recordsOf(tenant);
  const insert = (table: string, columns: Record<string, string>, rows: readonly object[]) =>
    db.run(sql`
      insert into ${raw(table)} (tenant_id, version, ${raw(Object.keys(columns).join(', '))})
      select ${tenantId}::bigint, 1, r.* from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r (${raw(
          Object.entries(columns)
            .map(([name, type]) => `${name} ${type}`)
            .join(', '),
        )})`);
  const named = { source: 'text', id: 'text', name: 'text' };
  const teams = [
    ['crm', '1'],
    ['crm', '2'],
    ['chat', '1'],
  ] as const;
  await insert(
    'crm.teams',
    named,
    teams.map(([source, id]) => ({ source, id, name: teamName(tenant, source, id) })),
  );
  const accounts = [...new Map(records.map(({ account, source }) => [account, source]))];
  await insert(
    'crm.accounts',
    named,
    accounts.map(([id, source]) => ({ source, id, name: accountName(tenant, id) })),
  );
  await insert(
    'crm.operators',
    { ...named, email: 'text', role: 'text', team_id: 'text', supervisor_ids: 'text[]', active: 'boolean' },
    operators[tenant].map(({ id, source = 'crm', team, role = 'agent', email, supervisors = [], active = true }) => ({
      ...{ source, id, name: operatorName(tenant, source, id), email: email ?? `${id}@x.test`, role },
      ...{ team_id: team ?? null, supervisor_ids: supervisors, active },
    })),
  );
  const keys = { source: 'text', id: 'text', team_id: 'text', operator_id: 'text', account_id: 'text' };
  const keysOf = ({ source, id, team, operator, account }: Rec) => ({
    ...{ source, id, team_id: team, operator_id: operator, account_id: account },
  });
  const instant = 'timestamptz';
  await insert(
    'crm.tickets',
    {
      ...{ ...keys, channel: 'text', priority: 'text', status: 'text', sla_met: 'boolean' },
      ...{ created_at: instant, first_response_at: instant, resolved_at: instant },
    },
    records.flatMap((record) => {
      if (record.entity !== 'ticket') return [];
      const { channel, priority, status, flag, created, answered, resolved } = record;
      return {
        ...{ ...keysOf(record), channel, priority, status, sla_met: flag },
        ...{ created_at: created, first_response_at: answered, resolved_at: resolved },
      };
    }),
  );
  await insert(
    'crm.surveys',
    { ...keys, kind: 'text', score: 'int', answered_at: instant },
    records.flatMap((record) => {
      if (record.entity !== 'survey') return [];
      const { kind, created } = record;
      return { ...keysOf(record), kind, score: kind === 'csat' ? 4 : 9, answered_at: created };
    }),
  );
  for (const [id, role, source, operator, teams] of people[tenant])
    await db.run(sql`
      insert into ops.people (tenant_id, person_id, role, source, operator_id, team_ids)
      values (${tenantId}, ${id}, ${role}, ${source}, ${operator}, ${teams})`);
  for (const id of ['sue', 'zoe', 'ben', 'anna', 'stranger', 'gone'])
    await db.run(sql`
      insert into ops.slack_users (tenant_id, slack_user_id, standing, name, email, checked_at)
      values (${tenantId}, ${id}, 'member', ${id}, ${`${id}@x.test`}, ${now.usual})`);
  await db.run(sql`
    insert into ops.slack_users (tenant_id, slack_user_id, standing, name, checked_at)
    values (${tenantId}, 'guest', 'guest', 'guest', ${now.usual})`);
  const asker = { db, tenantId, timezone: 'UTC', now: now.usual };
  await settle(asker, { crm: now.usual, chat: now.usual });
  return asker;
}
