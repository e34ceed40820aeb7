import sql from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Db, Tx } from '../../../src/db/db.ts';
import { fixedClock } from '../../../src/lib/clock.ts';
import { applyWebhooks } from '../../../src/sync/webhooks/apply.ts';
import { makeTenant, useDatabase } from '../../database.ts';
import { atMinute, eventsOf, recordOf, type Sent, send } from './sending.ts';

const database = useDatabase();
const clock = fixedClock('2026-11-20T18:00:00Z');
const tenant = { tenantId: 0, timezone: 'UTC' };
beforeAll(async () => {
  tenant.tenantId = await makeTenant(database.db);
});

let named = 0;
/** A source of its own, so that tests do not see each other's events. */
function newSource(db: Db = database.db) {
  const to = { tenantId: tenant.tenantId, source: `crm-${++named}` };
  return {
    to,
    send: (...events: Sent[]) => send(database.db, to, clock, events),
    apply: () => applyWebhooks(db, tenant, clock),
    events: () => eventsOf(database.db, to),
    record: (entity: Parameters<typeof recordOf>[2], id: string) => recordOf(database.db, to, entity, id),
  };
}

const nothing = { applied: 0, ignored: 0, waiting: 0, rejected: 0, more: false };
const message = (id: string, minute: number, data: object = {}): Sent => ({
  type: 'message.created',
  minute,
  data: { id, direction: 'inbound', conversation_id: 'k1', text: 'hello', status: 'received', ...data },
});
const ticket = (id: string, minute: number, data: object = {}): Sent => ({
  type: 'ticket.created',
  minute,
  data: { id, priority: 'high', status: 'new', ...data },
});

