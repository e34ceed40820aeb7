import { type Logger, LogLevel } from '@slack/bolt';
import { messageOf } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import { redact } from './redact.ts';

/**
 * Slack's libraries log through ours. Their debug output holds whole payloads (tokens, response URLs, what people typed)
 * and is dropped whatever our level; the rest is redacted.
 */
export function createSlackLogger(log: Log): Logger {
  const own = log.child({ part: 'slack sdk' });
  const write =
    (level: 'debug' | 'warn' | 'error') =>
    (...parts: unknown[]): void =>
      own[level]({ said: redact(parts.map(shown).join(' ')) }, 'slack library says');
  return {
    debug: () => {},
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}

function shown(part: unknown): string {
  return part instanceof Error || typeof part !== 'object' ? messageOf(part) : '[object]';
}
