import { isIP } from 'node:net';
import { usageError } from '../lib/errors.ts';
import { Secret } from '../lib/secret.ts';

/** Where mail is handed in. */
export interface SmtpServer {
  host: string;
  port: number;
  /** From the first byte on (`smtps://`); else by STARTTLS. */
  tls: boolean;
  user?: string;
  password?: Secret;
  /** On this very machine: then it may go without TLS. */
  loopback: boolean;
}

/**
 * Reads `smtp://user:password@host:587` or `smtps://...` (port 465 unless given). Throws a usage error `SMTP_URL` that
 * never repeats the value, as it holds a password.
 */
export function readSmtpUrl(url: string): SmtpServer {
  const read = URL.parse(url);
  const refuse = (why: string) =>
    usageError('SMTP_URL', `SMTP_URL ${why}`, 'Give smtp://user:password@host:587 or smtps://user:password@host:465.');
  if (!read || !/^smtps?:$/.test(read.protocol) || read.hostname === '')
    throw refuse('is not an address that starts with smtp:// or smtps:// and names a host');
  if (read.search !== '' || read.hash !== '' || !['', '/'].includes(read.pathname))
    throw refuse(
      'has more behind the host: special signs in user and password have to be written as %40, %2F, %3F, %23',
    );
  const tls = read.protocol === 'smtps:';
  const host = read.hostname.replace(/^\[(.*)\]$/, '$1');
  const [user, password] = [decoded(read.username), decoded(read.password)];
  if (user === undefined || password === undefined) throw refuse('has a % in user or password that means nothing: %25');
  if ((user === '') !== (password === '')) throw refuse('has a user or a password, but not both');
  return {
    ...{ host, tls, port: read.port === '' ? (tls ? 465 : 587) : Number(read.port), loopback: isLoopback(host) },
    ...(user === '' ? {} : { user, password: new Secret(password) }),
  };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
