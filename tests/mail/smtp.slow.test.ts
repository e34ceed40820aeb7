import { createServer, type Server } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import { createSmtp, type SmtpOptions } from '../../src/mail/smtp.ts';
import type { SmtpTiming } from '../../src/mail/smtp-session.ts';
import { createMailSink, type MailSink, type MailSinkOptions } from '../../src/sandbox/mail/sink.ts';
import { certificate } from './certificate.ts';

/** Short where a test waits for the end of it. */
const timing: SmtpTiming = { connectMs: 5_000, commandMs: 5_000, sendMs: 5_000 };

async function startSink(options: Partial<MailSinkOptions> = {}): Promise<MailSink> {
  const sink = await createMailSink({ clock: fixedClock('2026-11-16T08:25:00Z'), ...options });
  onTestFinished(() => sink.stop());
  return sink;
}

function smtpTo(url: string, options: Partial<SmtpOptions> = {}) {
  const smtp = createSmtp({ url, timing, ...options });
  onTestFinished(() => smtp.close());
  return smtp;
}

const letter = {
  from: 'crema@example.com',
  to: 'maya@example.com',
  messageId: '<1@example.com>',
  bytes: Buffer.from('Subject: hello\r\n\r\nGood morning\r\n.\r\n..two dots\r\n'),
};

/** Sends, and says what came of it and how often it was handed over. */
async function sent(url: string, options: Partial<SmtpOptions> = {}, to = letter.to) {
  const handOver = vi.fn(async () => undefined);
  const outcome = await smtpTo(url, options).send({ ...letter, to }, handOver);
  return { outcome, handedOver: handOver.mock.calls.length };
}

const withLogin = (url: string, user: string, password: string) =>
  url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);

/** Nobody listens there any more. */
async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a message handed in by SMTP', () => {
  test('arrives byte for byte, with the proof the server gave for it', async () => {
    const sink = await startSink();
    expect(await sent(sink.url)).toEqual({
      outcome: { kind: 'sent', proof: { messageId: '<1@example.com>', response: '250 2.0.0 kept as 1' } },
      handedOver: 1,
    });
    expect(sink.mails).toMatchObject([{ from: letter.from, to: letter.to, secure: false }]);
    expect(sink.mails[0]?.raw).toEqual(letter.bytes);
  });

  test('is handed over when the login is done and before the server hears of it', async () => {
    const sink = await startSink({ login: { user: 'crema', password: 'secret' } });
    const smtp = smtpTo(withLogin(sink.url, 'crema', 'secret'));
    sink.failNext({ kind: 'answer', at: 'sender', code: 451 });
    let before = -1;
    await smtp.send(letter, async () => {
      before = sink.pendingFaults().length;
    });
    expect([before, sink.pendingFaults().length, sink.connections()]).toEqual([1, 0, 1]);
  });

  test('is not sent when it has been taken over meanwhile', async () => {
    const sink = await startSink();
    const sending = smtpTo(sink.url).send(letter, () => Promise.reject(new Error('taken over')));
    await expect(sending).rejects.toThrow('taken over');
    expect(sink.mails).toEqual([]);
  });

  test('uses a connection again, and a new one where the server has closed it', async () => {
    const sink = await startSink();
    const smtp = smtpTo(sink.url);
    const send = async () => (await smtp.send(letter, async () => undefined)).kind;
    expect([await send(), await send(), sink.connections()]).toEqual(['sent', 'sent', 1]);
    const port = Number(new URL(sink.url).port);
    await sink.stop();
    const next = await startSink({ port });
    expect([await send(), next.connections(), next.mails.length]).toEqual(['sent', 1, 1]);
  });

  test('logs in, through TLS that the server begins or that is asked for', async () => {
    const login = { user: 'crema@example.com', password: 'p@ss/wörd' };
    for (const fromTheStart of [false, true]) {
      const sink = await startSink({ tls: { ...certificate, fromTheStart }, login });
      const url = withLogin(sink.url, login.user, login.password);
      const { outcome } = await sent(url, { requireTls: true, tls: { ca: certificate.cert } });
      expect(outcome).toMatchObject({ kind: 'sent' });
      expect(sink.mails).toMatchObject([{ secure: true, user: login.user }]);
    }
  });
});

