import { z } from 'zod';
import { readDomain, readMailbox } from '../lib/mailbox.ts';
import { settings } from './settings.ts';

const mailbox = z.string().transform((text, context) => {
  const read = readMailbox(text);
  if (read) return read;
  context.addIssue({ code: 'custom', message: 'is not an address such as Crema <crema@example.com>' });
  return z.NEVER;
});

const domain = z.string().refine((text) => readDomain(text.replace(/^\*\./, '')) !== undefined, {
  error: 'is not a domain such as example.com, or *.example.com for those below it',
});

/** `mail:` of a tenant: who it comes from, and which domains it may go to. */
export const mailSchema = settings({
  from: mailbox.optional(),
  reply_to: mailbox.optional(),
  allowed_domains: z.array(domain).default([]),
  insecure_smtp: z.boolean().default(false),
});
