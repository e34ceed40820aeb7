import { createHash } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { usageError } from '../lib/errors.ts';
import { cleanLine, type Mailbox, readAddress } from '../lib/mailbox.ts';

export interface Mail {
  from: Mailbox;
  /** One message goes to one recipient. */
  to: Mailbox;
  replyTo?: Mailbox;
  subject: string;
  html: string;
  /** The same for who reads no HTML. */
  text: string;
  /** Pictures that the HTML names as `cid:NAME`. */
  images?: readonly MailFile[];
  attachments?: readonly MailFile[];
  /** When it was made; the same for every attempt at sending it. */
  date: Temporal.Instant;
  /** Identity of the delivery: the Message-ID comes from it, so that a second copy is known as one. */
  dedupeKey: string;
  /** Where the recipient ends it: the page of a link in the mail, and with one press of the mail program (RFC 8058). */
  unsubscribeUrl?: string;
  /** Message-ID of the mail that began the thread this one belongs to, with its angle brackets. */
  threadId?: string;
}

export interface MailFile {
  /** Of an attachment the file's name; of a picture what the HTML names it by: letters, digits, dot, dash, at sign. */
  name: string;
  mediaType: string;
  bytes: Buffer;
}

/**
 * The whole message as the bytes that go over the wire: ASCII, lines that end in CR LF. The same mail gives the same bytes
 * always, so that what was sent can be kept, sent and shown again. Throws a usage error `MAIL_ADDRESS` for an address that
 * is none, `MAIL_FILE` for a file that has no proper name or type and `MAIL_THREAD` for a thread that has none.
 */
export async function composeMail(mail: Mail): Promise<Buffer> {
  const [from, to] = [checked(mail.from, 'From'), checked(mail.to, 'To')];
  const { images = [], attachments = [], unsubscribeUrl, threadId } = mail;
  if (threadId !== undefined && !/^<[\w.+-]+@[\w.-]+>$/.test(threadId))
    throw usageError('MAIL_THREAD', `"${cleanLine(threadId)}" is no Message-ID`);
  for (const { name } of images)
    if (!/^[\w.@-]+$/.test(name)) throw usageError('MAIL_FILE', `"${cleanLine(name)}" cannot name a picture in a mail`);
  const message = new MailComposer({
    from,
    to,
    ...(mail.replyTo ? { replyTo: checked(mail.replyTo, 'Reply-To') } : {}),
    subject: cleanLine(mail.subject),
    html: mail.html,
    text: mail.text,
    date: rfc5322Date(mail.date),
    messageId: messageIdOf(mail.dedupeKey, from.address),
    ...(threadId === undefined ? {} : { inReplyTo: threadId, references: threadId }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      // For Exchange, which heeds no other: answers of machines, but not that it could not be delivered.
      'X-Auto-Response-Suppress': 'DR, RN, NRN, OOF, AutoReply',
      ...(unsubscribeUrl === undefined ? {} : unsubscribeHeaders(unsubscribeUrl)),
    },
    attachments: [
      ...images.map((image) => ({
        ...fileOf(image),
        cid: image.name,
        contentDisposition: 'inline' as const,
      })),
      ...attachments.map((file) => ({ ...fileOf(file), contentDisposition: 'attachment' as const })),
    ],
    // Random otherwise. Of everything inside, so that none of it can hold it by intent.
    baseBoundary: fingerprint(mail),
    textEncoding: 'quoted-printable',
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return message.compile().build();
}

/** The Message-ID of a delivery, of the domain it is sent from, with its angle brackets. */
export function messageIdOf(dedupeKey: string, from: string): string {
  return `<${createHash('sha256').update(dedupeKey).digest('hex')}@${from.split('@').at(-1)}>`;
}

function checked({ name, address }: Mailbox, header: string): Mailbox {
  const read = readAddress(address);
  if (read === undefined)
    throw usageError('MAIL_ADDRESS', `${header}: "${cleanLine(address)}" is not a mail address such as a@example.com`);
  return { name: cleanLine(name), address: read };
}

function fileOf({ name, mediaType, bytes }: MailFile) {
  const filename = cleanLine(name).replaceAll(/[/\\]/g, '-');
  if (filename === '' || !/^[a-z]+\/[a-z0-9.+-]+$/.test(mediaType))
    throw usageError('MAIL_FILE', `the file "${filename}" of a mail has no name or no proper media type`);
  return { filename, contentType: mediaType, content: bytes };
}

/** One press ends it: `POST` to the address, with the body that the second header holds (RFC 8058). */
function unsubscribeHeaders(url: string): Record<string, string> {
  const address = URL.parse(url);
  if (!address || !/^https?:$/.test(address.protocol))
    throw usageError('MAIL_URL', 'the address to unsubscribe at does not start with http:// or https://');
  return { 'List-Unsubscribe': `<${address.href}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

function fingerprint({ html, text, dedupeKey, images = [], attachments = [] }: Mail): string {
  const hash = createHash('sha256');
  for (const part of [dedupeKey, html, text, ...[...images, ...attachments].map(({ bytes }) => bytes)]) {
    hash.update(`${part.length}:`);
    hash.update(part);
  }
  return hash.digest('hex').slice(0, 24);
}

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Mon, 16 Nov 2026 08:25:00 +0000` */
function rfc5322Date(at: Temporal.Instant): string {
  const { dayOfWeek, day, month, year, hour, minute, second } = at.toZonedDateTimeISO('UTC');
  const time = [hour, minute, second].map((part) => String(part).padStart(2, '0')).join(':');
  return `${weekdays[dayOfWeek - 1]}, ${day} ${months[month - 1]} ${year} ${time} +0000`;
}