describe('what is definitely not sent', () => {
  test('is what a server without TLS would get that has to have it', async () => {
    const sink = await startSink();
    const { outcome, handedOver } = await sent(sink.url, { requireTls: true });
    expect(outcome).toMatchObject({ kind: 'again' });
    expect([handedOver, sink.mails.length]).toEqual([0, 0]);
  });

  test.each([false, true])(
    'is what goes to a server whose certificate nobody vouches for (%s)',
    async (fromTheStart) => {
      const sink = await startSink({ tls: { ...certificate, fromTheStart } });
      const { outcome, handedOver } = await sent(sink.url, { requireTls: true });
      expect(outcome).toMatchObject({ kind: 'again', reason: expect.stringMatching(/self.signed certificate/i) });
      expect(handedOver).toBe(0);
    },
  );

  test('is what goes to nobody: no host of that name, no listener, no greeting in time', async () => {
    const sink = await startSink();
    const refused = await sent(`smtp://127.0.0.1:${await freePort()}`);
    const unknown = await sent('smtp://nowhere.invalid:25', { insecure: true });
    sink.failNext({ kind: 'slow-greeting', ms: 2_000 });
    const slow = await sent(sink.url, { timing: { ...timing, connectMs: 60 } });
    for (const { outcome, handedOver } of [refused, unknown, slow])
      expect([outcome.kind, handedOver]).toEqual(['again', 0]);
    expect(refused.outcome).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED') });
  });

  test('waits for a server that greets late, but in time', async () => {
    const sink = await startSink();
    sink.failNext({ kind: 'slow-greeting', ms: 100 });
    expect((await sent(sink.url)).outcome.kind).toBe('sent');
  });

  test('goes no further than the login once the process stops', async () => {
    const sink = await startSink();
    const smtp = smtpTo(sink.url);
    sink.failNext({ kind: 'slow-greeting', ms: 3_000 });
    const stopping = new AbortController();
    const sending = smtp.send(letter, async () => undefined, stopping.signal);
    setTimeout(() => stopping.abort(new Error('Crema is stopping')), 30);
    expect(await sending).toMatchObject({ kind: 'again' });
  });

  test.each([
    ['greeting', 421, 'again', 0],
    ['greeting', 554, 'again', 0],
    ['login', 454, 'again', 0],
    ['login', 535, 'sender', 0],
    ['sender', 451, 'again', 1],
    ['sender', 550, 'sender', 1],
    ['sender', 530, 'sender', 1],
    ['recipient', 450, 'again', 1],
    ['recipient', 421, 'again', 1],
    ['recipient', 550, 'recipient', 1],
    ['recipient', 530, 'sender', 1],
    ['message', 452, 'again', 1],
    ['message', 421, 'again', 1],
    ['message', 552, 'letter', 1],
    ['message', 554, 'letter', 1],
  ] as const)('is refused at the %s with %i: %s', async (at, code, expected, handOvers) => {
    const sink = await startSink({ login: { user: 'crema', password: 'secret' } });
    sink.failNext({ kind: 'answer', at, code, text: 'for a reason' });
    const { outcome, handedOver } = await sent(withLogin(sink.url, 'crema', 'secret'));
    expect(outcome.kind === 'refused' ? outcome.whose : outcome.kind).toBe(expected);
    expect([handedOver, sink.mails.length, sink.pendingFaults()]).toEqual([handOvers, 0, []]);
    expect(outcome).toMatchObject({ reason: expect.stringContaining(`${code}`) });
  });

  test.each([
    ['recipient', 554, '5.7.1 Relay access denied', 'sender'],
    ['message', 550, '5.1.1 no such user', 'recipient'],
    ['message', 552, '5.2.2 mailbox full', 'recipient'],
    ['message', 550, '5.7.1 looks like spam', 'letter'],
    ['sender', 552, '5.3.4 too large', 'letter'],
  ] as const)('is the fault of whom the server says: %s %i %s', async (at, code, text, whose) => {
    const sink = await startSink();
    sink.failNext({ kind: 'answer', at, code, text });
    expect((await sent(sink.url)).outcome).toMatchObject({ kind: 'refused', whose });
  });

  test('is what goes to one address, as often as planned, while others get theirs', async () => {
    const sink = await startSink();
    sink.failNext({ kind: 'answer', at: 'recipient', code: 450, to: letter.to, times: 2 });
    const smtp = smtpTo(sink.url);
    const send = async (to: string) => (await smtp.send({ ...letter, to }, async () => undefined)).kind;
    const kinds = [await send(letter.to), await send('noor@example.com'), await send(letter.to), await send(letter.to)];
    expect(kinds).toEqual(['again', 'sent', 'again', 'sent']);
    expect(sink.mails.map(({ to }) => to)).toEqual(['noor@example.com', letter.to]);
  });

  test('is larger than the server takes', async () => {
    const sink = await startSink({ largest: 20 });
    expect((await sent(sink.url)).outcome).toMatchObject({ kind: 'refused', whose: 'letter' });
  });

  test('never becomes another command by its address', async () => {
    const sink = await startSink();
    const { outcome } = await sent(sink.url, {}, 'a@example.com>\r\nRCPT TO:<b@example.com');
    expect(outcome).toMatchObject({ kind: 'refused', whose: 'letter' });
    expect(sink.mails).toEqual([]);
  });
});

