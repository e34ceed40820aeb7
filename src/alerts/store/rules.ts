import sql, { type Sql } from 'sql-template-tag';
import type { Db, Queryable, Tx } from '../../db/db.ts';
import { lockNumbers } from '../../db/locks.ts';
import type { Moments } from '../../deliveries/ledger.ts';
import type { Look } from '../condition.ts';
import type { NewRule, Rule } from '../rule.ts';

const columns = sql`
  r.tenant_id as "tenantId", r.rule_id as "ruleId", r.name, r.kind, r.settings, r.policy, r.viewer, r.owner, r.state,
  r.state_reason as "stateReason", r.created_at as "createdAt", r.topics, r.next_look_at as "nextLookAt",
  r.looked_at as "lookedAt", r.health, r.health_reason as "healthReason", r.health_since as "healthSince", r.memory,
  r.demoted_at as "demotedAt"`;

/** A rule that this process has claimed, and the generation of data it looks at. */
export interface ClaimedRule extends Rule {
  claim: number;
  generation: number;
  /** Whether something it reads has changed since its last look; else only time has passed. */
  changed: boolean;
  /** The late streams it waited for at its last look. */
  healthStreams: string[];
}

async function read(db: Queryable, tenantId: number, where: Sql): Promise<Rule[]> {
  return db.query<Rule>(sql`
    select ${columns} from ops.alert_rules r where r.tenant_id = ${tenantId} and ${where} order by r.rule_id`);
}

/** All that have not ended. */
export function rulesOf(db: Queryable, tenantId: number): Promise<Rule[]> {
  return read(db, tenantId, sql`r.state <> 'ended'`);
}

export function rulesById(db: Queryable, tenantId: number, ruleIds: readonly number[]): Promise<Rule[]> {
  return read(db, tenantId, sql`r.rule_id = any (${ruleIds as number[]}::bigint[])`);
}

/** Those made by hand by somebody that have not ended. */
export function rulesMadeBy(db: Queryable, tenantId: number, owner: string): Promise<Rule[]> {
  return read(db, tenantId, sql`r.state <> 'ended' and r.name is null and r.owner = ${owner}`);
}

export async function ruleOf(db: Queryable, tenantId: number, ruleId: number): Promise<Rule | undefined> {
  return (await read(db, tenantId, sql`r.rule_id = ${ruleId}`))[0];
}

/** Those that have not been evaluated since then, for another reason than late data. */
export function unknownRules(db: Queryable, tenantId: number, since: Temporal.Instant): Promise<Rule[]> {
  return read(
    db,
    tenantId,
    sql`r.state = 'active' and r.health = 'unknown' and r.health_streams = '{}' and r.health_since <= ${since.toString()}::timestamptz`,
  );
}

/** By name or number. */
export async function findRule(db: Queryable, tenantId: number, text: string): Promise<Rule | undefined> {
  return (await read(db, tenantId, sql`r.state <> 'ended' and (r.name = ${text} or r.rule_id::text = ${text})`))[0];
}

/** A rule that is written anew as it was, at each start: it goes on where it stopped. */
const isSame = sql`(r.kind = excluded.kind and r.settings = excluded.settings and r.viewer = excluded.viewer and r.state <> 'ended')`;

/**
 * Writes a rule, or the one of that name anew; returns its number. Another kind, filter or threshold is looked at at once, and
 * remembers nothing; the same one goes on with what it missed.
 * One that somebody has paused or ended by hand stays so.
 */
export async function putRule(tx: Tx, tenantId: number, rule: NewRule, now: Temporal.Instant): Promise<number> {
  await lockNumbers(tx, tenantId);
  const { name = null, settings, policy, viewer, owner = null, topics, gapSeconds } = rule;
  const [row] = await tx.query<{ id: number }>(sql`
    insert into ops.alert_rules as r (tenant_id, rule_id, name, kind, settings, policy, viewer, owner, created_at, topics,
      gap_seconds, next_look_at)
    select ${tenantId}, coalesce(max(rule_id), 0) + 1, ${name}, ${settings.kind}, ${JSON.stringify(settings)}::jsonb,
      ${JSON.stringify(policy)}::jsonb, ${viewer}, ${owner}, ${now.toString()}::timestamptz, ${topics as string[]}::text[],
      ${gapSeconds}, ${now.toString()}::timestamptz
    from ops.alert_rules where tenant_id = ${tenantId}
    on conflict (tenant_id, name) do update
    set kind = excluded.kind, settings = excluded.settings, policy = excluded.policy, viewer = excluded.viewer,
      topics = excluded.topics, gap_seconds = excluded.gap_seconds, next_look_at = excluded.next_look_at,
      looked_at = case when ${isSame} then r.looked_at end, memory = case when ${isSame} then r.memory else '{}' end,
      state = case when r.state = 'ended' and r.state_reason = ${takenOut} then 'active' else r.state end
    returning rule_id as id`);
  return row!.id;
}

