import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { entities } from '../../src/domain/entities.ts';
import { entityIds } from '../../src/domain/entity.ts';
import { lockWriters } from '../../src/ingest/lock.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();

/** The streams whose writers have to wait while these entities are being written. */
async function blockedBy(...written: (typeof entityIds)[number][]): Promise<string[]> {
  const tenantId = await makeTenant(database.db, `locks-${written.join('-')}`);
  return database.db.tx(async (tx) => {
    await lockWriters(
      tx,
      tenantId,
      written.map((id) => entities[id]),
    );
    const rows = await database.db.query<{ stream: string }>(sql`
      select stream from unnest(${[...entityIds]}::text[]) as s (stream)
      where not pg_try_advisory_xact_lock(7301, hashtext(${`${tenantId}:`} || stream)) order by 1`);
    return rows.map(({ stream }) => stream);
  });
}

test('a writer keeps off the writers of what it may create', async () => {
  expect(await blockedBy('ticket')).toEqual(['operator', 'team', 'ticket']);
});

test('whoever writes what a ticket is judged by keeps off the writers of tickets', async () => {
  expect(await blockedBy('ticket_event')).toEqual(['operator', 'ticket', 'ticket_event']);
});
