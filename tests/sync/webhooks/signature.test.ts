import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signatureProblem, signWebhook } from '../../../src/sync/webhooks/signature.ts';

const now = Temporal.Instant.from('2026-11-20T08:00:00Z');
const seconds = String(now.epochMilliseconds / 1000);
const body = Buffer.from('{"id":"evt_1","text":"grüß dich 👋"}');
const problemOf = (over: {
  secrets?: readonly string[];
  timestamp?: string | undefined;
  signature?: string | undefined;
  body?: Uint8Array;
}) => {
  const given = {
    secrets: ['new', 'old'],
    timestamp: seconds,
    signature: signWebhook('new', seconds, body),
    body,
    ...over,
  };
  return signatureProblem(given.secrets, given.timestamp, given.signature, given.body, now);
};

describe('the signature of a webhook', () => {
  test('is the HMAC-SHA256 of time, dot and body, as openssl makes it', () => {
    // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac secret
    expect(signWebhook('secret', '1700000000', '{"id":"evt_1"}')).toBe(
      'v1=af784f27423c462e20039559cd4264140f7b7ed4c9090e26fd663faa5eeb8dda',
    );
  });

  test('is good with the new and with the old secret, and with no other', () => {
    expect(problemOf({})).toBeUndefined();
    expect(problemOf({ signature: signWebhook('old', seconds, body) })).toBeUndefined();
    expect(problemOf({ signature: signWebhook('older', seconds, body) })).toBe('signature');
    expect(problemOf({ secrets: [] })).toBe('signature');
  });

  test('is never good with an empty secret', () => {
    expect(problemOf({ secrets: [''], signature: signWebhook('', seconds, body) })).toBe('signature');
  });

  test('is not good for a body of which any one byte is another', () => {
    for (const index of body.keys()) {
      const changed = Buffer.from(body);
      changed[index]! ^= 1;
      expect(problemOf({ body: changed }), `byte ${index}`).toBe('signature');
    }
    expect(problemOf({ body: Buffer.concat([body, Buffer.from('\n')]) })).toBe('signature');
  });

  test('is not good when any one letter of it is another', () => {
    const good = signWebhook('new', seconds, body);
    for (let index = 0; index < good.length; index++) {
      const letter = good[index] === '0' ? '1' : '0';
      expect(problemOf({ signature: good.slice(0, index) + letter + good.slice(index + 1) }), good[index]).toBe(
        'signature',
      );
    }
  });

  test.each([
    undefined,
    '',
    'v1=',
    signWebhook('new', seconds, body).slice(3),
    `${signWebhook('new', seconds, body)} `,
  ])('is not good as %j', (signature) => expect(problemOf({ signature })).toBe('signature'));

  test('belongs to its time', () => {
    const later = String(Number(seconds) + 1);
    expect(problemOf({ timestamp: later })).toBe('signature');
  });

  test.each([
    [-300, undefined],
    [300, undefined],
    [-301, 'timestamp'],
    [301, 'timestamp'],
  ])('%i seconds off our time: %s', (off, problem) => {
    const timestamp = String(Number(seconds) + off);
    expect(problemOf({ timestamp, signature: signWebhook('new', timestamp, body) })).toBe(problem);
  });

  test.each([
    undefined,
    '',
    ' ',
    '1e9',
    `${seconds}.0`,
    `-${seconds}`,
    `0x${seconds}`,
    `${seconds}000`,
    '9'.repeat(400),
  ])('has no time in %j', (timestamp) =>
    expect(problemOf({ timestamp, signature: signWebhook('new', timestamp ?? '', body) })).toBe('timestamp'),
  );

  test('never lets anything pass that was not signed', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        fc.uint8Array(),
        (timestamp, signature, bytes) => {
          expect(problemOf({ timestamp, signature, body: bytes })).toBeDefined();
          expect(problemOf({ signature, body: bytes })).toBeDefined();
        },
      ),
      { seed: 20261120 },
    );
  });
});
