import { z } from 'zod';

/**
 * The answers of the chat CRM, as far as they are used. Lenient where an entry can do without: a field of an unforeseen
 * type counts as not said, an entry without what identifies it is a problem of that entry, not of the page.
 */
const textual = z.union([z.string(), z.number()]).transform(String);
const id = textual.refine((value) => value !== '');
/** Absent, null or unreadable alike. */
const optionalText = textual.nullish().catch(undefined);
const optionalTime = z.string().refine(isInstant).nullish().catch(undefined);
const counter = z.int().min(0);

function isInstant(text: string): boolean {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
}

const paging = z.object({ page: z.int(), limit: z.int().min(1), total: z.int().min(0) });

export const contactPage = z.object({ data: z.array(z.unknown()), pagination: paging });
export const contact = z.object({
  chat_id: id,
  whatsapp_number: optionalText,
  email: optionalText,
  name: optionalText,
  created_at: optionalTime,
});

export const campaignList = z.object({
  data: z.array(z.unknown()),
  count: z.int().optional().catch(undefined),
  page: z.int().optional().catch(undefined),
  rows: z.int().min(1).optional().catch(undefined),
});
export const campaign = z.object({
  campaign_id: id,
  name: optionalText,
  status: optionalText,
  created_at: optionalTime,
  scheduled_at: optionalTime,
});

const reportFields = z.object({
  campaign_id: id,
  metrics: z.object({
    total_recipients: counter,
    delivered: counter,
    read: counter,
    replied: counter,
    failed: counter,
  }),
});
/** The fields stand under `data` or at the top level: `data` counts where it is there. */
export const campaignReport = z
  .union([z.object({ data: reportFields }), z.object({ data: z.null().optional() }).and(reportFields)])
  .transform((report) => ('metrics' in report ? report : report.data));

export const messagePage = z.object({ data: z.object({ messages: z.array(z.unknown()), pagination: paging }) });
export const message = z.object({
  message_id: id,
  type: optionalText,
  content: optionalText,
  direction: z.string(),
  status: optionalText,
  timestamp: z.string().refine(isInstant),
});

export const fieldDefinitions = z.object({
  data: z.array(z.object({ custom_field_id: id, name: textual, type: optionalText })),
});

export const fieldValues = z.object({
  data: z.array(z.object({ field_id: id, field_name: textual, value: optionalText })),
});

/** What a failed answer may say, in all the places where words have been seen. */
const failure = z.object({
  success: z.boolean().optional().catch(undefined),
  developer_message: z.string().optional().catch(undefined),
  error: z.object({ code: optionalText, message: optionalText }).optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
  data: z.string().optional().catch(undefined),
});

/** An answer's own word that it failed; undefined for a good one, and for what is no object at all. */
export function failureIn(body: unknown): { code: string | undefined; words: string } | undefined {
  const read = failure.safeParse(body);
  if (!read.success || read.data.success !== false) return undefined;
  const { error, developer_message, message: said, title, data } = read.data;
  const code = error?.code ?? undefined;
  const words = [error?.message ?? developer_message ?? said ?? title ?? data, code && `(${code})`];
  return { code, words: words.filter(Boolean).join(' ') || 'it does not say why' };
}
