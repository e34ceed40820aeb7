// What opens beside the conversation: a thread, the clock, "Make it fail".

import { busy, place, query, report, showFailure } from './report.js';
import { swap } from './swap.js';

const pane = document.getElementById('pane');
let refresh = () => {};
let opener;

/** Draws what is open beside the conversation; a half-written answer survives. */
export function showPane(markup) {
  const answer = pane.querySelector('#answer-text');
  const kept = { text: answer?.value ?? '', focused: document.activeElement === answer };
  const broadcast = pane.querySelector('#answer-broadcast')?.checked ?? false;
  const thread = pane.querySelector('#thread');
  const [top, at] = [pane.querySelector('.scroll')?.scrollTop ?? 0, thread?.dataset.ts];
  const atEnd = !thread || thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  const pressed = pane.contains(document.activeElement) ? labelOf(document.activeElement) : undefined;
  const changed = swap(pane, markup);
  pane.hidden = markup === '';
  document.body.classList.toggle('with-pane', markup !== '');
  if (!changed) return;
  const fresh = pane.querySelector('#thread');
  const scroll = pane.querySelector('.scroll');
  if (scroll) scroll.scrollTop = fresh && (atEnd || fresh.dataset.ts !== at) ? scroll.scrollHeight : top;
  const field = pane.querySelector('#answer-text');
  if (field && fresh?.dataset.ts === at) {
    field.value = kept.text;
    pane.querySelector('#answer-broadcast').checked = broadcast;
    if (kept.focused) field.focus();
  }
  if (pressed) [...pane.querySelectorAll('button')].find((each) => labelOf(each) === pressed)?.focus();
}

const labelOf = (element) => element.getAttribute('aria-label') ?? element.textContent;

async function open(name, from) {
  if (name) opener = from;
  place.pane = name;
  history.replaceState(null, '', `/?${query()}`);
  await refresh();
  if (name) pane.querySelector('#answer-text, h2 + a')?.focus();
  else opener?.focus?.();
}

const doings = [
  ['[data-move]', (pressed) => report('clock', { to: pressed.dataset.move })],
  ['[data-restore]', () => report('restore')],
  ['[data-fault]', (pressed) => report('fault', { id: pressed.dataset.fault, lasting: 'lasting' in pressed.dataset })],
  ['[data-workspace]', (pressed) => report('workspace', { act: pressed.dataset.workspace })],
];

async function send() {
  const field = pane.querySelector('#answer-text');
  const text = field.value;
  if (text.trim() === '') return;
  field.value = '';
  const { ts } = pane.querySelector('#thread').dataset;
  const broadcast = pane.querySelector('#answer-broadcast');
  const { failure } = await report('answer', { text, ts, broadcast: broadcast.checked });
  showFailure(pane.querySelector('#answer'), failure);
  if (failure) field.value = text;
  else broadcast.checked = false;
}

/** Wires the pane and everything that opens it. `redraw` fetches and draws the page's parts. */
export function startPanes(redraw) {
  refresh = redraw;
  document.addEventListener('click', (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.target.closest('a[data-pane], a[data-thread]');
    if (link) {
      event.preventDefault();
      const name = link.dataset.thread ? `thread:${link.dataset.thread}` : link.dataset.pane;
      void open(place.pane === name ? '' : name, link);
    }
    for (const [selector, doing] of doings) {
      const pressed = pane.contains(event.target) && event.target.closest(selector);
      if (pressed) void busy(pressed, async () => showFailure(pane, (await doing(pressed)).failure));
    }
  });
  pane.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  pane.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') void open('');
    if (event.target.id === 'answer-text' && event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send();
    }
  });
}
