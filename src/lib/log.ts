import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

/** Field names whose values never reach a log line, at any of the depths we log at. */
const secretFields = [
  'token',
  'botToken',
  'authorization',
  'signingSecret',
  'secret',
  'password',
  'response_url',
  'trigger_id',
  'databaseUrl',
];

/** JSON lines on stderr by default: stdout belongs to results. Messages are static and lower-case, values go in fields. */
export function createLog(options: { level?: string; to?: DestinationStream } = {}): Log {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    },
    options.to ?? pino.destination({ dest: 2, sync: true }),
  );
}

export const silentLog: Log = pino({ level: 'silent' });
