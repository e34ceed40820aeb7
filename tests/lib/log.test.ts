import { expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.ts';

test('no secret reaches a log line, at any depth we log at', () => {
  let written = '';
  const log = createLog({
    to: {
      write: (line: string) => {
        written += line;
      },
    },
  });
  const secrets = {
    token: 's3cret',
    signingSecret: 's3cret',
    password: 's3cret',
    response_url: 's3cret',
    databaseUrl: 's3cret',
  };
  log.info({ ...secrets, slack: secrets, deep: { slack: secrets }, user: 'U1' }, 'request');
  expect(written).toContain('"user":"U1"');
  expect(written).not.toContain('s3cret');
});
