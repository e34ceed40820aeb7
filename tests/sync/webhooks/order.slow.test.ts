import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { fixedClock } from '../../../src/lib/clock.ts';
import { applyWebhooks } from '../../../src/sync/webhooks/apply.ts';
import { makeTenant, useDatabase } from '../../database.ts';
import { eventsOf, recordOf, type Sent, send } from './sending.ts';

const database = useDatabase();
const clock = fixedClock('2026-11-20T18:00:00Z');
const tenant = { tenantId: 0, timezone: 'UTC' };
beforeAll(async () => {
  tenant.tenantId = await makeTenant(database.db);
});

let named = 0;
/** Sends the events in this order, applying after those numbered in `after` and at the end, and says what it came to. */
async function stateAfter(
  order: readonly Sent[],
  after: ReadonlySet<number>,
  entity: 'ticket' | 'message' | 'contact',
) {
  const to = { tenantId: tenant.tenantId, source: `crm-${++named}` };
  for (const [index, event] of order.entries()) {
    await send(database.db, to, clock, [event]);
    if (after.has(index)) await applyWebhooks(database.db, tenant, clock);
  }
  await applyWebhooks(database.db, tenant, clock);
  const states = (await eventsOf(database.db, to)).map(({ state }) => state);
  return { record: await recordOf(database.db, to, entity, 'x'), states: [...new Set(states)] };
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

test('a ticket’s events end in one state, in whatever order they come', async () => {
  const events: Sent[] = [
    {
      id: '1',
      type: 'ticket.created',
      minute: 1,
      data: { id: 'x', status: 'new', priority: 'low', operator_id: 'o1' },
    },
    { id: '2', type: 'ticket.updated', minute: 2, data: { id: 'x', status: 'open', team_id: 'gold' } },
    { id: '3', type: 'ticket.updated', minute: 3, data: { id: 'x', priority: 'high', operator_id: null } },
    {
      id: '4',
      type: 'ticket.updated',
      minute: 4,
      data: { id: 'x', status: 'resolved', resolved_at: '2026-11-20T12:04:00Z' },
    },
  ];
  const expected = await stateAfter(events, new Set(), 'ticket');
  expect(expected.record).toMatchObject({ status: 'resolved', priority: 'high', team_id: 'gold' });
  expect(expected.record).not.toHaveProperty('operator_id');
  for (const order of permutations(events)) {
    // Applied one by one, and every second one sent twice.
    const twice = order.flatMap((event, index) => (index % 2 ? [event, event] : [event]));
    expect(await stateAfter(twice, new Set(twice.keys()), 'ticket'), order.map(({ id }) => id).join()).toEqual(
      expected,
    );
  }
});

const status = fc.constantFrom('new', 'open', 'pending', 'resolved', null);
const person = fc.constantFrom('o1', 'o2', null);
const some = (type: string, data: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record({ type: fc.constant(type), data: fc.record(data, { requiredKeys: [] }) });

/** Events about one object, each at a minute of its own, the first one its creation. */
const stories = {
  ticket: some('ticket.updated', { status, operator_id: person, category: fc.constantFrom('a', 'b', null) }),
  message: some('message.status', {
    status: fc.constantFrom('sent', 'delivered', 'read', null),
    failure_reason: fc.constantFrom('x', null),
  }),
  contact: some('contact.updated', {
    name: fc.constantFrom('Mara', 'Maria', null),
    segment: fc.constantFrom('vip', null),
  }),
} as const;
const creation = {
  ticket: { status: 'new' },
  message: { direction: 'outbound', status: 'sent' },
  contact: { name: 'M' },
};

test.each(['ticket', 'message', 'contact'] as const)(
  'so do those of any %s, whenever they are applied',
  async (entity) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stories[entity], { minLength: 1, maxLength: 5 }).chain((told) => {
          const first = { type: `${entity}.created`, data: creation[entity] };
          const events = [first, ...told].map(
            ({ type, data }, index): Sent => ({ id: String(index), type, minute: index, data: { ...data, id: 'x' } }),
          );
          return fc.record({
            events: fc.constant(events),
            order: fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
            after: fc.uniqueArray(fc.nat({ max: 5 })),
          });
        }),
        async ({ events, order, after }) => {
          const expected = await stateAfter(events, new Set(), entity);
          expect(await stateAfter(order, new Set(after), entity)).toEqual(expected);
        },
      ),
      { seed: 20261120, numRuns: 15 },
    );
  },
);
