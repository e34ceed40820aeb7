import { optionsOf } from '../actions.ts';
import type { Json } from '../json.ts';
import type { Block } from '../message.ts';
import { address, fields, labelled } from './fields.ts';
import { type Html, html, safeHref } from './html.ts';
import type { Scene } from './scene.ts';

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
  feedback_buttons: feedback,
  icon_button: button,
};

/** An element a person can operate here. What the console cannot operate is named, not drawn as if it worked. */
export function control(block: Block, element: Json, scene: Scene): Html {
  const type = String(element.type);
  const [draw, field] = [rooms[type], fields[type]];
  if (draw !== undefined) return draw(block, element);
  if (field === undefined) return html`<span class="faint">[${type}]</span>`;
  return field({
    block,
    element,
    scene,
    name: labelled(element.placeholder) || 'Choose',
    id: undefined,
    noted: undefined,
  });
}
