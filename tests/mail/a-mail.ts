import PostalMime from 'postal-mime';
import type { Mail } from '../../src/mail/compose.ts';

/** A mail as it should be, for tests to spoil. */
export const mail: Mail = {
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

export const parse = (bytes: Buffer) => PostalMime.parse(bytes);
/** The names of the headers of a message, as they stand before the first empty line. */
export const headerNames = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .split('\r\n\r\n')[0]!
    .split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.split(':')[0]!.toLowerCase());

/** What a mail's headers are, in order. */
export const usual = [
  ...['auto-submitted', 'x-auto-response-suppress', 'list-unsubscribe', 'list-unsubscribe-post', 'from', 'to'],
  ...['subject', 'message-id', 'date', 'mime-version', 'content-type'],
];
