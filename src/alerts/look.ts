import { isDeepStrictEqual } from 'node:util';
import sql from 'sql-template-tag';
import { noteChange } from '../db/changes.ts';
import type { Db, Queryable } from '../db/db.ts';
import type { Moments } from '../deliveries/ledger.ts';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { OpenTime } from '../sla/open-time.ts';
import { fingerprintOf, type Look } from './condition.ts';
import { roomOf } from './kinds/index.ts';
import type { LateStream, LookContext } from './kinds/room.ts';
import type { Rule } from './rule.ts';
import { foresee, type Settled, settle } from './settle.ts';
import { earliest, type Instance } from './stages/advance.ts';
import { openIncidentsOf } from './store/incidents.ts';
import { instancesOf } from './store/instances.ts';
import {
  type ClaimedRule,
  claimRules,
  holdRules,
  type Lane,
  type LookedAt,
  lookAtOthersSoon,
  recordLooks,
} from './store/rules.ts';
import { silencesAt } from './store/silences.ts';
import { isOfMember, teamIncidents } from './store/teams.ts';

/** Rules looked at together: what they share is read once, and replicas share the rest. */
const atOnce = 500;

/** Rules whose state is written at the same time. */
const settledAtOnce = 4;

/** Looks may bear on other rules: late data mutes them, and what is muted is told of with it. So often in one turn. */
const mostStirs = 4;

export interface LookDeps {
  db: Db;
  log: Log;
  /** Without what is read at each turn: the moment, late streams. */
  context: Omit<LookContext, 'now' | 'lateStreams' | 'db' | 'log'>;
  calendar: (name: string) => OpenTime | undefined;
  observe?: AlertObserver;
}

export interface TurnOptions {
  lane?: Lane;
  /** Asked between claims: a turn over many rules ends early, and what is left stays due. */
  isStopping?: () => boolean;
}

export interface AlertObserver {
  /** One look at so many rules of a kind. */
  looked(kind: string, outcome: Look['kind'], rules: number): void;
  /** `secondsLate`: from when a rule was due by time until it was looked at, of the business clock. */
  turn(seconds: number, rules: number, secondsLate: number): void;
  /** People were told, `secondsAfter` its cause, by the business clock. */
  told(kind: string, reason: string, secondsAfter: number): void;
}

/**
 * Looks at all rules of a lane that are due now, as of one moment; returns how many there were. A rule whose kind breaks is
 * not known, which is told as such; a rule whose state cannot be written is looked at again.
 */
export async function lookAtDue(
  deps: LookDeps,
  moments: Moments,
  { lane = 'all', isStopping = () => false }: TurnOptions = {},
): Promise<number> {
  const { tenantId } = deps.context.tenant;
  let looked = 0;
  let stirs = 0;
  let shared = { generation: -1, answers: new Map<string, Promise<unknown>>() };
  while (!isStopping()) {
    const claimed = await claimRules(deps.db, tenantId, moments, { most: atOnce, lane });
    const [first] = claimed;
    if (!first) break;
    // Rules are said to have seen the data of their claim: what was asked of older data does not count for them.
    if (first.generation !== shared.generation) shared = { generation: first.generation, answers: new Map() };
    const isStirred = await lookAt(
      { ...deps, context: { ...deps.context, answers: shared.answers } },
      claimed,
      moments,
    );
    looked += claimed.length;
    if (claimed.length < atOnce && !(isStirred && ++stirs <= mostStirs)) break;
  }
  return looked;
}