describe('events', () => {
  test('become records, and what they said is let go of', async () => {
    const crm = newSource();
    await crm.send(
      message('m1', 1),
      { type: 'message.status', minute: 2, data: { id: 'm1', status: 'read' } },
      {
        type: 'contact.created',
        minute: 1,
        data: { id: 'c1', name: 'Mara', phone: '+390612345678', source: 'whatsapp' },
      },
      { type: 'conversation.assigned', minute: 3, data: { id: 'k1', operator_id: 'o1', team_id: 't1' } },
      { type: 'conversation.status', minute: 4, data: { id: 'k1', status: 'resolved', closed_at: atMinute(4) } },
      { type: 'bot.handover', minute: 2, data: { id: 'k1' } },
      ticket('t1', 1),
      { type: 'ticket.updated', minute: 9, data: { id: 't1', status: 'resolved', resolved_at: atMinute(9) } },
    );
    expect(await crm.apply()).toEqual({ ...nothing, applied: 8 });
    expect(await crm.record('message', 'm1')).toMatchObject({
      ...{ direction: 'inbound', status: 'read', text: 'hello', sent_at: '2026-11-20T12:01:00+00:00' },
    });
    expect(await crm.record('contact', 'c1')).toMatchObject({ name: 'Mara', origin: 'whatsapp', country: 'IT' });
    expect(await crm.record('conversation', 'k1')).toEqual({
      ...{ id: 'k1', operator_id: 'o1', team_id: 't1', status: 'resolved', closed_at: '2026-11-20T12:04:00+00:00' },
      ...{ handled_by: 'mixed', escalated_at: '2026-11-20T12:02:00+00:00' },
    });
    expect(await crm.record('ticket', 't1')).toMatchObject({
      ...{ status: 'resolved', priority: 'high', created_at: '2026-11-20T12:01:00+00:00' },
      ...{ updated_at: '2026-11-20T12:09:00+00:00', ended_at: '2026-11-20T12:09:00+00:00' },
    });
    for (const event of await crm.events()) expect(event).toMatchObject({ state: 'applied', body: null, reason: null });
    expect(await crm.apply()).toEqual(nothing);
  });

  test('of one object are applied one by one, so that its history has them all', async () => {
    const crm = newSource();
    const statuses = ['open', 'pending', 'open', 'resolved'];
    await crm.send(
      ...statuses
        .map((status, index): Sent => ({ type: 'ticket.updated', minute: 2 + index, data: { id: 't', status } }))
        .toReversed(),
      ticket('t', 1),
    );
    expect(await crm.apply()).toEqual({ ...nothing, applied: 5 });
    const changes = await database.db.query(sql`
      select old, new, at from crm.changes
      where tenant_id = ${tenant.tenantId} and source = ${crm.to.source} and field = 'status' order by at`);
    expect(changes).toEqual(
      statuses.map((status, index) => ({
        old: ['new', ...statuses][index],
        new: status,
        at: Temporal.Instant.from(atMinute(2 + index)),
      })),
    );
  });

  test('more of one object than a transaction takes are all applied', async () => {
    const crm = newSource();
    await crm.send(
      ticket('t', 0),
      ...Array.from(
        { length: 60 },
        (_, n): Sent => ({ type: 'ticket.updated', minute: n + 1, data: { id: 't', reopened_count: n } }),
      ),
    );
    expect(await crm.apply()).toEqual({ ...nothing, applied: 61 });
    expect(await crm.record('ticket', 't')).toMatchObject({ reopened_count: 59 });
  });

  test('that are late still say what nothing newer has said, and nothing else', async () => {
    const crm = newSource();
    await crm.send(ticket('t', 0), { type: 'ticket.updated', minute: 9, data: { id: 't', status: 'open' } });
    await crm.apply();
    await crm.send(
      { type: 'ticket.updated', minute: 5, data: { id: 't', status: 'pending' } },
      { type: 'ticket.updated', minute: 6, data: { id: 't', team_id: 'gold' } },
    );
    expect(await crm.apply()).toEqual({ ...nothing, applied: 2 });
    expect(await crm.record('ticket', 't')).toMatchObject({
      ...{ status: 'open', team_id: 'gold', updated_at: '2026-11-20T12:09:00+00:00' },
    });
  });

  test('empty a field by null', async () => {
    const crm = newSource();
    const assigned = (minute: number, operator: string | null): Sent => ({
      ...{ type: 'conversation.assigned', minute },
      data: { id: 'k', operator_id: operator },
    });
    await crm.send(assigned(1, 'o1'), assigned(2, null));
    await crm.apply();
    expect(await crm.record('conversation', 'k')).toEqual({ id: 'k' });
    await crm.send(assigned(1, 'o1'));
    await crm.apply();
    expect(await crm.record('conversation', 'k')).toEqual({ id: 'k' });
  });

  test('leave a field empty that was said to be, also when that came first', async () => {
    const crm = newSource();
    const assigned = (minute: number, operator_id: string | null): Sent => ({
      ...{ type: 'conversation.assigned', minute, data: { id: 'k', operator_id } },
    });
    for (const event of [assigned(2, null), assigned(1, 'o1')]) {
      await crm.send(event);
      await crm.apply();
    }
    expect(await crm.record('conversation', 'k')).toEqual({ id: 'k' });
  });
});

describe('a deleted contact', () => {
  const created: Sent = { type: 'contact.created', minute: 1, data: { id: 'c', name: 'Mara' } };
  const deleted: Sent = { type: 'contact.deleted', minute: 5, data: { id: 'c' } };
  const update = (minute: number): Sent => ({ type: 'contact.updated', minute, data: { id: 'c', segment: 'vip' } });
  const isDeleted = async (crm: ReturnType<typeof newSource>) =>
    (await crm.record('contact', 'c'))?.deleted_at === '2026-11-20T12:05:00+00:00';

  test('stays deleted when an update comes late', async () => {
    const crm = newSource();
    await crm.send(created, deleted);
    await crm.apply();
    expect(await isDeleted(crm)).toBe(true);
    await crm.send(update(4));
    expect(await crm.apply()).toEqual({ ...nothing, applied: 1 });
    expect(await isDeleted(crm)).toBe(true);
  });

  test('stays deleted when everything else comes late', async () => {
    const crm = newSource();
    await crm.send(deleted);
    await crm.apply();
    await crm.send(created, update(4));
    await crm.apply();
    expect(await isDeleted(crm)).toBe(true);
  });

  test('is back by a newer event, also when the deletion comes late', async () => {
    for (const order of [
      [created, deleted, update(6)],
      [created, update(6), deleted],
      [update(6), deleted, created],
      [deleted, update(6), created],
    ]) {
      const crm = newSource();
      for (const event of order) {
        await crm.send(event);
        await crm.apply();
      }
      expect(await isDeleted(crm), order.map(({ type }) => type).join()).toBe(false);
      expect(await crm.record('contact', 'c')).toMatchObject({ segment: 'vip' });
    }
  });
});

