import { isObject, type Json } from './json.ts';
import type { Block } from './message.ts';
import type { Values } from './view.ts';

export interface FoundElement {
  block: Block;
  element: Json;
}

/** Every element a person can operate, with its block. */
export function elementsOf(blocks: readonly Block[]): FoundElement[] {
  return blocks.flatMap(elementsOfBlock);
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

/** Where an element reports what it holds, and where it says what it begins with. */
interface Slot {
  report: string;
  initial: string;
  /** `one` and `many` hold values as they are, `option` and `options` what was chosen from its options. */
  holds: 'one' | 'many' | 'option' | 'options' | 'seconds';
}

const text: Slot = { report: 'value', initial: 'initial_value', holds: 'one' };
const option: Slot = { report: 'selected_option', initial: 'initial_option', holds: 'option' };
const options: Slot = { report: 'selected_options', initial: 'initial_options', holds: 'options' };
const picked = (what: string): Slot => ({ report: `selected_${what}`, initial: `initial_${what}`, holds: 'one' });
const pickedMany = (what: string): Slot => ({ ...picked(what), holds: 'many' });

const slots: Readonly<Record<string, Slot>> = {
  plain_text_input: text,
  number_input: text,
  email_text_input: text,
  url_text_input: text,
  static_select: option,
  external_select: option,
  radio_buttons: option,
  checkboxes: options,
  multi_static_select: options,
  datepicker: picked('date'),
  timepicker: picked('time'),
  datetimepicker: { ...picked('date_time'), holds: 'seconds' },
  users_select: picked('user'),
  channels_select: picked('channel'),
  conversations_select: picked('conversation'),
  multi_users_select: pickedMany('users'),
  multi_conversations_select: pickedMany('conversations'),
};

/** What a person gives an element: a button's or option's value, words, a date, an id; several for what takes several. */
export type Given = string | number | readonly string[] | null | undefined;

/**
 * What the element reports when operated: a button its value, a menu the chosen option, a picker what was picked, `null`
 * or nothing for what was emptied. `undefined` when `given` is not something this element offers.
 */
export function reported(element: Json, given: Given): Json | undefined {
  const type = String(element.type);
  if (['button', 'icon_button'].includes(type)) {
    return { text: element.text, ...(element.value === undefined ? {} : { value: element.value }) };
  }
  if (type === 'feedback_buttons') return given == null ? undefined : { value: String(given) };
  if (type === 'overflow') {
    const chosen = optionsOf(element).find((each) => each.value === given);
    return chosen === undefined ? undefined : { selected_option: chosen };
  }
  const slot = slots[type];
  const held = slot === undefined ? undefined : heldBy(slot, element, given);
  return slot === undefined || held === undefined ? undefined : { [slot.report]: held };
}

function heldBy({ holds }: Slot, element: Json, given: Given): unknown {
  const several = Array.isArray(given)
    ? given.map(String)
    : given == null || given === ''
      ? []
      : String(given).split(',');
  if (holds === 'many') return several;
  if (holds === 'options') {
    const chosen = optionsOf(element).filter((each) => several.includes(String(each.value)));
    return chosen.length === several.length ? chosen : undefined;
  }
  if (given == null || given === '') return null;
  if (holds === 'option') return optionsOf(element).find((each) => each.value === String(given));
  if (holds === 'seconds') return Number.isInteger(Number(given)) ? Number(given) : undefined;
  return String(given);
}

/** What the element holds before anybody touched it; `undefined` for what holds nothing, such as a button. */
function initialReport(element: Json): Json | undefined {
  const slot = slots[String(element.type)];
  if (slot === undefined) return undefined;
  const none = slot.holds === 'many' || slot.holds === 'options' ? [] : null;
  return { type: element.type, [slot.report]: element[slot.initial] ?? none };
}

/** Whether a report holds nothing. */
export function isEmpty(element: Json, report: Json | undefined): boolean {
  const slot = slots[String(element.type)];
  const held = slot === undefined ? undefined : report?.[slot.report];
  return held == null || held === '' || (Array.isArray(held) && held.length === 0);
}

/** What an element holds in `report`, as words: for what a form shows. Several are joined by commas. */
export function heldText(element: Json, report: Json | undefined): string {
  const held = report?.[slots[String(element.type)]?.report ?? ''];
  const oneText = (each: unknown): string => String(isObject(each) ? each.value : (each ?? ''));
  return Array.isArray(held) ? held.map(oneText).join(',') : oneText(held);
}

export function initialValues(blocks: readonly Block[]): Values {
  const values: Values = {};
  for (const { block, element } of elementsOf(blocks)) {
    const report = initialReport(element);
    if (report === undefined) continue;
    values[block.block_id] = { ...values[block.block_id], [String(element.action_id)]: report };
  }
  return values;
}

/** `values` with what one element holds now; a button changes nothing. */
export function withReport(values: Values, { block, element }: FoundElement, report: Json): Values {
  const { type, action_id: action } = element;
  if (slots[String(type)] === undefined) return values;
  return { ...values, [block.block_id]: { ...values[block.block_id], [String(action)]: { type, ...report } } };
}
