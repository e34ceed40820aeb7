import sql from 'sql-template-tag';
import { beforeEach, describe, expect, test } from 'vitest';
import { endOthers, putSubscription, subscriptionOf } from '../../src/subscriptions/store.ts';
import type { NewSubscription } from '../../src/subscriptions/subscription.ts';
import { endByLink, linkedSubscription, unsubscribeUrl } from '../../src/subscriptions/unsubscribe.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();
const now = Temporal.Instant.from('2026-11-16T08:25:00Z');
const wanted: NewSubscription = {
  ...{ name: 'weekly', kind: 'report', subject: 'executive', carrier: 'mail', recipient: 'maya@example.com' },
  ...{ cadence: { kind: 'weekly', day: 1 }, at: '08:30', timezone: 'Asia/Jakarta' },
};

const put = (more: Partial<NewSubscription> = {}, tenant = 1) =>
  database.db.tx((tx) => putSubscription(tx, tenant, { ...wanted, ...more }, now));
const read = async (id: number, tenant = 1) => (await subscriptionOf(database.db, tenant, id))!;

beforeEach(async () => {
  await database.db.run(sql`delete from ops.subscriptions`);
});

describe('a subscription that is ended by its link', () => {
  test('is named without its recipient, ends once, and is found ended then', async () => {
    const { subscriptionId: id, unsubscribeKey: key } = await read(await put());
    const words = { what: 'the report “executive”', when: 'every Monday at 08:30 (Asia/Jakarta)' };
    expect(await linkedSubscription(database.db, 1, key)).toEqual({ ...words, ended: false });
    expect(await endByLink(database.db, 1, key, now)).toEqual({ ...words, ended: true });
    expect(await read(id)).toMatchObject({ state: 'ended', stateReason: 'ended by the link in a mail' });
    const later = now.add({ hours: 1 });
    expect(await endByLink(database.db, 1, key, later)).toEqual({ ...words, ended: true });
    expect(await linkedSubscription(database.db, 1, key)).toEqual({ ...words, ended: true });
  });

  test('is the one of the key and of the tenant alone', async () => {
    const [first, second, foreign] = [await put(), await put({ name: 'other' }), await put({}, 2)];
    const { unsubscribeKey } = await read(first);
    expect(await endByLink(database.db, 2, unsubscribeKey, now)).toBeUndefined();
    expect(await endByLink(database.db, 1, 'nothing-has-this-key0000', now)).toBeUndefined();
    await endByLink(database.db, 1, unsubscribeKey, now);
    expect([(await read(first)).state, (await read(second)).state]).toEqual(['ended', 'active']);
    expect((await read(foreign, 2)).state).toBe('active');
  });

  test('stays ended when crema.yaml is read again, until it goes to somebody else', async () => {
    const { subscriptionId: id, unsubscribeKey: key } = await read(await put());
    await endByLink(database.db, 1, key, now);
    await put();
    expect((await read(id)).state).toBe('ended');
    await put({ recipient: 'daniel@example.com' });
    expect((await read(id)).state).toBe('active');
  });

  test('is another thing than one that crema.yaml left out and has again', async () => {
    const id = await put();
    await endOthers(database.db, 1, [], now);
    expect((await read(id)).state).toBe('ended');
    await put();
    expect((await read(id)).state).toBe('active');
  });
});

test('its address is the one of the server, however that is written', () => {
  const key = { unsubscribeKey: 'abc' };
  expect(unsubscribeUrl('https://crema.example.com/', key)).toBe('https://crema.example.com/unsubscribe/abc');
  expect(unsubscribeUrl('http://localhost:3000', key)).toBe('http://localhost:3000/unsubscribe/abc');
});
