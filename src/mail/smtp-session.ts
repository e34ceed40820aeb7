import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection';
import type { SmtpServer } from './smtp-url.ts';

/** In milliseconds, each from the begin of its step on. */
export interface SmtpTiming {
  /** Name, connection, greeting and TLS. */
  connectMs: number;
  /** Login, and the question whether a connection still lives. */
  commandMs: number;
  /** From the sender's address to the answer to the whole message; servers look into it before they answer. */
  sendMs: number;
}

export interface SessionOptions {
  server: SmtpServer;
  requireTls: boolean;
  timing: SmtpTiming;
  tls?: Pick<ConnectionOptions, 'ca'>;
  signal?: AbortSignal | undefined;
}

/** A connection that has logged in. */
export interface Session {
  /** Whether it goes through TLS. */
  readonly secure: boolean;
  /** Rejects when it does not live any more. */
  reset(): Promise<void>;
  /** Resolves with the server's answer. `onBegun` is told once the message itself begins to go out. */
  send(letter: { from: string; to: string; bytes: Buffer }, onBegun: () => void): Promise<string>;
  /** Ends it politely. */
  quit(): void;
  /** Breaks it off. */
  close(): void;
}

/** Connects, goes over to TLS and logs in. Rejects with what nodemailer or the system says of it. */
export async function openSession({ server, requireTls, timing, tls, signal }: SessionOptions): Promise<Session> {
  const connection = new SMTPConnection({
    ...{ host: server.host, port: server.port, secure: server.tls },
    ...(server.tls ? {} : requireTls ? { requireTLS: true } : { ignoreTLS: server.loopback }),
    ...(tls ? { tls: tls as Options['tls'] } : {}),
    ...{ connectionTimeout: timing.connectMs, greetingTimeout: timing.connectMs, dnsTimeout: timing.connectMs },
    // Our own limits end a step; this one is for a connection that nobody waits at.
    socketTimeout: timing.sendMs + timing.commandMs,
    socketCloseTimeout: 1_000,
  });
  // Without a listener an error between two steps would end the process.
  connection.on('error', () => undefined);
  const giveUp = () => connection.close();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    signal?.throwIfAborted();
    await step(connection, timing.connectMs, (done) => connection.connect(done));
    const { user, password } = server;
    if (user !== undefined && password !== undefined) {
      const credentials = { user, pass: password.reveal() };
      await step(connection, timing.commandMs, (done) => connection.login({ credentials }, done));
    }
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
  return {
    secure: connection.secure,
    async reset() {
      await step(connection, timing.commandMs, (done) => connection.reset(done));
    },
    async send({ from, to, bytes }, onBegun) {
      // Only read once the server has said yes to sender, recipient and DATA.
      const message = Readable.from(
        (function* () {
          onBegun();
          yield bytes;
        })(),
      );
      const { response } = await step<{ response: string }>(connection, timing.sendMs, (done) =>
        connection.send({ from, to, size: bytes.length }, message, done),
      );
      return response;
    },
    quit: () => connection.quit(),
    close: () => connection.close(),
  };
}

type Done<T> = (error?: Error | null, value?: T) => void;

/** One step of a conversation: ends with its answer, with an error of the connection, or when its time is over. */
function step<T>(connection: SMTPConnection, limitMs: number, run: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const done: Done<T> = (error, value) => {
      clearTimeout(timer);
      connection.off('error', done);
      connection.off('end', ended);
      if (error) reject(error);
      else resolve(value as T);
    };
    // What ended it is told right after.
    const ended = () => setImmediate(() => done(new Error('the connection was closed')));
    const timer = setTimeout(() => {
      done(new Error(`no answer within ${limitMs / 1000} s`));
      connection.close();
    }, limitMs);
    connection.on('error', done);
    connection.on('end', ended);
    run(done);
  });
}