/** Returns whether other rules are to be looked at because of it. */
async function lookAt(deps: LookDeps, rules: readonly ClaimedRule[], moments: Moments): Promise<boolean> {
  const { db, log, observe } = deps;
  const { tenantId } = deps.context.tenant;
  const started = performance.now();
  const late = rules.map(({ nextLookAt }) => nextLookAt.until(moments.now).total('seconds'));
  const lateStreams = await lateStreamsAt(db, tenantId, moments.now);
  const looks = await looksOf({ ...deps.context, db, log, now: moments.now, lateStreams }, rules);
  const known = await instancesOf(
    db,
    tenantId,
    rules.map(({ ruleId }) => ({ ruleId, fingerprints: fingerprintsOf(looks.get(ruleId)!) })),
  );
  const silences = await silencesAt(db, tenantId, moments.now);
  const calm = await recordCalm(deps, { rules, looks, known }, { moments, silences });
  const others = rules
    .filter(({ ruleId }) => !calm.has(ruleId))
    .map((rule) => ({ rule, look: looks.get(rule.ruleId)!, known: known.get(rule.ruleId) ?? [] }));
  // What is of a member of a team waits for what the team is told of.
  for (const members of [false, true])
    await settleAll(
      deps,
      others.filter((one) => isOfMembers(one) === members),
      { moments, silences },
    );
  for (const [kind, of] of Map.groupBy(rules, (rule) => rule.kind))
    for (const [outcome, some] of Map.groupBy(of, ({ ruleId }) => looks.get(ruleId)!.kind))
      observe?.looked(kind, outcome, some.length);
  observe?.turn((performance.now() - started) / 1000, rules.length, Math.max(0, ...late));
  return stir(db, tenantId, { rules, looks }, moments);
}

/** One rule that has been looked at, and what was known of it. */
interface Own {
  rule: ClaimedRule;
  look: Look;
  known: readonly Instance[];
}

function isOfMembers({ look, known }: Own): boolean {
  return [...known, ...(look.kind === 'conditions' ? look.conditions : [])].some(({ labels }) => isOfMember(labels));
}

/** Each in a transaction of its own, some at a time: most of it is waiting for the database's disk. */
async function settleAll(deps: LookDeps, all: readonly Own[], at: SettleMoments): Promise<void> {
  const left = all.values();
  await Promise.all(Array.from({ length: settledAtOnce }, () => settleThese(deps, left, at)));
}

async function settleThese(deps: LookDeps, left: Iterable<Own>, at: SettleMoments): Promise<void> {
  const { log, observe } = deps;
  for (const own of left) {
    const { rule } = own;
    try {
      const settled = await settleOne(deps, own, at);
      for (const { incidentId, reason, at: cause } of settled?.told ?? []) {
        log.info({ rule: rule.name ?? rule.ruleId, incident: incidentId, reason }, 'an alert is told');
        observe?.told(rule.kind, reason, Math.max(0, cause.until(at.moments.now).total('seconds')));
      }
    } catch (error) {
      log.warn({ rule: rule.name ?? rule.ruleId, error: messageOf(error) }, 'an alert rule will be looked at again');
    }
  }
}

/**
 * Passes on what looks mean for other rules. Not part of what is recorded: a process that dies before it is made up for by
 * the next look of those rules, which look by time as well.
 */
async function stir(
  db: Db,
  tenantId: number,
  { rules, looks }: { rules: readonly ClaimedRule[]; looks: ReadonlyMap<number, Look> },
  { now }: Moments,
): Promise<boolean> {
  const waking = rules.filter(({ ruleId }) => (looks.get(ruleId) as { wakesOthers?: boolean }).wakesOthers);
  const isOther = rules.some(({ ruleId, healthStreams }) => {
    const look = looks.get(ruleId)!;
    return !isDeepStrictEqual(look.kind === 'unknown' ? (look.late ?? []) : [], healthStreams);
  });
  if (waking.length === 0 && !isOther) return false;
  await db.tx(async (tx) => {
    const ids = waking.map(({ ruleId }) => ruleId);
    if (waking.length > 0) await lookAtOthersSoon(tx, tenantId, ids, now);
    if (isOther) await noteChange(tx, tenantId, 'waiting');
  });
  return true;
}

/** What is not well by a look: earlier episodes of these matter. */
function fingerprintsOf(look: Look): string[] {
  if (look.kind !== 'conditions') return [];
  const all = [look.conditions, ...(look.earlier ?? []).map(({ conditions }) => conditions)].flat();
  return [...new Set(all.map(({ labels }) => fingerprintOf(labels)))];
}

interface SettleMoments {
  moments: Moments;
  silences: Awaited<ReturnType<typeof silencesAt>>;
}

/**
 * Records the looks that change nothing, all in one transaction; returns which ones. Incidents are read behind the rules' locks:
 * whoever acts on one asks for a look at its rule, and is heard afterwards.
 */
