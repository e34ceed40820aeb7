import { optionsOf } from '../actions.ts';
import type { Json } from '../json.ts';
import type { Block } from '../message.ts';
import { type Html, html, safeHref } from './html.ts';

const labelled = (value: unknown): string => String((value as Json | undefined)?.text ?? '');

/** What the script needs to report an operation; the question to ask first, where the element has one. */
function address(block: Block, element: Json): Html {
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
  return html`data-block="${block.block_id}" data-action="${String(element.action_id)}"${question && html` ${question}`}`;
}

function button(block: Block, element: Json): Html {
  const style = element.style === 'primary' || element.style === 'danger' ? element.style : '';
  const label = element.accessibility_label;
  return html`<button type="button" class="button ${style}" ${address(block, element)} data-value="${String(element.value ?? '')}"
    ${typeof element.url === 'string' && html`data-url="${safeHref(element.url)}"`}
    ${typeof label === 'string' && html`aria-label="${label}"`}>${labelled(element.text)}</button>`;
}

function overflow(block: Block, element: Json): Html {
  const items = optionsOf(element).map(
    (
      option,
    ) => html`<button type="button" role="menuitem" ${address(block, element)} data-value="${String(option.value)}"
      ${typeof option.url === 'string' && html`data-url="${safeHref(option.url)}"`}>${labelled(option.text)}
      ${option.description !== undefined && html`<small>${labelled(option.description)}</small>`}</button>`,
  );
  return html`<details class="overflow"><summary class="button" aria-label="More actions"><span aria-hidden="true">•••</span></summary>
    <div role="menu">${items}</div></details>`;
}

function select(block: Block, element: Json): Html {
  const initial = (element.initial_option as Json | undefined)?.value;
  const option = (each: Json): Html =>
    html`<option value="${String(each.value)}"${each.value === initial && html` selected`}>${labelled(each.text)}</option>`;
  const groups = Array.isArray(element.option_groups) ? (element.option_groups as Json[]) : [];
  const name = labelled(element.placeholder) || 'Choose an option';
  return html`<select class="button" aria-label="${name}" ${address(block, element)}>
    ${initial === undefined && html`<option value="" selected disabled>${name}</option>`}
    ${groups.map((group) => html`<optgroup label="${labelled(group.label)}">${(group.options as Json[]).map(option)}</optgroup>`)}
    ${groups.length === 0 && optionsOf(element).map(option)}</select>`;
}

function picker(type: string): (block: Block, element: Json) => Html {
  return (block, element) =>
    html`<input class="button" type="${type}" aria-label="${labelled(element.placeholder) || `Choose a ${type}`}"
      value="${String(element.initial_date ?? element.initial_time ?? '')}" ${address(block, element)}>`;
}

function feedback(block: Block, element: Json): Html {
  const each = ['positive_button', 'negative_button'].map((name) => element[name] as Json);
  return html`${each.map(
    (one) =>
      html`<button type="button" class="button" ${address(block, element)} data-value="${String(one.value)}">${labelled(one.text)}</button>`,
  )}`;
}

const rooms: Readonly<Record<string, (block: Block, element: Json) => Html>> = {
  button,
  overflow,
  static_select: select,
  radio_buttons: select,
  datepicker: picker('date'),
  timepicker: picker('time'),
  feedback_buttons: feedback,
  icon_button: button,
};

/** An element a person can operate here. What the console cannot operate is named, not drawn as if it worked. */
export function control(block: Block, element: Json): Html {
  const draw = rooms[String(element.type)];
  return draw === undefined ? html`<span class="faint">[${String(element.type)}]</span>` : draw(block, element);
}
