import { elementsOf, type FoundElement, type Given, heldText, isEmpty, reported, withReport } from './actions.ts';
import { isObject, type Json } from './json.ts';
import type { Block } from './message.ts';
import type { Values } from './view.ts';

/** What a person fills in: by block id or action id, where a block has several elements by action id below its block id. */
export type Filling = Readonly<Record<string, Given | Readonly<Record<string, Given>>>>;

/** `values` with what was filled in; `misfits` names what the form has no place for or does not offer. */
export function fill(
  blocks: readonly Block[],
  values: Values,
  filling: Filling,
): { values: Values; misfits: readonly string[] } {
  const elements = elementsOf(blocks);
  const misfits: string[] = [];
  let filled = values;
  for (const [name, given] of Object.entries(filling)) {
    const inBlock = elements.filter(({ block }) => block.block_id === name);
    const meant = inBlock.length > 0 ? inBlock : elements.filter(({ element }) => element.action_id === name);
    const each: [FoundElement | undefined, Given][] = isObject(given)
      ? Object.entries(given).map(([action, one]) => [
          meant.find(({ element }) => element.action_id === action),
          one as Given,
        ])
      : [[meant[0], given as Given]];
    for (const [found, one] of each) {
      const report = found === undefined ? undefined : reported(found.element, one);
      if (found === undefined || report === undefined) misfits.push(name);
      else filled = withReport(filled, found, report);
    }
  }
  return { values: filled, misfits };
}

type Rule = (element: Json, text: string) => string | undefined;

const numberRule: Rule = (element, text) => {
  const decimals = element.is_decimal_allowed === true;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return 'Please enter a number';
  if (!decimals && text.includes('.')) return 'Please enter a whole number';
  const [low, high] = [element.min_value, element.max_value].map((limit) =>
    limit === undefined ? NaN : Number(limit),
  );
  if (Number(text) < Number(low)) return `Please enter a number of ${low} or more`;
  return Number(text) > Number(high) ? `Please enter a number of ${high} or less` : undefined;
};

const rules: Readonly<Record<string, Rule>> = {
  plain_text_input(element, text) {
    const [least, most] = [Number(element.min_length ?? 0), Number(element.max_length ?? 3_000)];
    if (text.length < least) return `Please enter at least ${least} characters`;
    return text.length > most ? `Please enter ${most} characters or less` : undefined;
  },
  number_input: numberRule,
  email_text_input: (_element, text) =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : 'Please enter an e-mail address',
  url_text_input: (_element, text) => (/^https?:\/\/\S+$/.test(text) ? undefined : 'Please enter a web address'),
};

/** What Slack itself finds wrong with the inputs before it tells the app, by block id. */
export function faultsOf(blocks: readonly Block[], values: Values): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const { block, element } of elementsOf(blocks)) {
    if (block.type !== 'input') continue;
    const report = values[block.block_id]?.[String(element.action_id)];
    if (isEmpty(element, report)) {
      if (block.optional !== true) faults[block.block_id] = 'Please complete this required field.';
      continue;
    }
    const fault = rules[String(element.type)]?.(element, heldText(element, report));
    if (fault !== undefined) faults[block.block_id] = fault;
  }
  return faults;
}
