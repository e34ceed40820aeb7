import type { Block } from '../message.ts';
import { anyBlock } from './blocks.ts';
import { plainText } from './composition.ts';
import { boolean, byType, list, problem, type Scope, string, typed } from './schema.ts';
import { validateBlocks } from './validate.ts';

const title = plainText(24);
const shared = {
  callback_id: string({ max: 255 }),
  external_id: string({ max: 255 }),
  private_metadata: string({ max: 3000 }),
};
const blocks = list(anyBlock, { max: 100 });

const view = byType({
  modal: typed('modal', {
    rule: (value, at) =>
      value.submit === undefined && (value.blocks as { type?: unknown }[]).some(({ type }) => type === 'input')
        ? [problem('must define `submit` to use an `input` block in modals', at)]
        : [],
    required: { title, blocks },
    optional: {
      ...shared,
      submit: title,
      close: title,
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
  }),
  home: typed('home', { required: { blocks }, optional: shared }),
});

export type ViewVerdict = { ok: true; blocks: Block[] } | { ok: false; messages: string[] };

/** Judges a modal or App Home payload; pointers start at `/view`. */
export function validateView(given: unknown, scope: Omit<Scope, 'surface'>, newId: () => string): ViewVerdict {
  const surface = (given as { type?: unknown } | null)?.type === 'home' ? 'home' : 'modal';
  const full: Scope = { ...scope, surface };
  const messages = view(given, '/view', full);
  if (messages.length > 0) return { ok: false, messages };
  const verdict = validateBlocks((given as { blocks: unknown }).blocks, full, newId, '/view/blocks');
  return verdict.ok ? verdict : { ok: false, messages: verdict.messages };
}
