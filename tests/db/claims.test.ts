import { expect, test } from 'vitest';
import { claimWork } from '../../src/db/locks.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

test('a piece of work is claimed once, in a process and among several, and many claims take one connection', async () => {
  const { db } = database;
  const another = { ...db };
  const claimed = await Promise.all(Array.from({ length: 20 }, (_, index) => claimWork(db, 1, `work ${index}`)));
  expect(claimed.every(Boolean)).toBe(true);
  expect(await claimWork(db, 1, 'work 3')).toBeUndefined();
  expect(await claimWork(another, 1, 'work 3')).toBeUndefined();
  const elsewhere = await claimWork(another, 2, 'work 3');
  expect(elsewhere).toBeDefined();
  await claimed[3]?.release();
  const again = await claimWork(another, 1, 'work 3');
  expect(again).toBeDefined();
  for (const claim of [...claimed, elsewhere, again]) await claim?.release();
  const last = await claimWork(db, 1, 'work 0');
  expect(last).toBeDefined();
  await last?.release();
});
