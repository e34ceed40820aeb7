// The console in the browser: live updates, buttons and menus. Times and the composer have files of their own.
// The server draws everything; this script swaps what changed and reports what the person does.

import { startComposer } from './composer.js';
import { setNow, writeDays, writeTimes } from './times.js';

const { user, channel } = document.body.dataset;
const messages = document.getElementById('messages');
setNow(Number(document.body.dataset.now));

// --- live updates ----------------------------------------------------------------------------------------------------

const drawn = new Map();
for (const entry of messages.children) drawn.set(entry.dataset.key, entry.outerHTML);

const nearEnd = () => messages.scrollHeight - messages.scrollTop - messages.clientHeight < 120;
const toEnd = () => messages.scrollTo({ top: messages.scrollHeight });

/** Swaps only entries whose markup changed, so that focus, open menus and the scroll position survive. */
function patch(markup) {
  const incoming = new DOMParser().parseFromString(markup, 'text/html').body;
  const stay = nearEnd();
  const present = new Map(
    [...messages.children].filter((each) => each.dataset.key).map((each) => [each.dataset.key, each]),
  );
  const kept = new Set();
  let previous = null;
  for (const fresh of [...incoming.children]) {
    const { key } = fresh.dataset;
    kept.add(key);
    let entry = present.get(key);
    if (entry === undefined || drawn.get(key) !== fresh.outerHTML) {
      drawn.set(key, fresh.outerHTML);
      const open = entry?.querySelector('details.thread')?.open;
      if (open) fresh.querySelector('details.thread')?.setAttribute('open', '');
      writeTimes(fresh);
      for (const image of fresh.querySelectorAll('img'))
        image.addEventListener('load', () => stay && toEnd(), { once: true });
      if (entry) entry.replaceWith(fresh);
      entry = fresh;
    }
    const expected = previous === null ? messages.querySelector(':scope > [data-key]') : next(previous);
    if (expected !== entry) {
      if (previous === null) messages.prepend(entry);
      else previous.after(entry);
    }
    previous = entry;
  }
  for (const [key, entry] of present) {
    if (!kept.has(key)) {
      entry.remove();
      drawn.delete(key);
    }
  }
  writeDays(messages);
  if (stay) toEnd();
}

function next(entry) {
  let after = entry.nextElementSibling;
  while (after && !after.dataset.key) after = after.nextElementSibling;
  return after;
}

let fetching = false;
let again = false;

async function refresh() {
  again = fetching;
  if (fetching) return;
  fetching = true;
  try {
    const response = await fetch(`/console/conversation?as=${user}&c=${channel}`);
    if (response.ok) {
      setNow(Number(response.headers.get('x-sandbox-now')));
      patch(await response.text());
    }
  } finally {
    fetching = false;
    if (again) void refresh();
  }
}

const seenKey = `seen:${user}`;
const readSeen = () => JSON.parse(sessionStorage.getItem(seenKey) ?? '{}');

function markUnread(newest) {
  const seen = readSeen();
  seen[channel] = newest[channel] ?? 0;
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

new EventSource(`/console/events?as=${user}&c=${channel}`).addEventListener('message', (event) => {
  markUnread(JSON.parse(event.data).newest);
  void refresh();
});

// --- what the person does --------------------------------------------------------------------------------------------

const words = {
  operation_timeout: 'The app did not answer within 3 seconds (operation_timeout). Try again.',
  dispatch_failed: 'The app could not be reached (dispatch_failed). Try again.',
};

/** Reports an action; resolves with what to tell the person when it failed. */
async function report(path, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, channel, ...body }),
    });
    const { outcome, error } = await response.json();
    return response.ok ? words[outcome] : (error ?? 'That did not work.');
  } catch {
    return 'The sandbox does not answer. Is it still running?';
  }
}

function showFailure(place, text) {
  const note = place?.querySelector('.failure');
  if (!note) return;
  note.hidden = text === undefined;
  note.textContent = text ?? '';
}

function confirmed(element) {
  if (!element.dataset.confirm) return Promise.resolve(true);
  const question = JSON.parse(element.dataset.confirm);
  const dialog = document.getElementById('question');
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

async function operate(element, value) {
  const message = element.closest('.message');
  const menu = element.closest('details.overflow');
  const shown = menu ? menu.querySelector('summary') : element;
  if (menu) {
    menu.open = false;
    shown.focus();
  }
  if (shown.getAttribute('aria-busy') === 'true' || !(await confirmed(element))) return;
  showFailure(message, undefined);
  shown.setAttribute('aria-busy', 'true');
  const { block: blockId, action: actionId } = element.dataset;
  const failure = await report('/console/click', { ts: message.dataset.ts, blockId, actionId, value });
  shown.removeAttribute('aria-busy');
  showFailure(message, failure);
  if (element.dataset.url) window.open(element.dataset.url, '_blank', 'noopener');
}

messages.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-action]');
  if (pressed) void operate(pressed, pressed.dataset.value);
  const picture = event.target.closest('a[data-zoom]');
  if (picture && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    zoom(picture.querySelector('img'));
  }
});

messages.addEventListener('change', (event) => {
  const chosen = event.target.closest('[data-action]');
  if (chosen) void operate(chosen, chosen.value);
});

document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.overflow[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
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
messages.addEventListener(
  'toggle',
  (event) => {
    if (event.target.open) event.target.querySelector(':scope > div')?.scrollIntoView({ block: 'nearest' });
  },
  { capture: true },
);

function zoom(image) {
  const dialog = document.getElementById('zoom');
  const large = dialog.querySelector('img');
  large.src = image.src;
  large.alt = image.alt;
  dialog.showModal();
}

document.getElementById('zoom').addEventListener('click', (event) => {
  if (event.target.tagName !== 'BUTTON') event.currentTarget.close();
});

// --- page ------------------------------------------------------------------------------------------------------------

const menu = document.getElementById('menu');
menu.hidden = false;
document.documentElement.classList.add('script');
menu.addEventListener('click', () => {
  const open = menu.getAttribute('aria-expanded') !== 'true';
  menu.setAttribute('aria-expanded', String(open));
  document.body.classList.toggle('menu-open', open);
});

startComposer({ send: (text) => report('/console/send', { text }), showFailure, toEnd });
writeTimes(document);
writeDays(messages);
toEnd();
for (const image of messages.querySelectorAll('img')) image.addEventListener('load', toEnd, { once: true });
