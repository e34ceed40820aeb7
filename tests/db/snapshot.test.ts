import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { inSnapshot } from '../../src/db/snapshot.ts';
import { everything, readAs } from '../../src/db/viewer.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();

test('a snapshot asks a statement once, sees one moment, and reads on after one that failed only in a new one', async () => {
  const { db } = database;
  const viewpoint = { tenantId: await makeTenant(db, 'snapshot'), viewer: everything };
  const moment = sql`select clock_timestamp()::text as at`;
  const [first, again, inside, other] = await inSnapshot(db, viewpoint, async (snapshot) => [
    await snapshot.query(moment),
    await snapshot.query(moment),
    await snapshot.tx((tx) => tx.query(moment)),
    await snapshot.query(sql`select clock_timestamp()::text as at, ${1}::int as one`),
  ]);
  expect(again).toEqual(first);
  expect(inside).toEqual(first);
  expect(other![0]).not.toMatchObject(first![0]!);
  await expect(inSnapshot(db, viewpoint, (snapshot) => snapshot.query(sql`select 1 / 0`))).rejects.toThrow('zero');
  expect(await inSnapshot(db, viewpoint, (snapshot) => snapshot.query(sql`select 1 as one`))).toEqual([{ one: 1 }]);
});

test('a snapshot sees with the rights of its viewer and writes nothing', async () => {
  const { db } = database;
  const tenantId = await makeTenant(db, 'stranger');
  const role = (viewer: string) =>
    inSnapshot(db, { tenantId, viewer }, (snapshot) => snapshot.query(sql`select ops.viewer_sees_all() as all`));
  expect(await role(everything)).toEqual([{ all: true }]);
  expect(await role('nobody')).toEqual([{ all: false }]);
  await expect(
    inSnapshot(db, { tenantId, viewer: everything }, async (snapshot) => snapshot.run(sql`select 1`)),
  ).rejects.toThrow('only be read');
});

test('a snapshot is read as its own viewer only, who is asked for once', async () => {
  const { db } = database;
  const tenantId = await makeTenant(db, 'own');
  const own = { tenantId, viewer: 'somebody' };
  const asked: string[] = [];
  await inSnapshot(
    db,
    own,
    async (snapshot) => {
      expect(await readAs(snapshot, own, (reader) => reader.query(sql`select current_user::text as role`))).toEqual([
        { role: 'crema_reader' },
      ]);
      await expect(readAs(snapshot, { tenantId, viewer: everything }, async () => [])).rejects.toThrow('own viewer');
      await expect(readAs(snapshot, { ...own, tenantId: tenantId + 1 }, async () => [])).rejects.toThrow('own viewer');
    },
    async (tx) => {
      const [row] = await tx.query<{ role: string }>(sql`select current_user::text as role`);
      asked.push(row!.role);
    },
  );
  expect(asked).toHaveLength(1);
  expect(asked).not.toContain('crema_reader');
});
