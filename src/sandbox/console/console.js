// The console in the browser: live updates, buttons and menus of messages, views and home.
// The server draws everything; this script swaps what changed and reports what the person does.

import { startComposer } from './composer.js';
import { filledIn, heldIn, writeMoments } from './fields.js';
import { showPane, startPanes } from './panes.js';
import { place, query, report, showFailure } from './report.js';
import { createList, remember, swap } from './swap.js';
import { setNow, writeDays, writeTimes } from './times.js';
import { showModal } from './views.js';

const byId = (id) => document.getElementById(id);
const messages = byId('messages');
const list = createList(messages);
const swapped = ['sidebar', 'place', 'face', 'trouble', 'pane', 'modal'].map(byId);
remember(...swapped);
setNow(Number(document.body.dataset.now));

// --- live updates ----------------------------------------------------------------------------------------------------

let fetching;
let again = false;

async function draw() {
  const response = await fetch(`/console/parts?${query()}`);
  if (!response.ok) return;
  const parts = await response.json();
  // Another composer, or none: that is another page.
  if (parts.shape !== document.body.dataset.shape) return location.reload();
  setNow(parts.now);
  list.patch(parts.main);
  if (swap(byId('sidebar'), parts.sidebar)) markUnread(newest);
  swap(byId('place'), parts.title);
  swap(byId('face'), parts.face);
  swap(byId('trouble'), parts.trouble);
  showPane(parts.pane);
  showModal(parts.modal);
}

/** Fetches and draws everything; while that runs, further calls wait for one more round. */
async function refresh() {
  again = true;
  fetching ??= (async () => {
    try {
      while (again) {
        again = false;
        await draw();
      }
    } finally {
      fetching = undefined;
    }
  })();
  await fetching;
}

let newest = {};
const seenKey = `seen:${place.user}`;

function markUnread(latest) {
  newest = latest;
  const seen = JSON.parse(sessionStorage.getItem(seenKey) ?? '{}');
  const shown = { messages: place.channel, mail: 'mail', pages: 'pages' }[place.tab];
  if (shown) seen[shown] = newest[shown] ?? 0;
  for (const [id, order] of Object.entries(newest)) {
    seen[id] ??= order;
    const link = document.querySelector(`#sidebar a[data-channel="${id}"]`);
    const unread = order > seen[id];
    link?.classList.toggle('has-unread', unread);
    const badge = link?.querySelector('.unread');
    if (badge) badge.hidden = !unread;
  }
  sessionStorage.setItem(seenKey, JSON.stringify(seen));
}

new EventSource(`/console/events?as=${place.user}&c=${place.channel}`).addEventListener('message', (event) => {
  markUnread(JSON.parse(event.data).newest);
  void refresh();
});
// Time passes without anything happening.
setInterval(() => document.visibilityState === 'visible' && void refresh(), 20_000);

// --- what the person does --------------------------------------------------------------------------------------------

function confirmed(element) {
  if (!element.dataset.confirm) return Promise.resolve(true);
  const question = JSON.parse(element.dataset.confirm);
  const dialog = byId('question');
  const [deny, confirm] = dialog.querySelectorAll('button');
  dialog.querySelector('h2').textContent = question.title;
  dialog.querySelector('p').textContent = question.text;
  deny.textContent = question.deny;
  confirm.textContent = question.confirm;
  confirm.className = `button ${question.style || 'primary'}`;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'confirm'), { once: true });
  });
}

/** Presses belong to a message or to a view: the two are reported differently. */
function press(element, value) {
  const { block: blockId, action: actionId } = element.dataset;
  const view = element.closest('[data-view]');
  if (!view) return report('click', { ts: element.closest('.message').dataset.ts, blockId, actionId, value });
  const inModal = view.closest('#modal') !== null;
  return report('click-view', { blockId, actionId, value, values: filledIn(view), in: inModal ? 'modal' : 'home' });
}

async function operate(element, value) {
  const around = element.closest('[data-view], .message');
  const menu = element.closest('details.overflow');
  const shown = menu ? menu.querySelector('summary') : element;
  if (menu) {
    menu.open = false;
    shown.focus();
  }
  if (shown.getAttribute('aria-busy') === 'true' || !(await confirmed(element))) return;
  showFailure(around, undefined);
  shown.setAttribute('aria-busy', 'true');
  const { failure } = await press(element, value);
  shown.removeAttribute('aria-busy');
  showFailure(around, failure);
  if (element.dataset.url) window.open(element.dataset.url, '_blank', 'noopener');
}

document.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-action]');
  if (pressed) void operate(pressed, pressed.dataset.value);
  const picture = event.target.closest('a[data-zoom]');
  if (picture && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    zoom(picture.querySelector('img'));
  }
  for (const menu of document.querySelectorAll('details.overflow[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener('change', (event) => {
  const chosen = event.target.closest('[data-field]');
  if (chosen && !('quiet' in chosen.dataset)) void operate(chosen, heldIn(chosen));
});

document.addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('details.overflow[open]');
  if (!menu) return;
  if (event.key === 'Escape') {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    const items = [...menu.querySelectorAll('[role=menuitem]')];
    const step = event.key === 'ArrowDown' ? 1 : -1;
    items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
  }
});

// A menu opens downwards, and the newest message ends where the conversation does.
document.addEventListener(
  'toggle',
  (event) => {
    if (event.target.matches?.('details.overflow') && event.target.open)
      event.target.querySelector(':scope > div')?.scrollIntoView({ block: 'nearest' });
  },
  { capture: true },
);

function zoom(image) {
  const dialog = byId('zoom');
  const large = dialog.querySelector('img');
  large.src = image.src;
  large.alt = image.alt;
  dialog.showModal();
}

byId('zoom').addEventListener('click', (event) => {
  if (event.target.tagName !== 'BUTTON') event.currentTarget.close();
});

// --- page ------------------------------------------------------------------------------------------------------------

const menu = byId('menu');
menu.hidden = false;
document.documentElement.classList.add('script');
menu.addEventListener('click', () => {
  const open = menu.getAttribute('aria-expanded') !== 'true';
  menu.setAttribute('aria-expanded', String(open));
  document.body.classList.toggle('menu-open', open);
});

startComposer({ send: async (text) => (await report('send', { text })).failure, showFailure, toEnd: list.toEnd });
startPanes(refresh);
writeTimes(document);
writeMoments(document);
showModal(byId('modal').innerHTML);
if (place.tab === 'messages') {
  writeDays(messages);
  const linked = location.hash && document.getElementById(location.hash.slice(1));
  if (linked) linked.scrollIntoView({ block: 'center' });
  else list.toEnd();
  for (const image of messages.querySelectorAll('img'))
    image.addEventListener('load', () => linked || list.toEnd(), { once: true });
}
// Slack tells the app whenever somebody opens one of its two sides.
if (document.body.dataset.direct === 'true') void report('open-home', { tab: place.tab });
