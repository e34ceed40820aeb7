import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { createMailCarrier } from '../../src/app/mail-carrier.ts';
import type { Delivery, Handing, Letter } from '../../src/deliveries/delivery.ts';
import type { Smtp, SmtpLetter } from '../../src/mail/smtp.ts';

const bytes = Buffer.from('Subject: x\r\n\r\nhello\r\n');
const file = {
  name: 'message.eml',
  mediaType: 'message/rfc822',
  hash: createHash('sha256').update(bytes).digest('hex'),
};
const body = { from: 'crema@example.com', to: 'maya@example.com', messageId: '<1@example.com>' };

async function carried(letter: Partial<Letter> = {}, kept = bytes, allowed = ['example.com'], recipient = body.to) {
  const sent: SmtpLetter[] = [];
  const handOver = vi.fn(async () => undefined);
  const smtp: Pick<Smtp, 'send'> = {
    async send(each, handing) {
      await handing();
      sent.push(each);
      return { kind: 'sent', proof: { messageId: each.messageId, response: '250 ok' } };
    },
  };
  const carrier = createMailCarrier({ smtp, allowed: () => allowed });
  const delivery = { recipient, letter: { body, files: [file], ...letter } } as Delivery & { letter: Letter };
  const handing: Handing = {
    ...{ bytesOf: async () => kept, handOver, keep: async () => undefined, signal: new AbortController().signal },
  };
  const outcome = await carrier.send(delivery, handing);
  return { outcome, sent, handedOver: handOver.mock.calls.length };
}

describe('a letter that goes by mail', () => {
  test('is handed in as it was kept, once the ledger knows of it', async () => {
    expect(await carried()).toEqual({
      outcome: { kind: 'sent', proof: { messageId: '<1@example.com>', response: '250 ok' } },
      sent: [{ ...body, bytes }],
      handedOver: 1,
    });
  });

  test('goes to no domain that is not on the list', async () => {
    const { outcome, sent, handedOver } = await carried({}, bytes, ['other.example']);
    expect(outcome).toMatchObject({
      kind: 'refused',
      whose: 'recipient',
      reason: expect.stringContaining('allowed_domains'),
    });
    expect([sent, handedOver]).toEqual([[], 0]);
  });

  test.each([
    ['two files', { files: [file, file] }],
    ['no file', { files: [] }],
    ['another file', { files: [{ ...file, name: 'report.pdf' }] }],
    ['no sender', { body: { ...body, from: 'nobody' } }],
    ['two recipients', { body: { ...body, to: 'maya@example.com, x@example.com' } }],
    ['another recipient', { body: { ...body, to: 'daniel@example.com' } }],
    ['no identity', { body: { from: body.from, to: body.to } }],
  ] as const)('is refused with %s', async (_, letter) => {
    const { outcome, sent, handedOver } = await carried(letter);
    expect(outcome).toMatchObject({ kind: 'refused', whose: 'letter' });
    expect([sent, handedOver]).toEqual([[], 0]);
  });

  test('is refused when the bytes are not those that were made', async () => {
    const { outcome, sent } = await carried({}, Buffer.from('other'));
    expect([outcome.kind, sent]).toEqual(['refused', []]);
  });
});
