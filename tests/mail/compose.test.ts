import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { cleanLine } from '../../src/lib/mailbox.ts';
import { composeMail, type Mail, messageIdOf } from '../../src/mail/compose.ts';

const mail: Mail = {
  from: { name: 'Crema', address: 'crema@example.com' },
  to: { name: 'Maya Hartono', address: 'maya@example.com' },
  subject: 'Weekly report, 9-15 November',
  html: '<p>Good morning <img src="cid:sla.png" alt="SLA 91.2 %"></p>',
  text: 'Good morning. SLA 91.2 %',
  date: Temporal.Instant.from('2026-11-16T08:25:00Z'),
  dedupeKey: 'report:3:2026-11-16:mail:maya@example.com:main:0',
  images: [{ name: 'sla.png', mediaType: 'image/png', bytes: Buffer.from([137, 80, 78, 71]) }],
  attachments: [{ name: 'Weekly report.pdf', mediaType: 'application/pdf', bytes: Buffer.from('%PDF-1.7') }],
  unsubscribeUrl: 'https://crema.example.com/unsubscribe/abc',
};

const parse = (bytes: Buffer) => PostalMime.parse(bytes);
/** The names of the headers of a message, as they stand before the first empty line. */
const headerNames = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .split('\r\n\r\n')[0]!
    .split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.split(':')[0]!.toLowerCase());

const usual = [
  ...['auto-submitted', 'x-auto-response-suppress', 'list-unsubscribe', 'list-unsubscribe-post', 'from', 'to'],
  ...['subject', 'message-id', 'date', 'mime-version', 'content-type'],
];

