import sql, { join, raw } from 'sql-template-tag';
import type { Db, Tx } from '../../src/db/db.ts';
import { entities } from '../../src/domain/entities.ts';
import type { EntityId } from '../../src/domain/entity.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { type SweepOptions, type Swept, sweepSla } from '../../src/facts/sweep.ts';
import { type VerifiedSla, verifySla } from '../../src/facts/verify.ts';
import type { VersionKind } from '../../src/ingest/batch.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import { writeBatches } from '../../src/ingest/write.ts';
import { drain, verify } from '../../src/rollups/engine.ts';
import { defaultPolicies, type Policies } from '../../src/sla/policy.ts';
import { makeTenant } from '../database.ts';
import { rollupsOf } from '../rollups/of-streams.ts';

const rollups = rollupsOf('ticket');

/** A state of a record; all states of one writing have the fields of the first. */
export interface State {
  id: string;
  version: number;
  [field: string]: string | number | boolean | null;
}

/** All on Monday 2026-11-02 (UTC) unless a date is given. */
export function at(time: string): string {
  const [date, clock] = time.includes(' ') ? time.split(' ') : ['2026-11-02', time];
  return Temporal.Instant.from(`${date}T${clock}Z`).toString();
}

/** A tenant whose tickets come through the writer and whose facts are made by the sweep. */
export async function anOffice(db: Db, slug: string) {
  const tenantId = await makeTenant(db, slug);
  const tenant = { tenantId, timezone: 'UTC' };
  const instant = (time: string) => Temporal.Instant.from(at(time));
  const run = (time: string) => ({ tenant, at: instant(time) });
  let version = 0;
  const office = {
    ...{ tenant, tenantId },
    /** Through the writer, in a transaction of its own. `when` is the time of the run. */
    write: (
      entityId: EntityId,
      states: readonly State[],
      when = '00:00',
      more: { source?: string; version?: VersionKind } = {},
    ) => db.tx((tx) => writeIn(tx, run(when), entityId, states, more)),
    /** Tickets as they are now, in full: what is left out is null. Each call is newer than the one before. */
    tickets: (...states: ({ id: string } & Record<string, string | null>)[]) =>
      office.write(
        'ticket',
        states.map((state) => ({ ...blank, ...inFull(state), version: ++version })),
      ),
    /** What happened to ticket `1` unless another is named: `HH:MM` and kind, then what it became. */
    events: (
      ...states: { id: string; at: string; kind: string; ticket?: string; new?: string; automatic?: boolean }[]
    ) =>
      office.write(
        'ticket_event',
        states.map(({ id, kind, ticket = '1', automatic = false, ...rest }) => ({
          ...{
            id,
            version: ++version,
            ticket_id: ticket,
            at: at(rest.at),
            kind,
            old: null,
            new: rest.new ?? null,
            automatic,
          },
        })),
      ),
    delete: (entityId: EntityId, id: string) => office.deleteAt(entityId, id, ++version),
    deleteAt: (entityId: EntityId, id: string, deletedAs: number) =>
      db.tx((tx) =>
        deleteRecords(tx, run('00:00'), {
          ...{ entity: entities[entityId], source: 'import', ids: [id], version: deletedAs },
        }),
      ),
    sweep: (
      time: string,
      policies: Policies = defaultPolicies,
      more: Partial<SweepOptions> & { db?: Db } = {},
    ): Promise<Swept> =>
      sweepSla(more.db ?? db, tenant, slaTerms(policies), {
        now: instant(time),
        ...(more.onProgress ? { onProgress: more.onProgress } : {}),
      }),
    verify: (time: string, policies: Policies = defaultPolicies): Promise<VerifiedSla> =>
      verifySla(db, tenant, slaTerms(policies), { now: () => instant(time) }),
    async drain(): Promise<void> {
      for (const rollup of rollups) await drain(db, rollup, tenant, instant('00:00'));
    },
    /** Cells of all aggregates that are not what a rebuild makes of the records. */
    async wrongCells(): Promise<number> {
      let differing = 0;
      for (const rollup of rollups) differing += (await verify(db, rollup, tenant, instant('00:00'))).differing;
      return differing;
    },
    /** Stored facts by ticket, instants as `HH:MM` of the day or with their date. */
    async facts(): Promise<Record<string, string>> {
      const time = (column: string) => raw(`coalesce(to_char(${column} at time zone 'UTC', 'MM-DD HH24:MI'), '-')`);
      const rows = await db.query<{ id: string; whole: string; first: string; resolution: string }>(sql`
        select id, state || ' ' || ${time('decided_at')} as whole,
          first_response_state || ' ' || ${time('coalesce(first_response_decided_at, first_response_due_at)')} as first,
          resolution_state || ' ' || ${time('coalesce(resolution_decided_at, resolution_due_at)')} as resolution
        from crm.ticket_sla where tenant_id = ${tenantId} order by id`);
      return Object.fromEntries(
        rows.map(({ id, whole, first, resolution }) => [
          id,
          [whole, first, resolution].join(', ').replaceAll('11-02 ', ''),
        ]),
      );
    },
    async marks(): Promise<string[]> {
      const rows = await db.query<{ id: string }>(sql`
        select distinct ticket_id as id from ops.sla_marks where tenant_id = ${tenantId} order by 1`);
      return rows.map(({ id }) => id);
    },
    /** Days marked for the aggregates that are made of facts, taken away: `rollup day`. */
    async takeDays(): Promise<string[]> {
      const rows = await db.query<{ what: string }>(sql`
        delete from ops.dirty where tenant_id = ${tenantId} returning rollup || ' ' || bucket as what`);
      return [...new Set(rows.map(({ what }) => what))].toSorted();
    },
  };
  return office;
}

export type Office = Awaited<ReturnType<typeof anOffice>>;

const blank = {
  ...{ created_at: at('08:00'), updated_at: null, priority: 'high', status: 'open', first_response_at: null },
  ...{ resolved_at: null, closed_at: null, account_id: null },
};

function inFull(state: { id: string } & Record<string, string | null>) {
  return Object.fromEntries(
    Object.entries(state).map(([name, value]) => [name, name.endsWith('_at') && value !== null ? at(value) : value]),
  ) as typeof state;
}

async function writeIn(
  tx: Tx,
  run: { tenant: { tenantId: number; timezone: string }; at: Temporal.Instant },
  entityId: EntityId,
  states: readonly State[],
  { source = 'import', version = 'counter' }: { source?: string; version?: VersionKind },
): Promise<void> {
  const entity = entities[entityId];
  const fields = Object.keys(states[0]!).filter((name) => name !== 'id' && name !== 'version');
  await tx.run(sql`
    create temp table incoming on commit drop as
    select id, version, ${raw(fields.join(', '))} from ${raw(entity.table)} limit 0`);
  for (const state of states) {
    const names = ['id', 'version', ...fields];
    await tx.run(sql`
      insert into incoming (${raw(names.join(', '))}) values (${join(names.map((name) => state[name] ?? null))})`);
  }
  await writeBatches(tx, run, [{ entity, source, table: 'incoming', fields, keeps: [], version, asOf: run.at }]);
  await tx.run(sql`drop table incoming`);
}