describe('what nobody knows of', () => {
  test('is a message whose answer was lost: it has arrived', async () => {
    const sink = await startSink();
    sink.failNext({ kind: 'lost-answer' });
    expect((await sent(sink.url)).outcome).toMatchObject({ kind: 'unknown' });
    expect(sink.mails).toHaveLength(1);
  });

  test('is a message after which the connection broke: it has not arrived', async () => {
    const sink = await startSink();
    sink.failNext({ kind: 'drop' });
    expect((await sent(sink.url)).outcome).toMatchObject({ kind: 'unknown' });
    expect(sink.mails).toEqual([]);
  });

  test('is a message that is not answered in time', async () => {
    const sink = await startSink();
    sink.failNext({ kind: 'hang' });
    const { outcome } = await sent(sink.url, { timing: { ...timing, sendMs: 150 } });
    expect(outcome).toEqual({ kind: 'unknown', reason: 'no answer within 0.15 s' });
  });
});

describe('secrets', () => {
  test('are in no reason, whatever the server says', async () => {
    const password = 'hunter2!';
    const sink = await startSink({ login: { user: 'crema', password: 'another' } });
    const texts = [password, Buffer.from(`\0crema\0${password}`).toString('base64')];
    for (const text of texts) {
      sink.failNext({ kind: 'answer', at: 'login', code: 535, text: `wrong: ${text}` });
      const { outcome } = await sent(withLogin(sink.url, 'crema', password));
      expect(outcome).toMatchObject({ kind: 'refused', reason: expect.stringContaining('wrong: [secret]') });
      expect(JSON.stringify(outcome)).not.toContain(text);
    }
  });

  test.each([
    'http://crema:hunter2@example.com',
    'smtp://crema:hunter2/x@example.com',
    'smtp://crema:hunter2%@example.com',
    'smtp://:hunter2@example.com',
    'smtp://crema:hunter2@example.com/path',
    'hunter2',
  ])('are not in what is said of a wrong SMTP_URL: %s', (url) => {
    expect(() => createSmtp({ url })).toThrow(/SMTP_URL/);
    expect(() => createSmtp({ url })).not.toThrow(/hunter2/);
  });
});

describe('looking whether mail could be sent', () => {
  test('connects, logs in and sends nothing', async () => {
    const sink = await startSink({ tls: certificate, login: { user: 'crema', password: 'secret' } });
    const smtp = smtpTo(withLogin(sink.url, 'crema', 'secret'), { requireTls: true, tls: { ca: certificate.cert } });
    expect(await smtp.check()).toEqual({ server: new URL(sink.url).host, secure: true, user: 'crema' });
    const wrong = smtpTo(withLogin(sink.url, 'crema', 'other'), { requireTls: true, tls: { ca: certificate.cert } });
    await expect(wrong.check()).rejects.toThrow(/535/);
    await expect(wrong.check()).rejects.not.toThrow(/other/);
    expect(sink.mails).toEqual([]);
  });
});