describe('a composed mail', () => {
  test('holds both texts, the picture and the file, and says who, what and when', async () => {
    const bytes = await composeMail({ ...mail, replyTo: { name: 'Daniel', address: 'daniel@example.com' } });
    const read = await parse(bytes);
    expect(read).toMatchObject({
      from: { name: 'Crema', address: 'crema@example.com' },
      to: [{ name: 'Maya Hartono', address: 'maya@example.com' }],
      replyTo: [{ address: 'daniel@example.com' }],
      subject: mail.subject,
      messageId: messageIdOf(mail.dedupeKey, 'crema@example.com'),
      date: '2026-11-16T08:25:00.000Z',
    });
    expect([read.html?.trim(), read.text?.trim()]).toEqual([mail.html, mail.text]);
    expect(
      read.attachments.map(({ filename, mimeType, disposition, contentId, content }) => ({
        ...{ filename, mimeType, disposition, contentId },
        bytes: Buffer.from(content as ArrayBuffer).toString('latin1'),
      })),
    ).toEqual([
      {
        ...{ filename: 'sla.png', mimeType: 'image/png', disposition: 'inline', contentId: '<sla.png>' },
        bytes: '\x89PNG',
      },
      {
        ...{ filename: 'Weekly report.pdf', mimeType: 'application/pdf', disposition: 'attachment' },
        bytes: '%PDF-1.7',
      },
    ]);
  });

  test('can be ended with one press, and asks no machine for an answer', async () => {
    const headers = new Map((await parse(await composeMail(mail))).headers.map(({ key, value }) => [key, value]));
    expect(headers.get('list-unsubscribe')).toBe('<https://crema.example.com/unsubscribe/abc>');
    expect(headers.get('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(headers.get('auto-submitted')).toBe('auto-generated');
    const { unsubscribeUrl: _, ...endless } = mail;
    const without = await composeMail(endless);
    expect(headerNames(without).filter((name) => name.startsWith('list-'))).toEqual([]);
  });

  test('is the same bytes each time, in ASCII, with lines of the length and the ends SMTP wants', async () => {
    const odd = { ...mail, text: 'é\n.\n\nFrom\r\n'.repeat(50), html: `<p>${'日本語'.repeat(600)}</p>` };
    const [one, two] = [await composeMail(odd), await composeMail(odd)];
    expect(one).toEqual(two);
    expect(one.every((byte) => byte < 128)).toBe(true);
    const lines = one.toString('latin1').split('\r\n');
    expect(lines.filter((line) => /[\r\n]/.test(line) || line.length > 998)).toEqual([]);
    expect(await composeMail({ ...odd, text: 'other' })).not.toEqual(one);
  });

  test('has an identity of its own for each delivery, of the domain it comes from', () => {
    expect(messageIdOf('a', 'x@example.com')).toMatch(/^<[0-9a-f]{64}@example\.com>$/);
    expect(messageIdOf('a', 'x@example.com')).not.toBe(messageIdOf('b', 'x@example.com'));
  });

  test.each([
    ...['maya', 'maya@', '@example.com', 'maya@example', 'maya@@example.com', 'maya@example.com, x@example.com'],
    ...['maya@example.com\r\nBcc: x@example.com', 'Maya <maya@example.com>', 'maya@exa mple.com', '"a b"@example.com'],
    ...['.maya@example.com', 'ma..ya@example.com', 'maya@-example.com', 'maya@example.com>', 'maya@[127.0.0.1]'],
    ...['maya@example.com;x@example.com', 'mäya@example.com', 'maya@example.com\0', `${'a'.repeat(65)}@example.com`],
    ...['group:maya@example.com;', 'maya@x@example.com', 'maya@example.com/x', 'maya@example.com?x=1', ''],
  ])('goes to exactly one proper address: not to %j', async (address) => {
    const composing = composeMail({ ...mail, to: { name: 'Maya', address } });
    await expect(composing).rejects.toMatchObject({ code: 'MAIL_ADDRESS', usage: true });
    await expect(composing).rejects.toThrow(/^[^\r\n\0]*$/);
  });

  test('goes to a domain in any script', async () => {
    const read = await parse(await composeMail({ ...mail, to: { name: '', address: 'maya@Müller.example' } }));
    expect(read.to).toMatchObject([{ address: 'maya@xn--mller-kva.example' }]);
  });

  test.each([
    { name: 'a b.png', mediaType: 'image/png' },
    { name: 'a>\r\nX: y', mediaType: 'image/png' },
    { name: 'a.png', mediaType: 'image/png\r\nX-Evil: 1' },
    { name: '', mediaType: 'image/png' },
  ])('takes no picture %j', async (image) => {
    await expect(composeMail({ ...mail, images: [{ ...image, bytes: Buffer.from('x') }] })).rejects.toMatchObject({
      code: 'MAIL_FILE',
    });
  });

  test.each(['javascript:alert(1)', 'unsubscribe/abc', 'mailto:x@example.com'])(
    'is not ended at %s',
    async (unsubscribeUrl) => {
      await expect(composeMail({ ...mail, unsubscribeUrl })).rejects.toMatchObject({ code: 'MAIL_URL' });
    },
  );
});

/** What people, and people who mean harm, write into names and subjects. */
const nasty = fc.oneof(
  fc
    .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 150 })
    .map((codes) => codes.map((code) => String.fromCodePoint(code)).join('')),
  fc.string({ maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...['\r\n', '\n', '\r', '\0', '\u2028', '\u0085', '\v', '\t', '\r\n\r\n', '\\', '"', ',', ';', ':', '<', '>'],
          ...['Bcc: x@evil.example', 'x@evil.example', '<x@evil.example>', '=?UTF-8?Q?=0D=0ABcc:_x@evil.example?='],
          ...['=?utf-8?B?PHhAZXZpbC5leGFtcGxlPg==?=', '(', ')', '@', '=', '?=', '=?', '--', '\ud800', '日本語', ' '],
        ),
        fc.string({ maxLength: 4 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

describe('whatever stands in names and subject', () => {
  test('one mail has one recipient, the subject that was given, and no header more', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, nasty, nasty, async (fromName, toName, subject) => {
        const bytes = await composeMail({
          ...mail,
          ...{ subject, from: { ...mail.from, name: fromName }, to: { ...mail.to, name: toName } },
        });
        const read = await parse(bytes);
        expect(read.to?.map(({ address }) => address)).toEqual(['maya@example.com']);
        expect(read.from).toMatchObject({ address: 'crema@example.com' });
        expect([read.cc, read.bcc]).toEqual([undefined, undefined]);
        expect(read.subject ?? '').toBe(cleanLine(subject));
        expect(read.to?.[0]?.name ?? '').toBe(cleanLine(toName));
        const named = usual.filter((name) => name !== 'subject' || cleanLine(subject) !== '');
        expect(headerNames(bytes)).toEqual(named);
        expect(read.attachments).toHaveLength(2);
      }),
      { seed: 20261116, numRuns: 100 },
    );
  });

  test('a file keeps its own name and stays one file', async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (name) => {
        const expected = cleanLine(name).replaceAll(/[/\\]/g, '-');
        fc.pre(expected !== '');
        const file = { name, mediaType: 'application/pdf', bytes: Buffer.from('%PDF') };
        const read = await parse(await composeMail({ ...mail, images: [], attachments: [file] }));
        expect(read.attachments.map(({ filename }) => filename)).toEqual([expected]);
      }),
      { seed: 20261117, numRuns: 60 },
    );
  });
});
