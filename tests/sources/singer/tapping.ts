import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../src/db/db.ts';
import { entities } from '../../../src/domain/entities.ts';
import type { EntityId } from '../../../src/domain/entity.ts';
import { fixedClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { parseMapping } from '../../../src/sources/files/read-mapping.ts';
import { describeRejection } from '../../../src/sources/files/summary.ts';
import { ingestSinger } from '../../../src/sources/singer/ingest.ts';
import type { SingerOptions } from '../../../src/sources/singer/run.ts';
import type { SingerSummary } from '../../../src/sources/singer/summary.ts';
import { makeTenant } from '../../database.ts';

export const runAt = '2026-11-20T00:00:00Z';

export const schema = (stream: string, keys: readonly string[] = ['id']) =>
  JSON.stringify({ type: 'SCHEMA', stream, schema: { properties: {} }, key_properties: keys });
export const record = (stream: string, values: object, version?: number) =>
  JSON.stringify({ type: 'RECORD', stream, record: values, ...(version === undefined ? {} : { version }) });
export const state = (value: unknown) => JSON.stringify({ type: 'STATE', value });
export const activate = (stream: string, version: number) =>
  JSON.stringify({ type: 'ACTIVATE_VERSION', stream, version });

/** Teams with a name and nothing that orders them; tickets with updated_at. */
export const map = `source: tap
entities:
  - { entity: team, stream: groups, fields: { id: id, name: name } }
  - { entity: ticket, stream: tickets, fields: { id: id, created_at: created, updated_at: updated, status: status, team_id: group } }
`;

export interface Tapped extends SingerSummary {
  /** The STATEs that were handed on. */
  handedOn: unknown[];
  said: string[];
}

export type TapOptions = Partial<Omit<SingerOptions, 'mapping' | 'lines' | 'tenant'>> & {
  map?: string;
  at?: string;
  currency?: string;
  db?: Db;
  /** Filled as the run goes on, so that a test of a failing one sees them. */
  states?: unknown[];
  /** Told after each. */
  onState?: () => void;
};

export async function* from<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

/** A tenant of its own to tap into. */
export async function aTenant(db: Db) {
  const tenantId = await makeTenant(db, `t${Math.random().toString(36).slice(2)}`);
  const said: string[] = [];
  return {
    tenantId,
    said,
    async tap(lines: Iterable<string> | AsyncIterable<string>, options: TapOptions = {}): Promise<Tapped> {
      const { map: text = map, at = runAt, currency, db: usedDb = db, states = [], onState, ...rest } = options;
      const summary = await ingestSinger(
        {
          ...{ db: usedDb, clock: fixedClock(at), log: silentLog },
          onState: (line) => {
            states.push(JSON.parse(line));
            onState?.();
          },
          onReject: (stream, rejection) => void said.push(`${stream} ${describeRejection(rejection)}`),
        },
        {
          lines: Symbol.asyncIterator in lines ? lines : from(lines),
          mapping: parseMapping(text, 'map.yaml'),
          tenant: { tenantId, timezone: 'UTC', ...(currency ? { currency } : {}) },
          ...rest,
        },
      );
      return { ...summary, handedOn: states, said };
    },
    /** An entity's records that are not deleted, by id, with some of their columns. */
    stored: (entity: EntityId, columns = 'id') =>
      db.query<Record<string, unknown>>(sql`
        select ${raw(columns)} from ${raw(entities[entity].table)}
        where tenant_id = ${tenantId} and deleted_at is null order by id collate "C"`),
    ids: async (entity: EntityId) =>
      (
        await db.query<{ id: string }>(sql`
          select id from ${raw(entities[entity].table)} where tenant_id = ${tenantId} and deleted_at is null order by id collate "C"`)
      ).map(({ id }) => id),
    streams: async () =>
      Object.fromEntries(
        (
          await db.query<{ stream: string; as_of: Temporal.Instant | null }>(sql`
            select stream, as_of from ops.streams where tenant_id = ${tenantId} order by 1`)
        ).map(({ stream, as_of }) => [stream, as_of?.toString() ?? null]),
      ),
  };
}
