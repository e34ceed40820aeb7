import { anyOf, boolean, type Check, list, object, oneOf, type Shape, string, typed, url } from './schema.ts';

/** `plain_text` of 1 to `max` characters. */
export function plainText(max: number): Check {
  return typed('plain_text', { required: { text: string({ min: 1, max }) }, optional: { emoji: boolean } });
}

export function mrkdwn(max: number): Check {
  return typed('mrkdwn', { required: { text: string({ min: 1, max }) }, optional: { verbatim: boolean } });
}

/** Either text object. */
export function anyText(max: number): Check {
  return anyOf({ plain_text: plainText(max), mrkdwn: mrkdwn(max) });
}

const blockId = string({ min: 1, max: 255 });
export const actionId = string({ min: 1, max: 255 });

export const confirm: Check = object({
  required: { text: anyText(300) },
  optional: { title: plainText(100), confirm: plainText(30), deny: plainText(30), style: oneOf('primary', 'danger') },
});

interface OptionKind {
  /** Menus show plain text only; radio buttons and checkboxes take mrkdwn too. */
  text: Check;
  withUrl?: boolean;
}

function option({ text, withUrl = false }: OptionKind): Check {
  return object({
    required: { text, value: string({ min: 1, max: 75 }) },
    optional: { description: plainText(75), ...(withUrl ? { url: url(3000) } : {}) },
  });
}

export const menuOption = option({ text: plainText(75) });
export const choiceOption = option({ text: anyText(75) });
/** The only option that may carry a link. */
export const overflowOption = option({ text: plainText(75), withUrl: true });

export const optionGroup: Check = object({
  required: { label: plainText(75), options: list(menuOption, { min: 1, max: 100 }) },
});

/** Options of one element must differ in value: Slack could not tell which was chosen. */
export function distinctValues(options: unknown, at: string): string[] {
  const values = (Array.isArray(options) ? options : []).map((entry: { value?: unknown }) => entry.value);
  return new Set(values).size === values.length ? [] : [`option values must be unique [json-pointer:${at}]`];
}

/** The shape of every block: its fields plus `type` and `block_id`. */
export function block(type: string, shape: Shape): Check {
  return typed(type, { ...shape, optional: { block_id: blockId, ...shape.optional } });
}