async function recordCalm(
  { db, context: { tenant }, calendar }: LookDeps,
  {
    rules,
    looks,
    known,
  }: { rules: readonly ClaimedRule[]; looks: ReadonlyMap<number, Look>; known: ReadonlyMap<number, Instance[]> },
  { moments, silences }: SettleMoments,
): Promise<ReadonlySet<number>> {
  return db.tx(async (tx) => {
    const held = await holdRules(tx, tenant.tenantId, rules);
    const incidents = await openIncidentsOf(tx, tenant.tenantId, [...held]);
    const calm: LookedAt[] = [];
    for (const rule of rules) {
      if (!held.has(rule.ruleId)) continue;
      const look = looks.get(rule.ruleId)!;
      const own = { rule, look, known: known.get(rule.ruleId) ?? [], incidents: incidents.get(rule.ruleId) ?? [] };
      // Late data and the like is told of where there is something to tell.
      const isQuiet = own.known.length === 0 && own.incidents.length === 0 && fingerprintsOf(look).length === 0;
      const isOfTeam = own.known.some(({ labels }) => isOfMember(labels));
      const foreseen = isQuiet
        ? { nextAt: null }
        : isOfTeam
          ? undefined
          : foresee(roomOf(rule.kind), own, { tenant, moments, silences, calendar, teamIncident: () => null });
      if (foreseen) calm.push(lookedAt(rule, look, foreseen.nextAt, moments.now));
    }
    return recordLooks(tx, calm, moments.now);
  });
}

/** The state of one rule, its incidents and what is told of them: one transaction. Undefined where another process has it. */
function settleOne(deps: LookDeps, own: Own, { moments, silences }: SettleMoments): Promise<Settled | undefined> {
  const { tenant } = deps.context;
  return deps.db.tx(async (tx) => {
    // Before anything is written, so that an older look of the same rule waits here and then writes nothing.
    const held = await recordLooks(tx, [lookedAt(own.rule, own.look, null, moments.now)], moments.now);
    if (!held.has(own.rule.ruleId)) return undefined;
    const teamIncident = isOfMembers(own) ? await teamIncidents(tx, own.rule) : () => null;
    const settled = await settle(tx, roomOf(own.rule.kind), own, {
      ...{ tenant, moments, silences, calendar: deps.calendar, teamIncident },
    });
    if (settled.nextAt) await lookNoLater(tx, own.rule, settled.nextAt);
    return settled;
  });
}

async function lookNoLater(tx: Queryable, { tenantId, ruleId }: ClaimedRule, at: Temporal.Instant): Promise<void> {
  await tx.run(sql`
    update ops.alert_rules set next_look_at = least(next_look_at, ${at.toString()}::timestamptz)
    where tenant_id = ${tenantId} and rule_id = ${ruleId}`);
}

function lookedAt(rule: ClaimedRule, look: Look, also: Temporal.Instant | null, now: Temporal.Instant): LookedAt {
  const usual = now.add({ seconds: roomOf(rule.kind).everySeconds });
  return { rule, look, nextLookAt: earliest([usual, look.nextAt ?? null, also])! };
}

/** What rooms see, each of all its rules at once, by rule id; a room that breaks knows nothing of any of them. Writes nothing. */
export async function looksOf(
  context: LookContext,
  rules: readonly (Rule & { changed: boolean })[],
): Promise<Map<number, Look>> {
  const looks = new Map<number, Look>();
  for (const [kind, of] of Map.groupBy(rules, (rule) => rule.kind)) {
    try {
      const found = await roomOf(kind).look(of as never, context);
      for (const { ruleId } of of)
        looks.set(ruleId, found.get(ruleId) ?? { kind: 'unknown', reason: 'it was not looked at' });
    } catch (error) {
      context.log.error({ kind, err: error }, 'alert rules could not be evaluated');
      const reason = `it could not be evaluated: ${messageOf(error)}`;
      for (const { ruleId } of of) looks.set(ruleId, { kind: 'unknown', reason });
    }
  }
  return looks;
}

/** Streams whose data is older than they promise. */
export async function lateStreamsAt(db: Queryable, tenantId: number, now: Temporal.Instant): Promise<LateStream[]> {
  return db.query<LateStream>(sql`
    select source, stream, as_of as "asOf" from ops.streams
    where tenant_id = ${tenantId} and refresh_sla_minutes is not null
      and (as_of is null or as_of < ${now.toString()}::timestamptz - refresh_sla_minutes * interval '1 minute')
    order by source, stream`);
}
