import type { Store } from '../store.ts';
import type { View } from '../view.ts';
import { bot } from '../workspace.ts';
import { drawBlock } from './blocks.ts';
import { labelled } from './fields.ts';
import { type Html, html } from './html.ts';
import { sceneOfView } from './scene.ts';

function trouble(view: View): Html | undefined {
  return view.trouble === undefined ? undefined : html`<p class="trouble" role="alert">${view.trouble}</p>`;
}

/** The upmost modal of a person as a form; nothing when none is open. `data-view` and `data-hash` tell a redraw apart. */
export function drawModal(stack: readonly View[], store: Store): Html {
  const view = stack.at(-1);
  if (view === undefined) return html``;
  const { submit, close, submit_disabled: disabled } = view.payload;
  const back = stack.length > 1 ? 'Back' : 'Cancel';
  return html`<form novalidate data-view="${view.id}" data-hash="${view.hash}">
    <header><span class="mark" aria-hidden="true"></span><h2 id="modal-title" tabindex="-1">${view.title}</h2>
      <button type="button" class="icon" data-close aria-label="Close"><span aria-hidden="true">✕</span></button></header>
    <div class="blocks">${trouble(view)}${view.blocks.map((block) => drawBlock(block, sceneOfView(view, store)))}</div>
    <footer>${stack.length > 1 && html`<span class="faint depth">${stack.length} of 3</span>`}
      <button type="button" class="button" data-close>${labelled(close) || back}</button>
      ${submit !== undefined && html`<button type="submit" class="button primary" ${disabled === true && html`disabled`}>${labelled(submit)}</button>`}</footer>
    <p class="failure" role="alert" hidden></p></form>`;
}

/** What the bot has published for this person, or why there is nothing yet. */
export function drawHome(view: View | undefined, store: Store): Html {
  if (view === undefined) {
    return html`<div class="empty" data-key="empty"><p>${bot.realName} has not published a home for you yet.</p>
      <p class="faint">It was told that you opened it (<code>app_home_opened</code>); what it publishes with <code>views.publish</code> appears here.</p></div>`;
  }
  return html`<article class="home-view message" data-key="home" data-view="${view.id}"><div class="body">${trouble(view)}
    ${view.blocks.map((block) => drawBlock(block, sceneOfView(view, store)))}<p class="failure" role="alert" hidden></p></div></article>`;
}
