import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Db } from '../../src/db/db.ts';
import { entities } from '../../src/domain/entities.ts';
import type { EntityId } from '../../src/domain/entity.ts';
import { sweepConversations } from '../../src/facts/conversations/sweep.ts';
import { deleteRecords } from '../../src/ingest/delete.ts';
import { drain, rebuild } from '../../src/rollups/engine.ts';
import { rollups } from '../../src/rollups/index.ts';
import type { Rollup, TenantZone } from '../../src/rollups/rollup.ts';
import { writeRecords } from '../../src/sources/records.ts';
import { makeTenant, useDatabase } from '../database.ts';
import { expectSettled, wrongDays } from './agreement.ts';

/*
 * The records of sources that tell them one by one: whole and in parts, late and repeated, moved to other days, accounts and
 * chats, deleted by a field and by a deletion, brought back; by several connections at once, with drains, rebuilds and
 * sweeps in between. In the end, and for every day without a mark at any time, each aggregate is its recompute. Tickets and
 * surveys are those of property.slow.test.ts and surveys.slow.test.ts. CREMA_PROPERTY_RUNS multiplies the runs,
 * CREMA_PROPERTY_SEED sets the seed.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_121);
const timeLimit = 120_000 * factor;
const drained = Temporal.Instant.from('2026-11-20T00:00:00Z');

const ids = ['1', '2', '3'];
const anyId = fc.constantFrom(...ids);
/** Around a change of the clocks in New York and the end of a quarter, which is where partitions meet. */
const instant = fc
  .tuple(
    fc.constantFrom('2026-09-30', '2026-10-01', '2026-10-31', '2026-11-01', '2026-11-02'),
    fc.constantFrom('00:00:00', '03:59:59.999999', '04:00:00', '05:00:00', '18:30:00'),
  )
  .map(([day, time]) => `${day}T${time}Z`);
const sometimes = fc.option(instant, { nil: null });
const account = fc.constantFrom('acme', 'blue', null);

/** Fields of an entity's records beside the id, all of them; a part leaves some out. */
const fieldsOf = {
  contact: {
    created_at: sometimes,
    deleted_at: fc.option(instant, { nil: null }),
    phone: fc.constantFrom('+6281234567890', '+4930123456', null),
    segment: fc.constantFrom('vip', null),
    status: fc.constantFrom('active', 'inactive', null),
    account_id: account,
  },
  message: {
    sent_at: instant,
    direction: fc.constantFrom('inbound', 'outbound'),
    contact_id: fc.constantFrom('a', 'b', null),
    conversation_id: fc.constantFrom('k', null, null),
    sender_kind: fc.constantFrom('contact', 'operator', 'bot', null),
    status: fc.constantFrom('sent', 'read', 'failed', null),
    channel: fc.constantFrom('whatsapp', 'web', null),
    account_id: account,
  },
  conversation: {
    started_at: sometimes,
    closed_at: sometimes,
    status: fc.constantFrom('unhandled', 'resolved', null),
    team_id: fc.constantFrom('t', null),
    account_id: account,
  },
  campaign: {
    name: fc.constantFrom('Spring', 'Autumn'),
    sent_at: sometimes,
    created_at: sometimes,
    status: fc.constantFrom('draft', 'completed', null),
    recipients: fc.constantFrom(10, null),
    account_id: account,
  },
  campaign_report: {
    campaign_id: anyId,
    at: instant,
    recipients: fc.constantFrom(10, 12, null),
    delivered: fc.constantFrom(0, 8, null),
    replied: fc.constantFrom(1, null),
  },
  activity: { at: instant, operator_id: fc.constantFrom('x', 'y'), account_id: account },
  lead: {
    created_at: instant,
    stage: fc.constantFrom('lead', 'sql', 'won', null),
    qualified_at: sometimes,
    amount_minor: fc.constantFrom(100, null),
    account_id: account,
  },
  opportunity: {
    created_at: sometimes,
    closed_at: sometimes,
    lead_id: fc.option(anyId, { nil: null }),
    status: fc.constantFrom('open', 'won', 'lost', null),
    account_id: account,
  },
} satisfies Partial<Record<EntityId, Record<string, fc.Arbitrary<unknown>>>>;
type Told = keyof typeof fieldsOf;

/** Entities that are counted with each other: a history is of one such group, so that it comes upon few records often. */
const groups: readonly (readonly Told[])[] = [
  ['contact'],
  ['message', 'conversation'],
  ['campaign', 'campaign_report'],
  ['activity'],
  ['lead', 'opportunity'],
];

const source = fc.constantFrom('chat', 'chat', 'crm');
const version = fc.integer({ min: 1, max: 12 });
/** Runs do not come in the order of their times: a long reading may commit after what webhooks told meanwhile. */
const at = fc.integer({ min: 1, max: 28 }).map((day) => `2026-10-${String(day).padStart(2, '0')}T12:00:00Z`);

