import { validateView } from './blocks/view.ts';
import type { ContentRules } from './content.ts';
import { isObject, parseJson } from './json.ts';
import type { ViewContent } from './view.ts';

const sizeLimitBytes = 250 * 1024;

export type ReadView = { ok: true; content: ViewContent } | { ok: false; error: string; messages: string[] };

/** Reads and judges a view of the wanted type, given as itself or as JSON text, with Slack's error codes. */
export function readView(view: unknown, type: ViewContent['type'], rules: ContentRules): ReadView {
  const given = typeof view === 'string' ? parseJson(view) : view;
  const invalid = (...messages: string[]): ReadView => ({ ok: false, error: 'invalid_arguments', messages });
  if (!isObject(given)) return invalid('must provide an object [json-pointer:/view]');
  if (Buffer.byteLength(JSON.stringify(given)) > sizeLimitBytes) {
    return { ok: false, error: 'view_too_large', messages: [] };
  }
  const verdict = validateView(given, rules.scope, rules.newId);
  if (!verdict.ok) return invalid(...verdict.messages);
  if (given.type !== type) return invalid(`unsupported type: ${given.type} [json-pointer:/view/type]`);
  return {
    ok: true,
    content: {
      type,
      externalId: String(given.external_id ?? ''),
      callbackId: String(given.callback_id ?? ''),
      privateMetadata: String(given.private_metadata ?? ''),
      title: isObject(given.title) ? String(given.title.text) : '',
      blocks: verdict.blocks,
      payload: { ...given, blocks: verdict.blocks },
    },
  };
}