describe('an event about something nobody has described', () => {
  const status = (id: string): Sent => ({ type: 'message.status', minute: 2, data: { id, status: 'read' } });

  test('waits, and is applied when it is described by an event', async () => {
    const crm = newSource();
    await crm.send(status('m'));
    expect(await crm.apply()).toEqual({ ...nothing, waiting: 1 });
    expect(await crm.events()).toMatchObject([
      { state: 'waiting', reason: 'nobody has described message m', body: { id: 'm', status: 'read' } },
    ]);
    expect(await crm.apply()).toEqual(nothing);
    await crm.send(message('m', 1));
    expect(await crm.apply()).toEqual({ ...nothing, applied: 2 });
    expect(await crm.record('message', 'm')).toMatchObject({ status: 'read' });
    expect((await crm.events()).map(({ body }) => body)).toEqual([null, null]);
  });

  test('is applied when it was described otherwise', async () => {
    const crm = newSource();
    await crm.send(status('m'));
    await crm.apply();
    await database.db.run(sql`
      insert into crm.messages (tenant_id, source, id, direction, sent_at, version)
      values (${tenant.tenantId}, ${crm.to.source}, 'm', 'outbound', ${atMinute(1)}, 1)`);
    expect(await crm.apply()).toEqual({ ...nothing, applied: 1 });
    expect(await crm.record('message', 'm')).toMatchObject({ status: 'read' });
  });

  test('is given up after a week, and forgotten after a month', async () => {
    const crm = newSource();
    const later = fixedClock(clock.now().add({ hours: 24 * 7 }));
    await crm.send(status('m'));
    await crm.apply();
    expect(await applyWebhooks(database.db, tenant, later)).toEqual(nothing);
    expect(await crm.events()).toMatchObject([{ state: 'waiting' }]);
    later.set(later.now().add({ seconds: 1 }));
    await applyWebhooks(database.db, tenant, later);
    expect(await crm.events()).toMatchObject([
      { state: 'ignored', body: null, reason: 'nobody has described message m; given up after 7 days' },
    ]);
    later.set(clock.now().add({ hours: 24 * 30, seconds: 1 }));
    await applyWebhooks(database.db, tenant, later);
    expect(await crm.events()).toEqual([]);
  });
});

