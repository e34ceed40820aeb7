import { heldText, optionsOf } from '../actions.ts';
import type { Json } from '../json.ts';
import type { Block } from '../message.ts';
import { botUserId, isMember } from '../workspace.ts';
import { type Html, html } from './html.ts';
import { textObject } from './mrkdwn.ts';
import type { Scene } from './scene.ts';

/** A field a person fills in, on its own or in an input block. */
export interface FieldDrawing {
  block: Block;
  element: Json;
  scene: Scene;
  /** What it is called where no label says so. */
  name: string;
  /** Id that a label points to; without one the field names itself. */
  id: string | undefined;
  /** Ids of the hint and the error. */
  noted: string | undefined;
}

export const labelled = (value: unknown): string => String((value as Json | undefined)?.text ?? '');

/** What the script needs to report an operation; the question to ask first, where the element has one. */
export function address(block: Block, element: Json): Html {
  const confirm = element.confirm as Json | undefined;
  const question =
    confirm === undefined
      ? undefined
      : html` data-confirm="${JSON.stringify({
          title: labelled(confirm.title),
          text: labelled(confirm.text),
          confirm: labelled(confirm.confirm) || 'Yes',
          deny: labelled(confirm.deny) || 'Cancel',
          style: confirm.style ?? '',
        })}"`;
  const quiet = block.type === 'input' && block.dispatch_action !== true;
  return html`data-block="${block.block_id}" data-action="${String(element.action_id)}"${quiet && html` data-quiet`}${question && html` ${question}`}`;
}

function held({ block, element, scene }: FieldDrawing): string {
  return heldText(element, scene.values[block.block_id]?.[String(element.action_id)]);
}

/** Identity, name and state that all fields share. */
function common(field: FieldDrawing): Html {
  const { block, element, id, name, noted, scene } = field;
  const wrong = scene.errors[block.block_id] !== undefined;
  return html`data-field ${address(block, element)} ${id === undefined ? html`aria-label="${name}"` : html`id="${id}"`}
    ${noted !== undefined && html`aria-describedby="${noted}"`} ${wrong && html`aria-invalid="true"`}
    ${block.type === 'input' && block.optional !== true && html`aria-required="true"`}`;
}

function typed(type: string): (field: FieldDrawing) => Html {
  return (field) => {
    const { element } = field;
    const limits = html`${element.min_value !== undefined && html`min="${String(element.min_value)}"`}
      ${element.max_value !== undefined && html`max="${String(element.max_value)}"`}
      ${type === 'number' && html`step="${element.is_decimal_allowed === true ? 'any' : '1'}"`}
      ${element.max_length !== undefined && html`maxlength="${String(element.max_length)}"`}`;
    const placeholder = html`placeholder="${labelled(element.placeholder)}"`;
    return element.multiline === true
      ? html`<textarea class="entry" rows="3" ${common(field)} ${placeholder} ${limits}>${held(field)}</textarea>`
      : html`<input class="entry" type="${type}" ${common(field)} ${placeholder} ${limits} value="${held(field)}">`;
  };
}

interface Choice {
  value: string;
  label: string;
}

function menu(field: FieldDrawing, choices: readonly Choice[], groups: readonly Json[] = []): Html {
  const { element } = field;
  const several = String(element.type).startsWith('multi_');
  const chosen = several ? held(field).split(',') : [held(field)];
  const option = ({ value, label }: Choice): Html =>
    html`<option value="${value}"${chosen.includes(value) && html` selected`}>${label}</option>`;
  const nothing = labelled(element.placeholder) || 'Choose an option';
  const empty = !several && html`<option value=""${chosen[0] === '' && html` selected`}>${nothing}</option>`;
  return html`<select class="button" ${common({ ...field, name: labelled(element.placeholder) || 'Choose an option' })} ${several && html`multiple`}>${empty}
    ${groups.length === 0 ? choices.map(option) : groups.map((group) => html`<optgroup label="${labelled(group.label)}">${(group.options as Json[]).map((each) => option(choiceOf(each)))}</optgroup>`)}</select>`;
}

function choiceOf(option: Json): Choice {
  return { value: String(option.value), label: labelled(option.text) };
}

function listed(field: FieldDrawing): Html {
  const { element } = field;
  const groups = Array.isArray(element.option_groups) ? (element.option_groups as Json[]) : [];
  return menu(field, optionsOf(element).map(choiceOf), groups);
}

/** Radio buttons or checkboxes. The group is the field; its name is the label of its input block, where it has one. */
function choices(kind: 'radio' | 'checkbox'): (field: FieldDrawing) => Html {
  return (field) => {
    const { block, element, scene, id, name } = field;
    const chosen = held(field).split(',');
    const group = `${block.block_id}/${element.action_id}`;
    const each = (option: Json): Html => {
      const value = String(option.value);
      return html`<label class="choice"><input type="${kind}" name="${group}" value="${value}" ${chosen.includes(value) && html`checked`}>
        <span>${textObject(option.text, scene.store.directory)}${option.description !== undefined && html`<small>${labelled(option.description)}</small>`}</span></label>`;
    };
    const role = kind === 'radio' ? 'radiogroup' : 'group';
    return html`<div class="choices" role="${role}" ${common({ ...field, id: undefined, name: id === undefined ? name : labelled(block.label) })}>${optionsOf(element).map(each)}</div>`;
  };
}

function people(field: FieldDrawing): Html {
  const everybody = field.scene.store.directory.people().filter(({ deleted }) => !deleted);
  return menu(
    field,
    everybody.map(({ id, realName }) => ({ value: id, label: realName })),
  );
}

/** Conversations the person is in, kinds as the filter says. */
function conversations(field: FieldDrawing): Html {
  const { element, scene } = field;
  const filter = element.filter as { include?: string[]; exclude_bot_users?: boolean } | undefined;
  const kinds = element.type === 'channels_select' ? ['public'] : (filter?.include ?? ['public', 'private', 'im']);
  const own = scene.store.directory
    .channels()
    .filter((channel) => !channel.archived && isMember(channel, scene.user) && kinds.includes(channel.kind))
    .filter(({ kind }) => kind !== 'im' || filter?.exclude_bot_users !== true);
  const label = (kind: string, name: string): string =>
    kind === 'im' ? (scene.store.directory.person(botUserId)?.realName ?? '') : `#${name}`;
  return menu(
    field,
    own.map(({ id, kind, name }) => ({ value: id, label: label(kind, name) })),
  );
}

function picker(type: 'date' | 'time'): (field: FieldDrawing) => Html {
  return (field) => html`<input class="button" type="${type}" ${common(field)} value="${held(field)}">`;
}

/** Slack counts in seconds since the epoch; the script writes and reads them in the browser's zone. */
function moment(field: FieldDrawing): Html {
  return html`<input class="button" type="datetime-local" ${common(field)} data-seconds="${held(field)}">`;
}

/** Elements that hold something, as fields. */
export const fields: Readonly<Record<string, (field: FieldDrawing) => Html>> = {
  plain_text_input: typed('text'),
  number_input: typed('number'),
  email_text_input: typed('email'),
  url_text_input: typed('url'),
  static_select: listed,
  multi_static_select: listed,
  radio_buttons: choices('radio'),
  checkboxes: choices('checkbox'),
  users_select: people,
  multi_users_select: people,
  channels_select: conversations,
  conversations_select: conversations,
  multi_conversations_select: conversations,
  datepicker: picker('date'),
  timepicker: picker('time'),
  datetimepicker: moment,
};
