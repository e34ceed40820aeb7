import PostalMime from 'postal-mime';
import type { MailSink, ReceivedMail } from './sink.ts';

/** A mail as a mail program reads it. */
export interface ReadMail {
  mail: ReceivedMail;
  subject: string;
  /** `Crema <crema@example.com>` */
  from: string;
  to: string;
  html: string | undefined;
  text: string;
  /** In the order in which they came, with their values decoded. */
  headers: readonly { name: string; value: string }[];
  parts: readonly MailPart[];
}

/** A file of a mail: a picture that the HTML shows, or an attachment. */
export interface MailPart {
  name: string;
  mediaType: string;
  bytes: Buffer;
  /** What the HTML names it by, without angle brackets. */
  contentId: string | undefined;
  inline: boolean;
}

/** What the sink has taken, read when somebody looks. */
export interface Mailbox {
  mails(): readonly ReceivedMail[];
  /** Reads what has come since; the others were read already. */
  prepare(): Promise<void>;
  /** Undefined where there is none of that number, or it has not been read. */
  read(id: number): ReadMail | undefined;
}

export function createMailbox(sink: Pick<MailSink, 'mails'>): Mailbox {
  const read = new Map<number, ReadMail>();
  return {
    mails: () => sink.mails,
    async prepare() {
      for (const mail of sink.mails) if (!read.has(mail.id)) read.set(mail.id, await parse(mail));
    },
    read: (id) => read.get(id),
  };
}

async function parse(mail: ReceivedMail): Promise<ReadMail> {
  const { subject = '', from, to, html, text, headers, attachments } = await PostalMime.parse(mail.raw);
  return {
    ...{ mail, html, subject: subject || '(no subject)', text: text ?? '' },
    from: mailboxWords(from) ?? mail.from,
    to: to?.map(mailboxWords).join(', ') || mail.to,
    headers: headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    parts: attachments.map(({ filename, mimeType, content, contentId, disposition }, index) => ({
      name: filename ?? `part-${index + 1}`,
      mediaType: mimeType,
      bytes: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer),
      contentId: contentId?.replace(/^<(.*)>$/, '$1'),
      inline: disposition === 'inline',
    })),
  };
}

function mailboxWords(
  mailbox: { name?: string | undefined; address?: string | undefined } | undefined,
): string | undefined {
  if (mailbox?.address === undefined) return undefined;
  return mailbox.name ? `${mailbox.name} <${mailbox.address}>` : mailbox.address;
}
