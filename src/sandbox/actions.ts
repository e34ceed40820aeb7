import { allBlocks } from './content.ts';
import { isObject, type Json } from './json.ts';
import type { Block, Message } from './message.ts';

export interface FoundElement {
  block: Block;
  element: Json;
}

/** Every element a person can operate, with its block. */
export function elementsOf(message: Message): FoundElement[] {
  return allBlocks(message).flatMap(elementsOfBlock);
}

function elementsOfBlock(block: Block): FoundElement[] {
  if (Array.isArray(block.child_blocks)) return (block.child_blocks as Block[]).flatMap(elementsOfBlock);
  const listed = ['actions', 'context_actions'].includes(block.type) ? (block.elements as unknown[]) : [];
  const elements = [...listed, block.accessory, block.element].filter(isObject);
  return elements.filter((element) => typeof element.action_id === 'string').map((element) => ({ block, element }));
}

export function optionsOf(element: Json): Json[] {
  const groups = Array.isArray(element.option_groups) ? (element.option_groups as Json[]) : [];
  const own = Array.isArray(element.options) ? (element.options as Json[]) : [];
  return [...own, ...groups.flatMap((group) => group.options as Json[])];
}

const pickedAs: Readonly<Record<string, string>> = {
  datepicker: 'selected_date',
  timepicker: 'selected_time',
  users_select: 'selected_user',
  channels_select: 'selected_channel',
  conversations_select: 'selected_conversation',
};

/**
 * What the element reports when operated: a button its value, a menu the chosen option, a picker what was picked.
 * `undefined` when `chosen` is not something this element offers.
 */
export function reported(element: Json, chosen: string | undefined): Json | undefined {
  const type = String(element.type);
  if (['button', 'icon_button'].includes(type)) {
    return { text: element.text, ...(element.value === undefined ? {} : { value: element.value }) };
  }
  if (type === 'feedback_buttons') return chosen === undefined ? undefined : { value: chosen };
  const pick = pickedAs[type];
  if (pick !== undefined) return chosen === undefined ? undefined : { [pick]: chosen };
  const options = optionsOf(element);
  if (['overflow', 'static_select', 'radio_buttons'].includes(type)) {
    const option = options.find((each) => each.value === chosen);
    return option === undefined ? undefined : { selected_option: option };
  }
  if (['checkboxes', 'multi_static_select'].includes(type)) {
    const values = (chosen ?? '').split(',');
    return { selected_options: options.filter((each) => values.includes(String(each.value))) };
  }
  return undefined;
}

const stateless = new Set(['button', 'overflow', 'icon_button', 'feedback_buttons']);

/** The state Slack sends along: the element operated with its new value, the others with their initial ones. */
export function stateValues(message: Message, operated: FoundElement, report: Json): Json {
  const values: Record<string, Json> = {};
  for (const { block, element } of elementsOf(message)) {
    const type = String(element.type);
    if (stateless.has(type)) continue;
    const initial =
      type === 'static_select' || type === 'radio_buttons' ? { selected_option: element.initial_option ?? null } : {};
    const held = element.action_id === operated.element.action_id && block === operated.block ? report : initial;
    values[block.block_id] = { ...values[block.block_id], [String(element.action_id)]: { type, ...held } };
  }
  return values;
}
