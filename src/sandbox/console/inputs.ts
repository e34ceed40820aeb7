import type { Json } from '../json.ts';
import type { Block } from '../message.ts';
import { fields, labelled } from './fields.ts';
import { type Html, html } from './html.ts';
import { textObject } from './mrkdwn.ts';
import type { Scene } from './scene.ts';

/** An input block: label, field, hint, and what is wrong with it. */
export function input(block: Block, scene: Scene): Html {
  const element = block.element as Json;
  const draw = fields[String(element.type)];
  if (draw === undefined) return html`<p class="faint">[${String(element.type)}]</p>`;
  const id = `field-${block.block_id}`;
  const error = scene.errors[block.block_id];
  const hint = labelled(block.hint);
  const notes = [hint !== '' ? `${id}-hint` : '', error !== undefined ? `${id}-error` : ''].filter(
    (each) => each !== '',
  );
  const noted = notes.length === 0 ? undefined : notes.join(' ');
  const grouped = ['radio_buttons', 'checkboxes'].includes(String(element.type));
  const optional = block.optional === true && html` <span class="faint">(optional)</span>`;
  const label = grouped
    ? html`<span class="label" aria-hidden="true">${labelled(block.label)}${optional}</span>`
    : html`<label class="label" for="${id}">${labelled(block.label)}${optional}</label>`;
  return html`<div class="input${error !== undefined && ' wrong'}">${label}
    ${draw({ block, element, scene, name: labelled(block.label), id, noted })}
    ${error !== undefined && html`<p class="error" id="${id}-error">${error}</p>`}
    ${hint !== '' && html`<p class="faint" id="${id}-hint">${hint}</p>`}</div>`;
}

export function alert(block: Block, scene: Scene): Html {
  const level = ['info', 'warning', 'error', 'success'].find((each) => each === block.level) ?? 'default';
  return html`<div class="alert ${level}" role="note">${textObject(block.text, scene.store.directory)}</div>`;
}
