import type { Config } from '../config/config.ts';
import type { Environment } from '../config/environment.ts';
import type { Carrier } from '../deliveries/delivery.ts';
import type { Tenant } from '../domain/tenant.ts';
import { type Mailbox, readMailbox } from '../lib/mailbox.ts';
import { allowedDomains, mayMailTo } from '../mail/allowed.ts';
import { createSmtp } from '../mail/smtp.ts';
import { createMailCarrier } from './mail-carrier.ts';

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

/** The way mail goes out, for one tenant. */
export interface MailDoor {
  carrier: Carrier;
  settings: () => MailSettings;
  close(): void;
}

/** Undefined where no SMTP server is named. Throws a usage error for an address of one that is none. */
export function openMail(environment: Environment, config: () => Config, tenant: Tenant): MailDoor | undefined {
  const { smtpUrl } = environment;
  if (!smtpUrl) return undefined;
  const settings = () => mailSettings(config(), tenant.slug, environment);
  const smtp = createSmtp({ url: smtpUrl, insecure: settings().insecureSmtp });
  return {
    carrier: createMailCarrier({ smtp, allowed: () => settings().allowed }),
    settings,
    close: () => smtp.close(),
  };
}

/** Why no mail may go to an address; undefined where it may. */
export function mailRefusal(address: string, mail: MailDoor | undefined): string | undefined {
  if (!mail) return 'mail is not set up here';
  const { from, allowed } = mail.settings();
  if (!from) return 'mail has no sender here';
  if (mayMailTo(address, allowed)) return undefined;
  return allowed.length === 0
    ? 'mail may not go to any address yet'
    : `mail may only go to addresses at ${allowed.join(', ')}`;
}
