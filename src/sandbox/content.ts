import type { Scope } from './blocks/schema.ts';
import { type Verdict, validateBlocks } from './blocks/validate.ts';
import { isObject, type Json, parseJson } from './json.ts';
import type { Attachment, Block, MessageContent } from './message.ts';

/** Slack truncates a posted text here and says so; a longer one in an update is refused. */
const postedTextLimit = 40_000;
const updatedTextLimit = 4_000;
const markdownTextLimit = 12_000;
const attachmentLimit = 100;
/** Slack does not publish its limit. The sandbox is stricter than Slack can be: readable metadata should be an id. */
const metadataLimit = 1_024;

export interface ContentRules {
  scope: Scope;
  newId: () => string;
  /** What happens to a text over the limit. */
  text: 'truncate-at-40000' | 'refuse-over-4000';
}

export type ReadContent =
  | { ok: true; content: MessageContent; warnings: string[] }
  | { ok: false; error: string; messages: string[] };

function fail(error: string, messages: string[] = []): ReadContent & { ok: false } {
  return { ok: false, error, messages };
}

/** Arguments that hold structure come as JSON text in forms and as themselves in JSON bodies. */
function structured(value: unknown): unknown {
  return typeof value === 'string' ? parseJson(value) : value;
}

/** Reads and judges what a message is to say: text, blocks, attachments, metadata, with Slack's error codes. */
export function readContent(args: Json, rules: ContentRules): ReadContent {
  const { markdown_text: markdown, text: given } = args;
  if (typeof markdown === 'string' && (given !== undefined || args.blocks !== undefined)) {
    return fail('markdown_text_conflict');
  }
  if (typeof markdown === 'string' && markdown.length > markdownTextLimit) return fail('msg_too_long');
  const text = String(markdown ?? given ?? '');
  if (rules.text === 'refuse-over-4000' && text.length > updatedTextLimit) return fail('msg_too_long');

  const blocks = readBlocks(args.blocks, rules);
  if (!blocks.ok) return blocks;
  const attachments = readAttachments(args.attachments, rules);
  if (!attachments.ok) return attachments;
  const metadata = readMetadata(args.metadata);
  if (!metadata.ok) return metadata;
  if (text.trim() === '' && blocks.blocks.length === 0 && attachments.attachments.length === 0) return fail('no_text');

  const truncated = text.length > postedTextLimit;
  return {
    ok: true,
    content: {
      text: truncated ? text.slice(0, postedTextLimit) : text,
      blocks: blocks.blocks,
      attachments: attachments.attachments,
      metadata: metadata.metadata,
    },
    warnings: truncated ? ['message_truncated'] : [],
  };
}

function readBlocks(given: unknown, { scope, newId }: ContentRules): Verdict {
  if (given === undefined || given === '') return { ok: true, blocks: [] };
  return validateBlocks(given, scope, newId);
}

const attachmentFields = new Set([
  ...['color', 'fallback', 'text', 'pretext', 'title', 'title_link', 'fields', 'footer', 'footer_icon', 'ts'],
  ...['author_name', 'author_link', 'author_icon', 'image_url', 'thumb_url', 'mrkdwn_in', 'callback_id', 'actions'],
  'blocks',
]);

type ReadAttachments = { ok: true; attachments: Attachment[] } | (ReadContent & { ok: false });

/** Legacy attachments: the only way to a colour bar. */
function readAttachments(given: unknown, rules: ContentRules): ReadAttachments {
  if (given === undefined || given === '') return { ok: true, attachments: [] };
  const list = structured(given);
  if (!Array.isArray(list) || !list.every(isObject)) return fail('invalid_attachments');
  if (list.length > attachmentLimit) return fail('too_many_attachments');
  const attachments: Attachment[] = [];
  for (const [index, entry] of list.entries()) {
    if (Object.keys(entry).some((name) => !attachmentFields.has(name))) {
      return fail('invalid_attachments', ['invalid_keys']);
    }
    const verdict = entry.blocks === undefined ? undefined : inAttachment(entry.blocks, index, rules);
    if (verdict !== undefined && !verdict.ok) return fail('invalid_attachments', verdict.messages);
    attachments.push({
      color: typeof entry.color === 'string' ? entry.color : undefined,
      fallback: String(entry.fallback ?? ''),
      text: [entry.pretext, entry.title, entry.text].filter((part) => typeof part === 'string').join('\n'),
      blocks: verdict?.blocks ?? [],
    });
  }
  return { ok: true, attachments };
}

function inAttachment(blocks: unknown, index: number, { scope, newId }: ContentRules): Verdict {
  return validateBlocks(blocks, scope, newId, `/attachments/${index}/blocks`);
}

type ReadMetadata = { ok: true; metadata: Json | undefined } | (ReadContent & { ok: false });

function readMetadata(given: unknown): ReadMetadata {
  if (given === undefined || given === '') return { ok: true, metadata: undefined };
  const metadata = structured(given);
  if (!isObject(metadata)) return fail('invalid_metadata_format');
  if (Object.keys(metadata).length === 0) return { ok: true, metadata };
  if (typeof metadata.event_type !== 'string' || !isObject(metadata.event_payload)) {
    return fail('invalid_metadata_format');
  }
  if (JSON.stringify(metadata).length > metadataLimit) return fail('metadata_too_large');
  return { ok: true, metadata };
}

/** Every block of a message, those in attachments included. */
export function allBlocks(content: Pick<MessageContent, 'blocks' | 'attachments'>): Block[] {
  return [...content.blocks, ...content.attachments.flatMap((attachment) => attachment.blocks)];
}