describe('an event that cannot be applied', () => {
  test('is rejected alone, with the reason', async () => {
    const crm = newSource();
    await crm.send(message('m1', 1), { ...message('m2', 2, { direction: 'sideways' }), id: 'bad' }, message('m3', 3));
    expect(await crm.apply()).toEqual({ ...nothing, applied: 2, rejected: 1 });
    const [bad] = (await crm.events()).filter(({ event_id }) => event_id === 'bad');
    expect(bad).toMatchObject({ state: 'rejected', body: null });
    expect(bad?.reason).toMatch(/^direction .*inbound, outbound/);
  });

  /** A database in which no contact may be called Poison: by which error, `raise` says. */
  const poisoned = (raise: () => Error): Db => ({
    ...database.db,
    tx: (work, options) =>
      database.db.tx(async (tx) => {
        const result = await work(tx);
        const [found] = await tx.query(sql`select 1 from crm.contacts where name = 'Poison'`);
        if (found) throw raise();
        return result;
      }, options),
  });
  const contacts = (poison: number): Sent[] =>
    Array.from({ length: 40 }, (_, n) => ({
      ...{ id: `e${n}`, type: 'contact.created', minute: n },
      data: { id: `c${n}`, name: n === poison ? 'Poison' : 'Mara' },
    }));

  test.each([0, 17, 39])('is found among others whose writing it spoils (number %i)', async (poison) => {
    const crm = newSource(poisoned(() => Object.assign(new Error('value out of range'), { code: '22003' })));
    await crm.send(...contacts(poison));
    expect(await crm.apply()).toEqual({ ...nothing, applied: 39, rejected: 1 });
    const events = await crm.events();
    expect(events.filter(({ state }) => state === 'rejected')).toMatchObject([
      { event_id: `e${poison}`, reason: 'value out of range', body: null },
    ]);
  });

  test('for a reason unknown is put aside, not lost, and tried again later', async () => {
    let broken = true;
    const crm = newSource(poisoned(() => new Error(broken ? 'a defect' : 'unused')));
    await crm.send(...contacts(3));
    expect(await crm.apply()).toEqual({ ...nothing, applied: 39 });
    const aside = async () => (await crm.events()).filter(({ state }) => state === 'stored');
    expect(await aside()).toMatchObject([
      { event_id: 'e3', reason: 'a defect', attempts: 1, body: { name: 'Poison' } },
    ]);
    expect(await crm.apply()).toEqual(nothing);
    broken = false;
    const later = fixedClock(clock.now().add({ seconds: 10 }));
    expect(await applyWebhooks(database.db, tenant, later)).toEqual({ ...nothing, applied: 1 });
    expect(await aside()).toEqual([]);
    await database.db.run(sql`delete from crm.contacts where name = 'Poison'`);
  });

  test('because the database is in trouble stays where it is, and so do the others', async () => {
    const crm = newSource(poisoned(() => Object.assign(new Error('disk full'), { code: '53100' })));
    await crm.send(...contacts(3));
    await expect(crm.apply()).rejects.toThrow('disk full');
    expect((await crm.events()).every(({ state, attempts }) => state === 'stored' && attempts === 0)).toBe(true);
    expect(await applyWebhooks(database.db, tenant, clock)).toEqual({ ...nothing, applied: 40 });
    await database.db.run(sql`delete from crm.contacts where name = 'Poison'`);
  });

  test('because its type has gone is ignored', async () => {
    const crm = newSource();
    await crm.send({ ...message('m', 1), id: 'e' });
    await database.db.run(sql`
      update ops.webhook_events set type = 'message.sung' where tenant_id = ${tenant.tenantId} and source = ${crm.to.source}`);
    expect(await crm.apply()).toEqual({ ...nothing, ignored: 1 });
  });
});

