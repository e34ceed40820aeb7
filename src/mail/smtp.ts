import type { ConnectionOptions } from 'node:tls';
import { messageOf } from '../lib/errors.ts';
import { openSession, type Session, type SmtpTiming } from './smtp-session.ts';
import { readSmtpUrl, type SmtpServer } from './smtp-url.ts';

/** A message that is handed in: the envelope and the bytes that `composeMail` made. */
export interface SmtpLetter {
  from: string;
  to: string;
  /** Of its header, with the angle brackets. */
  messageId: string;
  bytes: Buffer;
}

/** How handing in a message ended; one shape with what deliveries call an outcome. */
export type SmtpOutcome =
  | { kind: 'sent'; proof: { messageId: string; response: string } }
  | { kind: 'again'; reason: string }
  | { kind: 'refused'; reason: string; whose: 'recipient' | 'sender' | 'letter' }
  | { kind: 'unknown'; reason: string };

export interface SmtpOptions {
  /** `smtp://user:password@host:587`, `smtps://...` */
  url: string;
  /** Lets a server of another machine do without TLS. On this machine it is not used. */
  insecure?: boolean;
  timing?: SmtpTiming;
  /** Of tests: TLS also on this machine, and whom to believe. */
  requireTls?: boolean;
  tls?: Pick<ConnectionOptions, 'ca'>;
}

export interface Smtp {
  /**
   * Hands a message in. `handOver` is awaited after the login and right before the first command that belongs to the
   * message: trouble before it has sent nothing. Rejects only with what `handOver` rejects with; then nothing was sent.
   * `signal` breaks off what comes before `handOver`.
   */
  send(letter: SmtpLetter, handOver: () => Promise<void>, signal?: AbortSignal): Promise<SmtpOutcome>;
  /** Connects, logs in and leaves. Rejects with what is wrong, in words without secrets. */
  check(): Promise<{ server: string; secure: boolean; user: string | undefined }>;
  /** Ends the connections that wait for a next message. */
  close(): void;
}

export const usualSmtpTiming: SmtpTiming = { connectMs: 15_000, commandMs: 20_000, sendMs: 120_000 };

/** A connection is kept so long for a next message, in milliseconds, and at most so many of them. */
const idleMs = 5_000;
const mostIdle = 2;

/** The way to one SMTP server. Throws a usage error `SMTP_URL`. */
export function createSmtp({ url, insecure = false, timing = usualSmtpTiming, ...options }: SmtpOptions): Smtp {
  const server = readSmtpUrl(url);
  const requireTls = options.requireTls ?? !(server.loopback || insecure);
  const { tls } = options;
  const open = (signal?: AbortSignal) =>
    openSession({ ...{ server, requireTls, timing, signal }, ...(tls ? { tls } : {}) });
  const idle = new Map<Session, NodeJS.Timeout>();
  let closed = false;

  function take(): Session | undefined {
    const [first] = idle;
    if (!first) return undefined;
    clearTimeout(first[1]);
    idle.delete(first[0]);
    return first[0];
  }

  function keep(session: Session): void {
    if (closed || idle.size >= mostIdle) {
      session.quit();
      return;
    }
    const timer = setTimeout(() => {
      idle.delete(session);
      session.quit();
    }, idleMs);
    idle.set(session, timer.unref());
  }

  /** One that answers: servers close what waits too long without a word. */
  async function ready(signal?: AbortSignal): Promise<Session> {
    for (let waiting = take(); waiting; waiting = take()) {
      try {
        await waiting.reset();
        return waiting;
      } catch {
        waiting.close();
      }
    }
    return open(signal);
  }

  return {
    async send(letter, handOver, signal) {
      let session: Session;
      try {
        session = await ready(signal);
      } catch (error) {
        return beforehand(error, server);
      }
      try {
        await handOver();
      } catch (error) {
        session.close();
        throw error;
      }
      let begun = false;
      try {
        const response = await session.send(letter, () => {
          begun = true;
        });
        keep(session);
        return { kind: 'sent', proof: { messageId: letter.messageId, response: told(response, server) } };
      } catch (error) {
        session.close();
        return outcomeOf(error, begun, server);
      }
    },
    async check() {
      try {
        const session = await open();
        session.quit();
        return { server: `${server.host}:${server.port}`, secure: session.secure, user: server.user };
      } catch (error) {
        throw new Error(`${server.host}:${server.port}: ${told(messageOf(error), server)}`);
      }
    },
    close() {
      closed = true;
      for (let waiting = take(); waiting; waiting = take()) waiting.quit();
    },
  };
}

/** What nodemailer knows of an error: the code of the server's answer, and to which command. */
interface SmtpError extends Error {
  code?: string;
  responseCode?: number;
  response?: string;
  command?: string;
}

/** Nothing was handed over: it may go through later, but a login that is refused stays so. */
function beforehand(error: unknown, server: SmtpServer): SmtpOutcome {
  const { code, responseCode = 0 } = error as SmtpError;
  const reason = told(messageOf(error), server);
  const denied = code === 'EAUTH' && !(responseCode >= 400 && responseCode < 500);
  return denied ? { kind: 'refused', reason, whose: 'sender' } : { kind: 'again', reason };
}

/** An answer of the server is definite whenever it comes; without one, what began to go out may have arrived. */
function outcomeOf(error: unknown, begun: boolean, server: SmtpServer): SmtpOutcome {
  const { code, responseCode = 0, response = '', command } = error as SmtpError;
  const reason = told(messageOf(error), server);
  if (responseCode >= 500) return { kind: 'refused', reason, whose: whoseFault(responseCode, response, command) };
  if (responseCode >= 400) return { kind: 'again', reason };
  if (begun) return { kind: 'unknown', reason };
  // Larger than the server takes, by what it said when greeted; an address that cannot stand in a command.
  if (code === 'EMESSAGE' || code === 'EENVELOPE') return { kind: 'refused', reason, whose: 'letter' };
  return { kind: 'again', reason };
}

/** Codes that ask for another login: whatever command they answer, the recipient has no part in them. */
const loginCodes = [530, 534, 535, 538];

function whoseFault(code: number, response: string, command: string | undefined): 'recipient' | 'sender' | 'letter' {
  const enhanced = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})/.exec(response)?.[1] ?? '';
  if (loginCodes.includes(code)) return 'sender';
  // Too large (RFC 1870 says so already to MAIL FROM).
  if (enhanced === '5.3.4' || (code === 552 && command === 'MAIL FROM')) return 'letter';
  if (command === 'MAIL FROM') return 'sender';
  // A server that does not pass on what we send: no recipient would do.
  if (command === 'RCPT TO') return /relay/i.test(response) ? 'sender' : 'recipient';
  // Some look at the recipient only after they have the message: bad mailbox, full or disabled.
  return /^5\.(1\.[1236]|2\.[0123])$/.test(enhanced) ? 'recipient' : 'letter';
}

/** One line of at most 300 characters without what only the server may know. */
function told(text: string, { user, password }: SmtpServer): string {
  const secret = password?.reveal() ?? '';
  const base64 = (value: string) => Buffer.from(value).toString('base64');
  const secrets =
    secret === '' ? [] : [secret, encodeURIComponent(secret), base64(secret), base64(`\0${user}\0${secret}`)];
  const clean = secrets.reduce((left, each) => left.replaceAll(each, '[secret]'), text);
  return clean
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
