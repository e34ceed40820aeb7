import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { Clock } from '../../lib/clock.ts';
import { createPlannedFaults, type Planned } from '../planned-faults.ts';
import { appliesTo, type MailFault, type MailMoment } from './faults.ts';

/** A mail that was taken, for one address. */
export interface ReceivedMail {
  /** Counts up from 1. */
  id: number;
  /** As MAIL FROM and RCPT TO said. */
  from: string;
  to: string;
  /** Exactly the bytes that came, without the dots that the protocol adds. */
  raw: Buffer;
  /** Of the sandbox's clock. */
  receivedAt: Temporal.Instant;
  /** Whether it came through TLS, and as whom. */
  secure: boolean;
  user: string | undefined;
}

export interface MailSinkOptions {
  /** 0 or absent: any free port. */
  port?: number;
  clock: Clock;
  /** Told after every mail and every change of planned faults. */
  onChange?: () => void;
  /** With it STARTTLS is offered, or where `fromTheStart` is true, everything goes through TLS. */
  tls?: { key: string; cert: string; fromTheStart?: boolean };
  /** Without it nobody has to log in. */
  login?: { user: string; password: string };
  /** Largest message, in bytes. */
  largest?: number;
}

/** A server that takes mail for every address and delivers none. */
export interface MailSink {
  /** `smtp://127.0.0.1:PORT`, without a login. */
  readonly url: string;
  /** Oldest first. */
  readonly mails: readonly ReceivedMail[];
  /** How often somebody has connected. */
  connections(): number;
  failNext(fault: MailFault): void;
  /** Faults still to come. */
  pendingFaults(): readonly Planned<MailFault>[];
  clearFaults(): void;
  stop(): Promise<void>;
}

/** Starts a real SMTP server on 127.0.0.1 that keeps what it takes in memory. Rejects when the port is taken. */
export async function createMailSink(options: MailSinkOptions): Promise<MailSink> {
  const { clock, onChange = () => undefined, tls, login, largest = 64 * 1024 * 1024 } = options;
  const mails: ReceivedMail[] = [];
  const faults = createPlannedFaults<MailFault>(onChange);
  let connections = 0;

  /** Refuses where that is planned for this moment. */
  function refusal(moment: MailMoment, to?: string): Error | undefined {
    const fault = faults.take((one) => appliesTo(one, moment, to));
    if (fault?.kind !== 'answer') return undefined;
    return refuse(fault.code, fault.text);
  }

  function breakOff(session: SMTPServerSession): void {
    for (const connection of server.connections) if (connection.id === session.id) connection._socket.destroy();
  }

  function keep(session: SMTPServerSession, raw: Buffer): void {
    const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address;
    const user = typeof session.user === 'string' ? session.user : undefined;
    for (const { address: to } of session.envelope.rcptTo)
      mails.push({ id: mails.length + 1, from, to, raw, receivedAt: clock.now(), secure: session.secure, user });
    onChange();
  }

  const server = new SMTPServer({
    name: 'sandbox.invalid',
    banner: 'Crema sandbox, delivers nothing',
    ...(tls ? { key: tls.key, cert: tls.cert, secure: tls.fromTheStart === true } : { disabledCommands: ['STARTTLS'] }),
    ...{ authOptional: login === undefined, allowInsecureAuth: true, disableReverseLookup: true, logger: false },
    ...{ size: largest, rejectOversized: true, closeTimeout: 50 },
    onConnect(_session, done) {
      connections += 1;
      const fault = faults.take((one) => appliesTo(one, 'greeting'));
      if (fault?.kind === 'answer') return done(refuse(fault.code, fault.text));
      if (fault?.kind === 'slow-greeting') setTimeout(done, fault.ms).unref();
      else done();
    },
    onAuth({ username, password }, _session, done) {
      const refused = refusal('login');
      if (refused) return done(refused);
      if (!login || username !== login.user || password !== login.password)
        return done(refuse(535, '5.7.8 user or password is wrong'));
      done(null, { user: username });
    },
    onMailFrom: (_address, _session, done) => done(refusal('sender')),
    onRcptTo: ({ address }, _session, done) => done(refusal('recipient', address)),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const fault = faults.take((one) => appliesTo(one, 'message', session.envelope.rcptTo[0]?.address));
        if (fault?.kind === 'answer') return done(refuse(fault.code, fault.text));
        if (fault?.kind === 'hang') return;
        if (fault?.kind === 'drop') return breakOff(session);
        if (!stream.sizeExceeded) keep(session, Buffer.concat(chunks));
        if (fault?.kind === 'lost-answer') return breakOff(session);
        done(null, `2.0.0 kept as ${mails.length}`);
      });
    },
  });
  // A client that breaks off is no trouble of ours.
  server.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `${tls?.fromTheStart === true ? 'smtps' : 'smtp'}://127.0.0.1:${port}`,
    mails,
    connections: () => connections,
    failNext: faults.failNext,
    pendingFaults: faults.pending,
    clearFaults: () => faults.clear(),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refuse(responseCode: number, text = 'as planned'): Error {
  return Object.assign(new Error(text), { responseCode });
}
