import { describe, expect, test } from 'vitest';
import { composeMail, messageIdOf } from '../../src/mail/compose.ts';
import { headerNames, mail, parse } from './a-mail.ts';

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
