import { createHash } from 'node:crypto';
import type { Carrier, Delivery, Letter, Outcome } from '../deliveries/delivery.ts';
import { readAddress } from '../lib/mailbox.ts';
import { mayMailTo } from '../mail/allowed.ts';
import type { Smtp } from '../mail/smtp.ts';

/** What the body of a mail's letter holds; its one file `message.eml` is the whole message. */
interface MailBody {
  /** Addresses of the envelope, without names. */
  from: string;
  to: string;
  /** Of its header, with the angle brackets. */
  messageId: string;
}

/**
 * Sends letters by mail: exactly the bytes that were kept, to the one recipient of the delivery. `allowed` is asked at each
 * letter, so that a domain that was taken off the list gets nothing that was made before.
 */
export function createMailCarrier({
  smtp,
  allowed,
}: {
  smtp: Pick<Smtp, 'send'>;
  allowed: () => readonly string[];
}): Carrier {
  return {
    async send(delivery, handing): Promise<Outcome> {
      const { letter } = delivery;
      const body = bodyOf(delivery);
      const [file] = letter.files;
      if (!body || !file || letter.files.length !== 1 || file.name !== 'message.eml')
        return { kind: 'refused', reason: 'the letter is no mail to this recipient', whose: 'letter' };
      if (!mayMailTo(body.to, allowed())) {
        const reason = `mail may not go to the domain of ${body.to}: see mail.allowed_domains`;
        return { kind: 'refused', reason, whose: 'recipient' };
      }
      const bytes = await handing.bytesOf(file);
      if (createHash('sha256').update(bytes).digest('hex') !== file.hash)
        return { kind: 'refused', reason: 'the message that was kept is not what was made', whose: 'letter' };
      return smtp.send({ ...body, bytes }, () => handing.handOver(), handing.signal);
    },
  };
}

function bodyOf({ letter, recipient }: Delivery & { letter: Letter }): MailBody | undefined {
  const { from, to, messageId } = letter.body;
  if (typeof from !== 'string' || typeof to !== 'string' || typeof messageId !== 'string') return undefined;
  const address = readAddress(to);
  if (address === undefined || address !== readAddress(recipient) || readAddress(from) === undefined) return undefined;
  return { from, to: address, messageId };
}
