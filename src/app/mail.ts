import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import { type Mailbox, readMailbox } from '../lib/mailbox.ts';
import { allowedDomains } from '../mail/allowed.ts';

/** What a tenant's mail is like. */
export interface MailSettings {
  /** Undefined where neither `mail.from` nor MAIL_FROM is set: then nothing can be sent. */
  from: Mailbox | undefined;
  replyTo: Mailbox | undefined;
  /** See `mayMailTo`. */
  allowed: readonly string[];
  /** Whether an SMTP server of another machine may do without TLS. */
  insecureSmtp: boolean;
}

/** The settings of a tenant's mail, with what stands in for those that are not set. */
export function mailSettings(config: Config, tenant: string, environment: Pick<Environment, 'mailFrom'>): MailSettings {
  const mail = config.tenants[tenant]?.mail;
  const people = config.people.filter((person) => person.tenant === tenant).flatMap(({ email }) => email ?? []);
  return {
    from: mail?.from ?? (environment.mailFrom === undefined ? undefined : readMailbox(environment.mailFrom)),
    replyTo: mail?.reply_to,
    allowed: allowedDomains(mail?.allowed_domains ?? [], people),
    insecureSmtp: mail?.insecure_smtp ?? false,
  };
}
