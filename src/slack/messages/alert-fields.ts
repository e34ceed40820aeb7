import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types';
import type { Against, AlertRequest, Side } from '../../alerts/words/wish.ts';
import { actionIds } from '../action-ids.ts';
import { plainText } from '../blocks.ts';
import { limits } from '../limits.ts';

/** What the form holds, as it was typed. */
export interface AlertForm {
  watch: AlertRequest['watch'];
  question: string;
  side: Side;
  mark: string;
  clear: string;
  /** Of a change. */
  against: Against;
  /** Of tickets at risk: names with commas between them; empty: all. */
  team: string;
  account: string;
  priority: readonly string[];
  metrics: readonly string[];
  /** As it was typed; empty: as is usual. */
  before: string;
  /** Also what is at risk as the policy has it. */
  risk: 'all' | 'breaches';
  /** Empty: at once. */
  for: string;
  where: 'me' | 'mail' | 'channel';
  /** Chosen channel; empty where none is. */
  channel: string;
}

/** Block ids, at which mistakes are said. */
export const alertFields = {
  watch: 'watch',
  question: 'question',
  side: 'side',
  mark: 'mark',
  clear: 'clear',
  against: 'against',
  team: 'team',
  priority: 'priority',
  account: 'account',
  metrics: 'metrics',
  before: 'before',
  risk: 'risk',
  for: 'for',
  where: 'where',
  channel: 'channel',
} as const;

export function option(text: string, value: string): PlainTextOption {
  return { text: plainText(text, limits.optionText), value };
}

/** Of whatever is filled in. */
export const actionId = actionIds.alertField;

/** `decides`: another choice needs other fields. */
export function select(
  field: keyof typeof alertFields,
  text: string,
  options: PlainTextOption[],
  chosen: string,
  decides = false,
): InputBlock {
  const initial = options.find(({ value }) => value === chosen) ?? options[0];
  return {
    ...{ type: 'input', block_id: alertFields[field], label: plainText(text, 200) },
    ...(decides ? { dispatch_action: true } : {}),
    element: { type: 'static_select', action_id: actionId, options, ...(initial ? { initial_option: initial } : {}) },
  };
}

export function typed(
  field: keyof typeof alertFields,
  text: string,
  value: string,
  { hint, most, optional = false }: { hint: string; most: number; optional?: boolean },
): KnownBlock {
  return {
    ...{
      type: 'input',
      block_id: alertFields[field],
      optional,
      label: plainText(text, 200),
      hint: plainText(hint, 200),
    },
    element: {
      ...{ type: 'plain_text_input', action_id: actionId, max_length: most },
      ...(value === '' ? {} : { initial_value: value.slice(0, most) }),
    },
  };
}

/** Any number of some options. */
export function several(
  field: keyof typeof alertFields,
  text: string,
  options: PlainTextOption[],
  chosen: readonly string[],
  hint: string,
): KnownBlock {
  const initial = options.filter(({ value }) => value !== undefined && chosen.includes(value));
  return {
    ...{ type: 'input', block_id: alertFields[field], optional: true, label: plainText(text, 200) },
    hint: plainText(hint, 200),
    element: {
      ...{ type: 'multi_static_select', action_id: actionId, options },
      ...(initial.length === 0 ? {} : { initial_options: initial }),
    },
  };
}