/** Why one of crema.yaml has ended. */
export const takenOut = 'not in crema.yaml any more';

/** Rules of crema.yaml that are not among these names and have not ended. */
export async function othersOfFile(db: Queryable, tenantId: number, names: readonly string[]): Promise<number[]> {
  const rows = await db.query<{ id: number }>(sql`
    select rule_id as id from ops.alert_rules
    where tenant_id = ${tenantId} and name is not null and name <> all (${names as string[]}::text[]) and state <> 'ended'`);
  return rows.map(({ id }) => id);
}

/** See `changeRuleState`, which also closes what the rule fired for. */
export async function setRuleState(
  tx: Queryable,
  tenantId: number,
  ruleId: number,
  { state, reason, now }: { state: Rule['state']; reason: string | null; now: Temporal.Instant },
): Promise<boolean> {
  const touched = await tx.run(sql`
    update ops.alert_rules
    set state = ${state}, state_reason = ${reason}, state_at = ${now.toString()}, next_look_at = ${now.toString()},
      looked_at = null
    where tenant_id = ${tenantId} and rule_id = ${ruleId} and state <> ${state} and state <> 'ended'`);
  return touched > 0;
}

/** A rule is a process's for so long; then another one looks at it. */
const leaseSeconds = 60;

/** Clocks of replicas may differ by so much; further ahead means that the clock was set back. */
const setBackMinutes = 2;

/**
 * Rules that follow changes at once (`urgent`), or those that wait for a gap between looks (`patient`): thousands of the
 * latter may be due together, and nobody waits for those to hear of a ticket.
 */
export type Lane = 'urgent' | 'patient' | 'all';

/**
 * Takes rules that are due: by time, or because what they read has changed. Committed by itself; a process that dies is
 * followed by another one when the lease has run out, and what it would have written then does not count. Those that follow
 * changes the closest come first.
 */
export async function claimRules(
  db: Db,
  tenantId: number,
  { now, machine }: Moments,
  { most, lane }: { most: number; lane: Lane },
): Promise<ClaimedRule[]> {
  const ofLane = { urgent: sql`d.gap_seconds = 0`, patient: sql`d.gap_seconds > 0`, all: sql`true` }[lane];
  return db.query<ClaimedRule>(sql`
    with generation as (
      select coalesce(max(generation), 0) as latest from ops.data_changes where tenant_id = ${tenantId}
    ), due as (
      select d.rule_id, c.changed from ops.alert_rules d
      cross join lateral (
        select exists (
          select from ops.data_changes c
          where c.tenant_id = ${tenantId} and c.topic = any (d.topics) and c.generation > d.seen
        ) as changed
      ) as c
      where d.tenant_id = ${tenantId} and d.state = 'active' and ${ofLane}
        and (d.claimed_until is null or d.claimed_until < ${machine.toString()}::timestamptz)
        and (d.next_look_at <= ${now.toString()}::timestamptz
          or d.looked_at > ${now.add({ minutes: setBackMinutes }).toString()}::timestamptz
          or (c.changed and (d.looked_at is null
            or d.looked_at <= ${now.toString()}::timestamptz - d.gap_seconds * interval '1 second')))
      order by d.gap_seconds, d.next_look_at, d.rule_id
      limit ${most}
      for update of d skip locked
    )
    update ops.alert_rules r
    set claim = r.claim + 1, claimed_until = ${machine.add({ seconds: leaseSeconds }).toString()}::timestamptz
    from due, generation
    where r.tenant_id = ${tenantId} and r.rule_id = due.rule_id
    returning ${columns}, r.claim, r.health_streams as "healthStreams", generation.latest as generation, due.changed or r.looked_at is null as changed`);
}

