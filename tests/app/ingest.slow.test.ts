import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { activate, record, schema, state } from '../sources/singer/tapping.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();
const root = path.join(import.meta.dirname, '..', '..');
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'crema-ingest-'));
  await writeFile(
    path.join(dir, 'map.yaml'),
    'source: tap\nentities:\n  - {entity: ticket, stream: tickets, fields: {id: id, created_at: at, updated_at: at}}\n',
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

type Crema = ChildProcessByStdio<Writable, Readable, Readable>;
const running: Crema[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** The command in a process of its own, fed by a pipe. */
function crema(...argv: string[]): Crema {
  const child = spawn(
    process.execPath,
    [path.join(root, 'src', 'main.ts'), 'ingest', '--singer', '--map', path.join(dir, 'map.yaml'), ...argv],
    { env: { ...process.env, DATABASE_URL: database.url, CREMA_HOME: dir }, stdio: ['pipe', 'pipe', 'pipe'], cwd: dir },
  );
  running.push(child);
  return child;
}

const ticket = (id: number) => record('tickets', { id, at: '2026-01-02T00:00:00Z' });
const lines = (...all: string[]) => `${all.join('\n')}\n`;
const ids = async () =>
  (await database.db.query<{ id: string }>(sql`select id from crm.tickets where deleted_at is null order by id`)).map(
    ({ id }) => id,
  );

describe('crema ingest, fed by a pipe', { timeout: 60_000 }, () => {
  test('hands on states on standard output and says the rest on standard error', async () => {
    const child = crema();
    child.stdin.end(
      lines(
        schema('tickets'),
        ticket(1),
        state({ at: 1 }),
        ticket(2),
        record('tickets', { id: 3, at: 'x' }),
        state({ at: 12345678901234567890n.toString() }),
      ),
    );
    const [out, note, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect({ code, out }).toEqual({ code: 0, out: '{"at":"12345678901234567890"}\n' });
    expect(note).toContain('stream tickets line 5 created_at: "x" is not a date as iso');
    expect(note).toContain('tap: 3 records, 1 rejected, 1 states handed on');
    expect(note).toMatch(/ticket: 2 new, 0 changed, 0 unchanged; as of 20/);
    expect(await ids()).toEqual(['1', '2']);
  });

  test('ends with 1 at a broken line, having handed on the state before it', async () => {
    const child = crema();
    child.stdin.end(
      lines(schema('tickets'), ticket(4), state(4), 'Traceback (most recent call last):', ticket(5), state(5)),
    );
    const [out, note, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    expect({ code, out }).toEqual({ code: 1, out: '4\n' });
    expect(note).toContain('crema: line 4 is not JSON');
    expect(await ids()).toEqual(['1', '2', '4']);
  });

  test('when it is told to stop commits what came, hands on the state and ends with 1', async () => {
    const child = crema();
    const noted = text(child.stderr);
    const out = text(child.stdout);
    // More than one batch, so that the first commit shows that the process is up and reading.
    child.stdin.write(
      lines(schema('tickets'), ...Array.from({ length: 10_050 }, (_, of) => ticket(1000 + of)), state('reached')),
    );
    for (let waited = 0; (await ids()).length < 10_000 && waited < 300; waited++) await sleep(100);
    await sleep(1000);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect({ code, out: await out }).toEqual({ code: 1, out: '"reached"\n' });
    expect(await noted).toContain('stopped before the end');
    expect((await ids()).length).toBe(10_053);
    await database.db.run(sql`delete from crm.tickets where length(id) > 3`);
  });

  test('does not fall over a reader of its states that has left', async () => {
    const child = crema();
    child.stdout.destroy();
    const noted = text(child.stderr);
    for (let id = 5; id <= 9; id++) {
      child.stdin.write(lines(...(id === 5 ? [schema('tickets')] : []), ticket(id), state(id)));
    }
    child.stdin.end();
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(await noted).toContain('nobody reads standard output any more');
    expect(await ids()).toEqual(['1', '2', '4', '5', '6', '7', '8', '9']);
  });
});

describe('crema ingest', () => {
  const run = (input: Readable | undefined, ...argv: string[]) =>
    runCrema(['ingest', ...argv], { DATABASE_URL: database.url }, () => new Promise(() => undefined), input);
  const map = () => path.join(dir, 'map.yaml');

  test('says what is missing', async () => {
    expect(await run(undefined)).toMatchObject({ code: 2, note: expect.stringContaining('--singer is missing') });
    expect(await run(undefined, '--singer')).toMatchObject({
      code: 2,
      note: expect.stringContaining('--map is missing'),
    });
    expect(await run(undefined, '--singer', '--map', map())).toMatchObject({
      ...{ code: 2, note: expect.stringContaining('nothing is piped into it') },
    });
    await writeFile(path.join(dir, 'files.yaml'), 'entity: team\nfields: {id: a, name: b}\n');
    expect(await run(Readable.from([]), '--singer', '--map', path.join(dir, 'files.yaml'))).toMatchObject({
      ...{ code: 2, note: expect.stringContaining('maps no streams') },
    });
    await writeFile(path.join(dir, 'tickets.csv'), 'id,at\n');
    const imported = await runCrema(['import', '--map', map(), path.join(dir, 'tickets.csv')], {
      DATABASE_URL: database.url,
    });
    expect(imported).toMatchObject({ code: 2, note: expect.stringContaining('maps the streams of a Singer tap') });
  });

  test('ends with 1 when more would vanish than is to be believed, and does it when told so', async () => {
    const full = (version: number, all: number[]) =>
      Readable.from([
        Buffer.from(
          lines(
            schema('tickets'),
            ...all.map((id) => record('tickets', { id, at: '2026-01-02' }, version)),
            activate('tickets', version),
            state(version),
          ),
        ),
      ]);
    await run(full(1, [1, 2, 4]), '--singer', '--map', map());
    const refused = await run(full(2, [1]), '--singer', '--map', map());
    expect(refused).toMatchObject({ code: 1, out: '2\n' });
    expect(refused.note).toContain(
      'stream tickets: 2 of 3 ticket records would be deleted, more than a fifth; none was',
    );
    expect(await run(full(3, [1]), '--singer', '--map', map(), '--accept-deletes', '--json')).toMatchObject({
      code: 0,
      out: '3\n',
    });
    expect(await ids()).not.toContain('4');
  });
});
