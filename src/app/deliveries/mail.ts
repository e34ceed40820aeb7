import type { RawFile, RawLetter } from '../../deliveries/artifacts.ts';
import type { Delivery } from '../../deliveries/delivery.ts';
import type { Made } from '../../deliveries/dispatch.ts';
import { composeMail, type Mail, type MailFile, messageIdOf } from '../../mail/compose.ts';
import { unsubscribeUrl } from '../../subscriptions/unsubscribe.ts';
import type { MailSettings } from '../mail.ts';
import type { Reading } from './reading.ts';

export interface MailDeps {
  /** Asked at each mail: a new configuration brings new ones. */
  settings: () => MailSettings;
  /** Of the HTTP server as it is reached from outside, without a slash at the end. */
  publicUrl: string;
}

/** What a mail says. */
export interface MailContent {
  subject: string;
  html: string;
  text: string;
  /** Pictures that the HTML names as `cid:NAME`. */
  images?: readonly MailFile[];
  attachments?: readonly RawFile[];
}

/** A mail to the one recipient of a delivery, with the link that ends it, as the letter its carrier sends. */
export async function mailLetter(
  mail: MailDeps | undefined,
  delivery: Delivery,
  { subscription }: Pick<Reading, 'subscription'>,
  content: MailContent,
  date: Temporal.Instant,
): Promise<Made> {
  const ending = mail ? { unsubscribeUrl: unsubscribeUrl(mail.publicUrl, subscription) } : {};
  return { kind: 'letter', letter: await rawMailLetter(mail, delivery, { ...content, ...ending, date }) };
}

/** A mail to the one recipient of a delivery. Rejects where nobody is set up to be its sender. */
export async function rawMailLetter(
  mail: Pick<MailDeps, 'settings'> | undefined,
  { recipient, dedupeKey }: Pick<Delivery, 'recipient' | 'dedupeKey'>,
  content: MailContent & Pick<Mail, 'date' | 'unsubscribeUrl' | 'threadId'>,
): Promise<RawLetter> {
  const settings = mail?.settings();
  if (!settings?.from)
    throw new Error('there is no sender of mail: set SMTP_URL, and mail.from in crema.yaml or MAIL_FROM');
  const { from, replyTo } = settings;
  const bytes = await composeMail({
    ...{ from, ...(replyTo ? { replyTo } : {}), to: { name: '', address: recipient }, ...content, dedupeKey },
  });
  const messageId = messageIdOf(dedupeKey, from.address);
  return {
    body: { from: from.address, to: recipient, messageId, subject: content.subject },
    files: [{ name: 'message.eml', mediaType: 'message/rfc822', bytes }],
  };
}
