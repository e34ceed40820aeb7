import { optionsOf } from '../actions.ts';
import type { Json } from '../json.ts';
import {
  actionId,
  choiceOption,
  confirm,
  distinctValues,
  menuOption,
  optionGroup,
  overflowOption,
  plainText,
} from './composition.ts';
import {
  boolean,
  type Check,
  integer,
  list,
  object,
  oneOf,
  problem,
  type Shape,
  string,
  typed,
  url,
} from './schema.ts';

function element(type: string, shape: Shape): Check {
  return typed(type, { ...shape, optional: { action_id: actionId, ...shape.optional } });
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const [year = 0, month = 0, day = 0] = value.split('-').map(Number);
  return month >= 1 && month <= 12 && day >= 1 && day <= Temporal.PlainYearMonth.from({ year, month }).daysInMonth;
}

function matching(pattern: RegExp, message: string): Check {
  return (value, at) => (typeof value === 'string' && pattern.test(value) ? [] : [problem(message, at)]);
}

const focusable = { focus_on_load: boolean };
const placeholder = { placeholder: plainText(150) };
const pickable = { ...focusable, ...placeholder, confirm };
const date: Check = (value, at) => (isDate(value) ? [] : [problem('must be a date in the format YYYY-MM-DD', at)]);
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time in the format HH:mm');
const decimal = matching(/^-?\d+(\.\d+)?$/, 'must be a number');
const id = string({ min: 1 });
const dispatch = {
  dispatch_action_config: object({
    optional: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { min: 1, max: 2 }) },
  }),
};
const filter = object({
  optional: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { min: 1 }),
    exclude_external_shared_channels: boolean,
    exclude_bot_users: boolean,
  },
});

const button = element('button', {
  required: { text: plainText(75) },
  optional: {
    value: string({ min: 1, max: 2000 }),
    url: url(3000),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string({ min: 1, max: 75 }),
  },
});

const overflow = element('overflow', {
  required: { options: list(overflowOption, { min: 1, max: 5 }) },
  optional: { confirm },
  rule: (value, at) => distinctValues(value.options, `${at}/options`),
});

/** What is chosen from the beginning has to be one of the options, word for word. */
function initialOffered(value: Json, at: string): string[] {
  const offered = new Set(optionsOf(value).map((each) => JSON.stringify(each)));
  const several = Array.isArray(value.initial_options) ? value.initial_options : [];
  const chosen = value.initial_option === undefined ? several : [value.initial_option];
  const name = value.initial_option === undefined ? 'initial_options' : 'initial_option';
  return chosen.every((each) => offered.has(JSON.stringify(each)))
    ? []
    : [problem('must exactly match one of the options', `${at}/${name}`)];
}

const optionsOrGroups: NonNullable<Shape['rule']> = (value, at) =>
  (value.options === undefined) === (value.option_groups === undefined)
    ? [problem('must define either `options` or `option_groups`', at)]
    : [...distinctValues(value.options, `${at}/options`), ...initialOffered(value, at)];

const staticOptions = {
  options: list(menuOption, { min: 1, max: 100 }),
  option_groups: list(optionGroup, { min: 1, max: 100 }),
};

const staticSelect = element('static_select', {
  optional: { ...pickable, ...staticOptions, initial_option: menuOption },
  rule: optionsOrGroups,
});

const maxItems = { max_selected_items: integer(1, 100) };
const multiStaticSelect = element('multi_static_select', {
  optional: { ...pickable, ...staticOptions, ...maxItems, initial_options: list(menuOption, { min: 1, max: 100 }) },
  rule: optionsOrGroups,
});

const choices: NonNullable<Shape['rule']> = (value, at) => [
  ...distinctValues(value.options, `${at}/options`),
  ...initialOffered(value, at),
];
const upToTen = list(choiceOption, { min: 1, max: 10 });

const checkboxes = element('checkboxes', {
  required: { options: upToTen },
  optional: { ...focusable, confirm, initial_options: upToTen },
  rule: choices,
});

const radioButtons = element('radio_buttons', {
  required: { options: upToTen },
  optional: { ...focusable, confirm, initial_option: choiceOption },
  rule: choices,
});

const feedbackButton = object({
  required: { text: plainText(75), value: string({ min: 1, max: 2000 }) },
  optional: { accessibility_label: string({ min: 1, max: 75 }) },
});

/** Elements that live in actions blocks and beside a section. */
export const interactive: Readonly<Record<string, Check>> = {
  button,
  overflow,
  static_select: staticSelect,
  multi_static_select: multiStaticSelect,
  checkboxes,
  radio_buttons: radioButtons,
  datepicker: element('datepicker', { optional: { ...pickable, initial_date: date } }),
  timepicker: element('timepicker', {
    optional: { ...pickable, initial_time: time, timezone: id },
  }),
  datetimepicker: element('datetimepicker', {
    optional: { ...focusable, confirm, initial_date_time: integer(1_000_000_000, 9_999_999_999) },
  }),
  users_select: element('users_select', { optional: { ...pickable, initial_user: id } }),
  multi_users_select: element('multi_users_select', {
    optional: { ...pickable, ...maxItems, initial_users: list(id) },
  }),
  channels_select: element('channels_select', {
    optional: { ...pickable, initial_channel: id, response_url_enabled: boolean },
  }),
  conversations_select: element('conversations_select', {
    optional: {
      ...pickable,
      initial_conversation: id,
      default_to_current_conversation: boolean,
      response_url_enabled: boolean,
      filter,
    },
  }),
  multi_conversations_select: element('multi_conversations_select', {
    optional: {
      ...pickable,
      ...maxItems,
      initial_conversations: list(id),
      default_to_current_conversation: boolean,
      filter,
    },
  }),
  external_select: element('external_select', {
    optional: { ...pickable, initial_option: menuOption, min_query_length: integer(0, 3000) },
  }),
};

const typedInput = { ...focusable, ...placeholder, ...dispatch };

/** Elements that only an input block may hold. */
const typing: Readonly<Record<string, Check>> = {
  plain_text_input: element('plain_text_input', {
    optional: {
      ...typedInput,
      initial_value: string({ max: 3000 }),
      multiline: boolean,
      min_length: integer(0, 3000),
      max_length: integer(1, 3000),
    },
  }),
  number_input: element('number_input', {
    required: { is_decimal_allowed: boolean },
    optional: { ...typedInput, initial_value: decimal, min_value: decimal, max_value: decimal },
  }),
  email_text_input: element('email_text_input', { optional: { ...typedInput, initial_value: string() } }),
  url_text_input: element('url_text_input', { optional: { ...typedInput, initial_value: string() } }),
};

const notTyped = ['button', 'overflow'];

export const inputs: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(Object.entries(interactive).filter(([type]) => !notTyped.includes(type))),
  ...typing,
};

export const contextActions: Readonly<Record<string, Check>> = {
  feedback_buttons: element('feedback_buttons', {
    required: { positive_button: feedbackButton, negative_button: feedbackButton },
  }),
  icon_button: element('icon_button', {
    required: { icon: oneOf('trash'), text: plainText(75) },
    optional: {
      confirm,
      value: string({ min: 1, max: 2000 }),
      accessibility_label: string({ min: 1, max: 75 }),
      visible_to_user_ids: list(id),
    },
  }),
};