const write = (entity: Told, partial: boolean) =>
  fc.record({
    kind: fc.constant('write' as const),
    entity: fc.constant(entity),
    partial: fc.constant(partial),
    source,
    at,
    /** Whether the reading was of everything, which moves the stream. */
    whole: fc.constantFrom(true, false, false),
    records: fc.uniqueArray(
      fc.record({
        version,
        values: fc
          .tuple(
            anyId,
            fc.record(fieldsOf[entity] as Record<string, fc.Arbitrary<unknown>>, partial ? { requiredKeys: [] } : {}),
          )
          .map(([id, values]) => ({ id, ...values })),
      }),
      { selector: ({ values }) => values.id, minLength: 1, maxLength: 3 },
    ),
  });
const stepOf = (group: readonly Told[]) => {
  const entity = fc.constantFrom(...group);
  const inParts = group.filter((one) => entities[one].partial);
  return fc.oneof(
    { weight: 8, arbitrary: entity.chain((one) => write(one, false)) },
    ...(inParts.length > 0
      ? [{ weight: 4, arbitrary: fc.constantFrom(...inParts).chain((one) => write(one, true)) }]
      : []),
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('delete' as const),
        entity,
        source,
        at,
        version,
        ids: fc.uniqueArray(anyId, { minLength: 1, maxLength: 2 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('rebuild' as const), rollup: fc.nat() }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom('drain' as const, 'drain' as const, 'sweep' as const, 'look' as const),
      }),
    },
  );
};
type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer T> ? T : never;

interface Room {
  db: Db;
  tenant: TenantZone;
  /** The rollups of the history's entities. */
  kept: readonly Rollup[];
}

async function take({ db, tenant, kept }: Room, now: Step): Promise<void> {
  if (now.kind === 'write') {
    const run = { tenant, at: Temporal.Instant.from(now.at) };
    const { entity, partial, records, whole } = now;
    const batch = { entity, partial, records, source: now.source, version: 'time' as const };
    const [written] = await db.tx((tx) => writeRecords(tx, run, [whole ? { ...batch, asOf: run.at } : batch]));
    // A history whose records are not taken would hold of nothing.
    expect(written!.rejected).toEqual([]);
  } else if (now.kind === 'delete') {
    const run = { tenant, at: Temporal.Instant.from(now.at) };
    const { source, ids, version } = now;
    await db.tx((tx) => deleteRecords(tx, run, { entity: entities[now.entity], source, ids, version }));
  } else if (now.kind === 'sweep') await sweepConversations(db, tenant);
  else if (now.kind === 'rebuild') await rebuild(db, kept[now.rollup % kept.length]!, tenant, drained);
  else if (now.kind === 'drain') for (const rollup of kept) await drain(db, rollup, tenant, drained);
  else for (const rollup of kept) expect(await wrongDays(db, tenant, rollup), `${rollup.id} seen`).toEqual([]);
}

let tenants = 0;

async function holds(group: readonly Told[], timezone: string, work: readonly (readonly Step[])[]): Promise<void> {
  const { db } = database;
  const tenant = { tenantId: await makeTenant(db, `t${++tenants}`, { timezone }), timezone };
  const kept = rollups.filter(({ stream }) => (group as readonly EntityId[]).includes(stream));
  // A rollup's first drain makes every day, whatever is marked.
  for (const rollup of kept) await drain(db, rollup, tenant, drained);
  await Promise.all(
    work.map(async (steps) => {
      for (const now of steps) await take({ db, tenant, kept }, now);
    }),
  );
  await sweepConversations(db, tenant);
  await expectSettled(db, tenant, kept, drained);
}

const zone = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata');

describe.each(groups.map((group) => [group.join(' and '), group] as const))('of %s', (_, group) => {
  const step = stepOf(group);

  test(
    'one after the other: whatever sources tell, every aggregate ends equal to its rebuild',
    async () => {
      await fc.assert(
        fc.asyncProperty(zone, fc.array(step, { minLength: 2, maxLength: 14 }), (timezone, steps) =>
          holds(group, timezone, [steps]),
        ),
        { seed, numRuns: 8 * factor, interruptAfterTimeLimit: timeLimit - 20_000 },
      );
    },
    timeLimit,
  );

  test(
    'side by side: whatever sources tell, every aggregate ends equal to its rebuild',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          zone,
          fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 }),
          (timezone, work) => holds(group, timezone, work),
        ),
        { seed, numRuns: 4 * factor, interruptAfterTimeLimit: timeLimit - 20_000 },
      );
    },
    timeLimit,
  );
});

test('the groups hold every rollup but those of tickets and surveys', () => {
  const held = rollups.filter(({ stream }) => groups.flat().includes(stream as Told));
  const others = rollups.filter((rollup) => !held.includes(rollup)).map(({ stream }) => stream);
  expect([...new Set(others)]).toEqual(['ticket', 'survey']);
});
