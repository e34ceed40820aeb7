import { imageSize } from '../files.ts';
import type { Json } from '../json.ts';
import type { Block } from '../message.ts';
import type { Store } from '../store.ts';
import { control } from './controls.ts';
import { type Html, html, safeHref } from './html.ts';
import { alert, input } from './inputs.ts';
import { markdown, textObject } from './mrkdwn.ts';
import { richText } from './rich-text.ts';
import type { Scene } from './scene.ts';
import { chartNumbers, dataTable, table } from './tables.ts';

type Draw = (block: Block, scene: Scene) => Html;

function sourceOf(image: Json, store: Store): { href: string; size: { width: number; height: number } | undefined } {
  const reference = image.slack_file as { id?: string; url?: string } | undefined;
  if (reference === undefined) return { href: safeHref(String(image.image_url)), size: undefined };
  const id = reference.id ?? reference.url?.match(/F0SBX[0-9A-Z]{6,}/)?.[0] ?? '';
  const file = store.file(id);
  return { href: `/console/files/${id}`, size: file === undefined ? undefined : imageSize(file) };
}

/** A picture that opens larger: in place with the script, as itself without. */
export function picture(href: string, alt: string, size?: { width: number; height: number }): Html {
  return html`<a class="picture" href="${href}" data-zoom aria-label="Open larger: ${alt}"><img src="${href}" alt="${alt}"
    ${size !== undefined && html`width="${size.width}" height="${size.height}"`}></a>`;
}

const image: Draw = (block, scene) => {
  const { href, size } = sourceOf(block, scene.store);
  return html`<figure>${block.title !== undefined && html`<figcaption>${textObject(block.title, scene.store.directory)}</figcaption>`}
    ${picture(href, String(block.alt_text), size)}</figure>`;
};

function thumbnail(element: Json, store: Store): Html {
  return html`<img class="thumbnail" src="${sourceOf(element, store).href}" alt="${String(element.alt_text)}">`;
}

const section: Draw = (block, scene) => {
  const fields = Array.isArray(block.fields) ? (block.fields as Json[]) : [];
  const accessory = block.accessory as Json | undefined;
  const beside =
    accessory === undefined
      ? undefined
      : html`<div class="accessory">${accessory.type === 'image' ? thumbnail(accessory, scene.store) : control(block, accessory, scene)}</div>`;
  return html`<div class="section"><div>${block.text !== undefined && html`<div class="text">${textObject(block.text, scene.store.directory)}</div>`}
    ${fields.length > 0 && html`<div class="fields">${fields.map((field) => html`<div>${textObject(field, scene.store.directory)}</div>`)}</div>`}</div>${beside}</div>`;
};

const context: Draw = (block, scene) =>
  html`<div class="context">${(block.elements as Json[]).map((element) =>
    element.type === 'image'
      ? thumbnail(element, scene.store)
      : html`<span>${textObject(element, scene.store.directory)}</span>`,
  )}</div>`;

const actions: Draw = (block, scene) =>
  html`<div class="actions">${(block.elements as Json[]).map((element) => control(block, element, scene))}</div>`;

const container: Draw = (block, scene) =>
  html`<div class="container"><div class="container-title">${block.rich_text_title === undefined ? textObject(block.title, scene.store.directory) : richText(block.rich_text_title as Json, scene.store.directory)}</div>
    ${block.subtitle !== undefined && html`<div class="faint">${textObject(block.subtitle, scene.store.directory)}</div>`}
    ${(block.child_blocks as Block[]).map((child) => drawBlock(child, scene))}</div>`;

const rooms: Readonly<Record<string, Draw>> = {
  header: (block, scene) => html`<h3>${textObject(block.text, scene.store.directory)}</h3>`,
  section,
  divider: () => html`<hr>`,
  context,
  actions,
  context_actions: actions,
  image,
  rich_text: (block, scene) => richText(block, scene.store.directory),
  markdown: (block, scene) => html`<div class="text">${markdown(String(block.text), scene.store.directory)}</div>`,
  table: (block, scene) => table(block, scene.store.directory),
  data_table: (block, scene) => dataTable(block, scene.store.directory),
  data_visualization: (block, scene) => chartNumbers(block, scene.store.directory),
  container,
  input,
  alert,
};

/** One block as HTML. What has no drawing says its type. */
export function drawBlock(block: Block, scene: Scene): Html {
  const draw = rooms[block.type];
  return draw === undefined ? html`<p class="faint">[${block.type}]</p>` : draw(block, scene);
}
