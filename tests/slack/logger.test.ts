import { LogLevel } from '@slack/bolt';
import { describe, expect, test } from 'vitest';
import { createSlackLogger } from '../../src/slack/logger.ts';
import { describeError, redact } from '../../src/slack/redact.ts';
import { recordingLog } from './company.ts';

const secrets = [
  'xoxb-1234-abcd',
  'xapp-1-A2-3-deadbeef',
  'xoxe.xoxp-1-abc',
  'https://hooks.slack.com/commands/T1/2/abc',
  'https://hooks.slack.com/actions/T1/2/def',
  'https://files.slack.com/upload/v1/ABC123',
  'wss://wss-primary.slack.com/link/?ticket=12ab',
];

describe('the logger for Slack’s libraries', () => {
  test.each(secrets)('hides %s', (secret) => {
    const { log, logged } = recordingLog();
    createSlackLogger(log).error(`failed for ${secret} today`, new Error(secret));
    expect(JSON.stringify(logged)).not.toContain(secret);
    expect(JSON.stringify(logged)).toContain('today');
    expect(JSON.stringify(describeError(new Error('a', { cause: new Error(secret) })))).not.toContain(secret);
  });

  test('never prints payloads, whatever our own level', () => {
    const { log, logged } = recordingLog();
    const logger = createSlackLogger(log);
    logger.setLevel(LogLevel.DEBUG);
    logger.debug('a payload');
    expect(logger.getLevel()).toBe(LogLevel.INFO);
    logger.warn({ token: 'xoxb-1' });
    expect(logged.map((line) => line.said)).toEqual(['[object]']);
  });

  test('leaves ordinary text alone', () => {
    expect(redact('GET https://example.com/api took 3 ms')).toBe('GET https://example.com/api took 3 ms');
  });
});
