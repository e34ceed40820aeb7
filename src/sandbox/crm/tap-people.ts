import { accounts } from '../company/accounts.ts';
import { activityOf } from '../company/activity.ts';
import { isoTime } from '../company/company.ts';
import { operators, teams } from '../company/staff.ts';
import { inOrder, type TapRecord, type TapStream, text, texts, time, truth } from './tap-stream.ts';
import type { World } from './world.ts';

/** Before anything else: teams and accounts were always there. */
const longBefore = 700;

/** Who there is: accounts, teams, operators (the staff, and the customers' people), and when they were at work. */
export function peopleStreams(world: World): TapStream[] {
  const { company } = world;
  return [
    {
      name: 'accounts',
      entity: 'account',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: { id: text, name: text, created_at: time, demo: truth, updated_at: time },
      fields: { id: 'id', name: 'name', created_at: 'created_at', demo: 'demo' },
      records: (now, since) =>
        accounts
          .map(({ id, name, demo }, index) => {
            const createdAt = company.dayStart(index * 11 - longBefore);
            const at = isoTime(createdAt);
            return { updatedAt: createdAt, record: { id, name, created_at: at, demo, updated_at: at } };
          })
          .filter(({ updatedAt }) => updatedAt >= since && updatedAt < now),
    },
    {
      name: 'teams',
      entity: 'team',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: { id: text, name: text, updated_at: time },
      fields: { id: 'id', name: 'name' },
      records(now, since) {
        const updatedAt = company.dayStart(-longBefore);
        if (updatedAt < since || updatedAt >= now) return [];
        return teams.map(({ id, name }) => ({ updatedAt, record: { id, name, updated_at: isoTime(updatedAt) } }));
      },
    },
    {
      name: 'operators',
      entity: 'operator',
      keys: ['id'],
      replication: 'INCREMENTAL',
      columns: {
        ...{ id: text, name: text, email: text, role: text, type: text, team: text, supervisors: texts },
        ...{ account: text, active: truth, status: text, joined: time, updated_at: time },
      },
      fields: {
        ...{ id: 'id', name: 'name', email: 'email', role: 'role', type: 'type', team_id: 'team' },
        ...{ supervisor_ids: 'supervisors', account_id: 'account', active: 'active', status: 'status' },
        created_at: 'joined',
      },
      records: (now, since) =>
        inOrder(
          [...staffRecords(world, now), ...userRecords(world, now)].filter(({ updatedAt }) => updatedAt >= since),
          'id',
        ),
    },
    {
      name: 'activity',
      entity: 'activity',
      keys: ['operator', 'at'],
      replication: 'INCREMENTAL',
      columns: { operator: text, at: time, account: text, updated_at: time },
      fields: { operator_id: 'operator', at: 'at', account_id: 'account' },
      records(now, since) {
        const records: TapRecord[] = [];
        const last = company.dayAt(now);
        for (let number = Math.max(0, company.dayAt(Math.max(since, company.start)) - 1); number <= last; number++) {
          for (const { operatorId, at, accountId } of activityOf(company, number, world.accountUsers)) {
            if (at < since || at >= now) continue;
            const moment = isoTime(at);
            const record = { operator: operatorId, at: moment, account: accountId ?? null, updated_at: moment };
            records.push({ updatedAt: at, record });
          }
        }
        return inOrder(records, 'operator');
      },
    },
  ];
}

/** When the one agent who left the company did. */
const leftAfterDays = 300;

function staffRecords({ company }: World, now: number): TapRecord[] {
  return operators.flatMap((operator) => {
    const joinedAt = company.dayStart(operator.joinedAfterDays);
    if (joinedAt >= now) return [];
    const leftAt = operator.active ? undefined : company.dayStart(leftAfterDays);
    const left = leftAt !== undefined && leftAt < now;
    const updatedAt = left ? leftAt : joinedAt;
    const above = operators.filter(
      (other) => other.role === 'supervisor' && other.teamId === operator.teamId && other !== operator,
    );
    const { id, name, email, role, type, teamId } = operator;
    const record = {
      ...{ id, name, email, role, type, team: teamId ?? null, supervisors: above.map((one) => one.id) },
      ...{ account: null, active: !left, status: left ? 'offline' : operator.active ? operator.status : 'online' },
      ...{ joined: isoTime(joinedAt), updated_at: isoTime(updatedAt) },
    };
    return [{ updatedAt, record }];
  });
}

function userRecords({ accountUsers }: World, now: number): TapRecord[] {
  return accountUsers.flatMap(({ id, name, email, role, type, accountId, joinedAt, leftAt }) => {
    if (joinedAt >= now) return [];
    const left = leftAt !== undefined && leftAt < now;
    const updatedAt = left ? leftAt : joinedAt;
    const record = {
      ...{ id, name, email, role, type, team: null, supervisors: [], account: accountId, active: !left },
      ...{ status: null, joined: isoTime(joinedAt), updated_at: isoTime(updatedAt) },
    };
    return [{ updatedAt, record }];
  });
}