describe('applying', () => {
  test('killed between writing the records and marking the events leaves nothing half done', async () => {
    const crm = newSource();
    await crm.send(message('m', 1));
    const killed: Db = {
      ...database.db,
      tx: (work, options) =>
        database.db.tx(
          (tx) =>
            work(
              new Proxy(tx, {
                get: (target, name: keyof Tx) =>
                  name !== 'run'
                    ? target[name]
                    : (statement: Parameters<Tx['run']>[0]) => {
                        if (/update ops.webhook_events/.test(statement.sql))
                          return tx.query(sql`select pg_terminate_backend(pg_backend_pid())`);
                        return target.run(statement);
                      },
              }),
            ),
          options,
        ),
    };
    await expect(applyWebhooks(killed, tenant, clock)).rejects.toMatchObject({ code: 'DB_LOST' });
    expect(await crm.record('message', 'm')).toBeUndefined();
    expect(await crm.events()).toMatchObject([{ state: 'stored' }]);
    expect(await crm.apply()).toEqual({ ...nothing, applied: 1 });
    expect(await crm.record('message', 'm')).toBeDefined();
  });

  test('by two at once applies every event once', async () => {
    const crm = newSource();
    await crm.send(ticket('t', 0));
    for (let n = 1; n <= 30; n++)
      await crm.send(message(`m${n}`, n), {
        type: 'ticket.updated',
        minute: n,
        data: { id: 't', category: `c${n}`, status: n % 2 ? 'open' : 'pending' },
      });
    const done = await Promise.all([crm.apply(), crm.apply(), crm.apply()]);
    expect(done.reduce((sum, { applied }) => sum + applied, 0)).toBe(61);
    const [changes] = await database.db.query(sql`
      select count(*)::int as count from crm.changes
      where tenant_id = ${tenant.tenantId} and source = ${crm.to.source} and field = 'status'`);
    expect(changes).toEqual({ count: 30 });
  });

  test('says how long ago applied events were received', async () => {
    const crm = newSource();
    await crm.send(message('m', 1), message('n', 1, { direction: 'sideways' }));
    const told: unknown[] = [];
    const later = fixedClock(clock.now().add({ seconds: 3 }));
    await applyWebhooks(database.db, tenant, later, (settled) => told.push(settled));
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ outcome: 'applied', secondsSince: [3] });
    expect(told).toContainEqual({ outcome: 'rejected', secondsSince: [3] });
  });

  test('marks the days that changed, and no others', async () => {
    const crm = newSource();
    await database.db.run(sql`delete from ops.dirty where tenant_id = ${tenant.tenantId}`);
    await crm.send(ticket('t', 0, { created_at: '2026-10-05T08:00:00Z' }));
    await crm.apply();
    const marks = await database.db.query(sql`
      select distinct bucket from ops.dirty where tenant_id = ${tenant.tenantId} and rollup = 'ticket-created-daily'`);
    expect(marks).toEqual([{ bucket: '2026-10-05' }]);
  });
});

describe('the watermark of a stream', () => {
  const asOf = async (crm: ReturnType<typeof newSource>) =>
    Object.fromEntries(
      (
        await database.db.query<{ stream: string; as_of: Temporal.Instant | null }>(sql`
          select stream, as_of from ops.streams where tenant_id = ${tenant.tenantId} and source = ${crm.to.source}`)
      ).map(({ stream, as_of }) => [stream, as_of?.toString() ?? null]),
    );
  const heartbeat = (minute: number, ...streams: string[]): Sent => ({ type: 'heartbeat', minute, data: { streams } });

  test('is not moved by events: what was lost before them is not known', async () => {
    const crm = newSource();
    await crm.send(message('m', 1));
    await crm.apply();
    expect(await asOf(crm)).toEqual({ message: null });
  });

  test('is moved by a heartbeat, for the streams it names, which is then forgotten', async () => {
    const crm = newSource();
    await crm.send(message('m', 1), heartbeat(30, 'message', 'ticket'));
    await crm.apply();
    expect(await asOf(crm)).toEqual({ message: atMinute(30), ticket: atMinute(30) });
    expect(await crm.events()).toHaveLength(1);
    await crm.send(heartbeat(20, 'message'));
    await crm.apply();
    expect(await asOf(crm)).toEqual({ message: atMinute(30), ticket: atMinute(30) });
  });

  test('does not pass an event that waits, nor our own time', async () => {
    const crm = newSource();
    await crm.send(
      { type: 'message.status', minute: 10, data: { id: 'm', status: 'read' } },
      heartbeat(30, 'message', 'contact'),
    );
    await crm.apply();
    expect(await asOf(crm)).toEqual({ message: atMinute(10), contact: atMinute(30) });
    await crm.send(heartbeat(24 * 60, 'contact'));
    await crm.apply();
    expect(await asOf(crm)).toMatchObject({ contact: clock.now().toString() });
  });
});
