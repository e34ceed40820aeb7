import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startApp } from '../../src/app/start.ts';
import { parseConfig } from '../../src/config/config.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createMailSink, type MailSinkOptions } from '../../src/sandbox/mail/sink.ts';
import { putSubscription, subscriptionOf } from '../../src/subscriptions/store.ts';
import { unsubscribeUrl } from '../../src/subscriptions/unsubscribe.ts';
import { useDatabase } from '../database.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();
const now = Temporal.Instant.from('2026-11-16T08:25:00Z');

describe('crema doctor about mail', () => {
  async function doctor(env: Record<string, string>, yaml: string, options: Partial<MailSinkOptions> = {}) {
    const sink = await createMailSink({ clock: fixedClock(now), ...options });
    onTestFinished(() => sink.stop());
    const folder = await mkdtemp(path.join(tmpdir(), 'crema-mail-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(path.join(folder, 'crema.yaml'), yaml);
    const { out } = await runCrema(['doctor'], {
      ...{ DATABASE_URL: database.url, CREMA_HOME: folder, CREMA_CONFIG: path.join(folder, 'crema.yaml') },
      SMTP_URL: env.SMTP_URL ?? sink.url.replace('//', '//crema:hunter2@'),
      ...(env.MAIL_FROM === undefined ? {} : { MAIL_FROM: env.MAIL_FROM }),
    });
    expect(out).not.toContain('hunter2');
    expect(sink.mails).toEqual([]);
    return out;
  }

  const login = { login: { user: 'crema', password: 'hunter2' } };
  const people = 'people: [{email: maya@example.com, role: executive}]\n';

  test('says that it logs in, and to which domains mail may go', async () => {
    const out = await doctor({ MAIL_FROM: 'crema@example.com' }, people, login);
    expect(out).toMatch(/^ok {4}mail {11}127\.0\.0\.1:\d+, without TLS, logged in as crema; to example\.com$/m);
  });

  test('names what is missing, and what to do', async () => {
    const refused = { login: { user: 'crema', password: 'another' } };
    expect(await doctor({ MAIL_FROM: 'crema@example.com' }, people, refused)).toMatch(
      /^BAD {3}mail .*535[^\n]*\n.*SMTP_URL/m,
    );
    expect(await doctor({}, people, login)).toMatch(/^BAD {3}mail .*no sender\n.*MAIL_FROM/m);
    expect(await doctor({ MAIL_FROM: 'crema@example.com' }, '', login)).toMatch(
      /^BAD {3}mail .*no domain[^\n]*\n.*allowed_domains/m,
    );
    expect(await doctor({ SMTP_URL: 'smtp://127.0.0.1:1' }, people)).toMatch(/^BAD {3}mail .*ECONNREFUSED/m);
  });
});

test('the link in a mail ends the subscription at the running bot', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'crema-mail-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const app = await startApp({
    environment: { ...readEnvironment({ DATABASE_URL: database.url, CREMA_HOME: folder }), port: 0 },
    ...{ config: parseConfig('', 'crema.yaml'), configPresent: false, tenant: 'default', host: '127.0.0.1' },
    ...{ clock: fixedClock(now), log: silentLog },
  });
  onTestFinished(() => app.stop());
  const id = await database.db.tx((tx) =>
    putSubscription(
      tx,
      1,
      {
        ...{ kind: 'report', subject: 'executive', carrier: 'mail', recipient: 'maya@example.com' },
        ...{ cadence: { kind: 'weekly', day: 1 }, at: '08:30', timezone: 'Asia/Jakarta' },
      },
      now,
    ),
  );
  const subscription = (await subscriptionOf(database.db, 1, id))!;
  const link = unsubscribeUrl(app.url, subscription);
  expect(await (await fetch(link)).text()).toContain('This ends the report “executive”');
  expect((await subscriptionOf(database.db, 1, id))?.state).toBe('active');
  await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) });
  expect(await subscriptionOf(database.db, 1, id)).toMatchObject({
    ...{ state: 'ended', stateReason: 'ended by the link in a mail' },
  });
});
