import { z } from 'zod';
import { Secret } from '../lib/secret.ts';
import { settings, unknown } from './settings.ts';

/** Fields of a contact that a custom field of the CRM may be; anything else goes under `fields.`. */
export const customFieldTargets = ['segment', 'source', 'status', 'account_id', 'name', 'email', 'phone'] as const;

/** What the smallest plan of the chat CRM allows: the only safe guess where the configuration says nothing. */
const smallestPlan = { per_minute: 60, per_day: 1000 };

const shareWords = 'is a share from 0 to 1, such as 0.2';

const secret = z
  .string()
  .min(1, 'is empty')
  .transform((value) => new Secret(value));

const callsSchema = z.int().min(1, 'is a number of calls, 1 or more');

const quotaSchema = settings({
  per_minute: callsSchema,
  /** Left out: no daily limit. */
  per_day: callsSchema.optional(),
});

/** Several contact fields, each by the name that its custom field has in the CRM. */
const customFieldsSchema = z
  .record(z.string(), z.string().min(1, 'is empty: name the custom field of the CRM'))
  .superRefine((fields, context) => {
    for (const field of Object.keys(fields)) {
      if (/^fields\.[A-Za-z0-9_-]{1,64}$/.test(field) || (customFieldTargets as readonly string[]).includes(field))
        continue;
      context.addIssue({
        code: 'custom',
        path: [field],
        message: `${unknown(field, 'field of a contact that a custom field may fill', [...customFieldTargets])}; or write fields.NAME`,
      });
    }
  });

const chatCrmSchema = settings({
  kind: z.literal('chat-crm'),
  /** Base address of the workspace, without the paths of the interface. */
  url: z.url({ protocol: /^https?$/, error: 'is not an address such as https://crm.example.com' }),
  key: secret,
  /** One secret, or the new one and the old one while it is being changed. */
  webhook_secret: z
    .union([secret.transform((one) => [one]), z.array(secret).min(1).max(2)], {
      error: 'is one secret, or a list of two while it is being changed',
    })
    .default([]),
  quota: quotaSchema.default(smallestPlan),
  custom_fields: customFieldsSchema.default({}),
  /** Messages older than this are not kept; left out: all there are. */
  history_days: z.int().min(1, 'is a number of days, 1 or more').optional(),
  /** `webhook`: messages come by webhook, and reading chats is only the net underneath. */
  messages: z.enum(['poll', 'webhook']).default('poll'),
  /** More than this share of a source's contacts never vanishes without somebody saying so. */
  mass_delete_limit: z.number({ error: shareWords }).min(0, shareWords).max(1, shareWords).default(0.2),
});

const kinds = ['chat-crm'] as const;

/** A source by its kind; each kind is a room of src/sources. */
const sourceSchema = z.discriminatedUnion('kind', [chatCrmSchema], {
  error: (issue) => (issue.code === 'invalid_union' ? `needs kind:, one of ${kinds.join(', ')}` : undefined),
});

export const sourcesSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'is not a name of lower-case letters, digits and dashes'),
    sourceSchema,
  )
  .default({});

export type SourceConfig = z.output<typeof sourceSchema>;
export type ChatCrmConfig = z.output<typeof chatCrmSchema>;
