import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { useDatabase } from '../database.ts';
import { startCrm } from '../sandbox/crm/harness.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();

async function configure(url: string, rest = ''): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'crema-sync-'));
  const file = path.join(folder, 'crema.yaml');
  await writeFile(
    file,
    `tenants:\n  default:\n    sources:\n      crm:\n        kind: chat-crm\n        url: ${url}\n        key: \${CRM_API_KEY}\n        quota: {per_minute: 1000}\n${rest}`,
  );
  return file;
}

test('crema sync reads every stream, says what came of it, and changes nothing the second time', async () => {
  const { crm } = await startCrm({ clock: systemClock, from: '2026-06-01', contacts: 30 });
  const config = await configure(crm.url, '        custom_fields: {segment: segment, fields.shoe: shoe size}\n');
  const env = { DATABASE_URL: database.url, CREMA_CONFIG: config, CRM_API_KEY: 'sandbox-key' };
  const first = await runCrema(['sync'], env);
  expect(first.note).toBe('');
  expect(first.code).toBe(0);
  expect(first.out).toMatch(/^crm:campaigns: \d+ new, 0 changed, 0 unchanged, 1 call$/m);
  expect(first.out).toMatch(/^crm:contacts: \d+ new, /m);
  expect(first.out).toContain(
    'custom_fields.fields.shoe: the CRM has no custom field "shoe size"; it has segment, interest, source, account',
  );
  const again = await runCrema(['sync', 'crm:contacts', '--json'], env);
  expect(JSON.parse(again.out)).toMatchObject([
    { source: 'crm', stream: 'contacts', outcome: 'whole', stored: { inserted: 0, updated: 0 } },
  ]);

  const plan = await runCrema(['sync', '--plan'], env);
  expect(plan.out).toMatch(/^crm: [\d,]+ of 1,368,000 calls a day are planned$/m);
  expect(plan.out).toContain('  contacts: all contacts every 15 min (1 call a time, 96 a day)');

  crm.setApiKey('another');
  const locked = await runCrema(['sync'], env);
  expect(locked.code).toBe(1);
  // Said once: the other streams have the same key.
  expect(locked.note).toBe(
    'crema: crm:campaigns page 1: status 401, the key is not accepted; a new one is needed\nMake a new key in the CRM, set its environment variable and restart; the sync goes on where it stopped.\n',
  );
  const doctor = await runCrema(['doctor'], env);
  expect(doctor.out).toMatch(/^BAD {3}source crm {5}crm:campaigns page 1: status 401/m);
  expect(doctor.out).toContain('contacts: all contacts every 15 min');
  for (const { out, note } of [first, again, plan, locked, doctor]) expect(out + note).not.toContain('sandbox-key');
});

test('crema sync says what it cannot do, with exit code 2', async () => {
  const config = await configure('https://crm.example.com');
  const env = { DATABASE_URL: database.url, CREMA_CONFIG: config, CRM_API_KEY: 'k' };
  const unknown = await runCrema(['sync', 'crm:contact'], env);
  expect(unknown).toMatchObject({ code: 2, out: '' });
  expect(unknown.note).toContain('no source or stream "crm:contact"; did you mean crm:contacts?');
  expect((await runCrema(['sync', '--accept-deletes'], env)).note).toContain('--accept-deletes needs one stream');
  expect((await runCrema(['sync'], { ...env, CREMA_CONFIG: '' })).note).toContain('no source is configured');
  const { code, note } = await runCrema(['sync'], { ...env, CRM_API_KEY: '' });
  expect(code).toBe(2);
  expect(note).toContain(
    'crema.yaml:7 tenants.default.sources.crm.key: the environment variable CRM_API_KEY is not set',
  );
});
