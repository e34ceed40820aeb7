import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanLine } from '../../src/lib/mailbox.ts';
import { composeMail } from '../../src/mail/compose.ts';
import { headerNames, mail, parse, usual } from './a-mail.ts';

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
      { seed: 20261116, numRuns: 300 },
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
      { seed: 20261117, numRuns: 200 },
    );
  });
});