/** Which of some rules are still this process's; nobody else changes or looks at those until the transaction ends. */
export async function holdRules(tx: Tx, tenantId: number, rules: readonly ClaimedRule[]): Promise<Set<number>> {
  const values = rules.map(({ ruleId, claim }) => ({ rule: ruleId, claim }));
  const rows = await tx.query<{ id: number }>(sql`
    select r.rule_id as id from ops.alert_rules r
    join jsonb_to_recordset(${JSON.stringify(values)}::jsonb) as v (rule bigint, claim bigint)
      on r.rule_id = v.rule and r.claim = v.claim
    where r.tenant_id = ${tenantId} and r.state = 'active'
    order by r.rule_id for update of r`);
  return new Set(rows.map(({ id }) => id));
}

/** What a look leaves behind at the rule. */
export interface LookedAt {
  rule: ClaimedRule;
  look: Look;
  nextLookAt: Temporal.Instant;
}

/** Writes what looks came to, of those that are still this process's; returns which ones. Locks them until the end. */
export async function recordLooks(tx: Tx, looks: readonly LookedAt[], now: Temporal.Instant): Promise<Set<number>> {
  const [first] = looks;
  if (!first) return new Set();
  const values = looks.map(({ rule, look, nextLookAt }) => ({
    rule: rule.ruleId,
    claim: rule.claim,
    seen: rule.generation,
    next: nextLookAt.toString(),
    health: look.kind === 'unknown' ? 'unknown' : 'ok',
    reason: look.kind === 'unknown' ? look.reason : null,
    streams: look.kind === 'unknown' ? (look.late ?? []) : [],
    memory: look.kind === 'conditions' ? (look.memory ?? null) : null,
  }));
  const rows = await tx.query<{ id: number }>(sql`
    update ops.alert_rules r
    set looked_at = ${now.toString()}, seen = v.seen, next_look_at = v.next, claimed_until = null,
      health_since = case when r.health = v.health then r.health_since else ${now.toString()}::timestamptz end,
      health = v.health, health_reason = v.reason,
      health_streams = array(select jsonb_array_elements_text(v.streams)), memory = coalesce(v.memory, r.memory)
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
      as v (rule bigint, claim bigint, seen bigint, next timestamptz, health text, reason text, streams jsonb, memory jsonb)
    where r.tenant_id = ${first.rule.tenantId} and r.rule_id = v.rule and r.claim = v.claim and r.state = 'active'
    returning r.rule_id as id`);
  return new Set(rows.map(({ id }) => id));
}

/** Rules that cannot be evaluated because of late streams, with those streams. */
export function waitingRules(db: Queryable, tenantId: number): Promise<{ title: string; streams: string[] }[]> {
  return db.query(sql`
    select policy ->> 'title' as title, health_streams as streams from ops.alert_rules
    where tenant_id = ${tenantId} and state = 'active' and health = 'unknown' and health_streams <> '{}'
    order by rule_id`);
}

/** All active rules but these are to be looked at at once. */
export async function lookAtOthersSoon(
  tx: Queryable,
  tenantId: number,
  ruleIds: readonly number[],
  at: Temporal.Instant,
): Promise<void> {
  await tx.run(sql`
    update ops.alert_rules set next_look_at = ${at.toString()}::timestamptz
    where tenant_id = ${tenantId} and rule_id <> all (${ruleIds as number[]}::bigint[]) and state = 'active'
      and next_look_at > ${at.toString()}::timestamptz`);
}

/** The rule is to be looked at at once: somebody has acted on an incident of it. */
export async function lookSoon(tx: Queryable, tenantId: number, ruleId: number, at: Temporal.Instant): Promise<void> {
  await tx.run(sql`
    update ops.alert_rules set next_look_at = least(next_look_at, ${at.toString()}::timestamptz)
    where tenant_id = ${tenantId} and rule_id = ${ruleId}`);
}

/** How alerts stand, for whoever watches the process: incidents that are told and not over, rules by their health. */
export async function alertStanding(
  db: Queryable,
  tenantId: number,
): Promise<{ openIncidents: number; rules: Record<string, number> }> {
  const rules = await db.query<{ health: string; count: number }>(sql`
    select case when state = 'paused' then 'paused' else health end as health, count(*)::int as count
    from ops.alert_rules where tenant_id = ${tenantId} and state <> 'ended' group by 1`);
  const [open] = await db.query<{ count: number }>(sql`
    select count(*)::int as count from ops.alert_incidents where tenant_id = ${tenantId} and state = 'firing'`);
  return {
    openIncidents: open?.count ?? 0,
    rules: Object.fromEntries(rules.map(({ health, count }) => [health, count])),
  };
}
