// The console in the browser: live updates, composer with completion, buttons and menus, times in the reader's zone.
// The server draws everything; this script swaps what changed and reports what the person does.

const { user, channel } = document.body.dataset;
const completions = JSON.parse(document.body.dataset.completions ?? '[]');
const messages = document.getElementById('messages');
let now = Number(document.body.dataset.now);

// --- times -----------------------------------------------------------------------------------------------------------

const formats = {
  time: { hour: 'numeric', minute: '2-digit' },
  time_secs: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
  date: { month: 'long', day: 'numeric' },
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_slash: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  date_long_full: { year: 'numeric', month: 'long', day: 'numeric' },
};

const dayNumber = (date) => Math.round(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 864e5);

function relativeDay(date) {
  const names = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' };
  return names[dayNumber(date) - dayNumber(new Date(now))];
}

function ago(date) {
  const minutes = Math.round((date.getTime() - now) / 60e3);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  if (Math.abs(minutes) < 60) return words.format(minutes, 'minute');
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), 'hour');
  return words.format(Math.round(minutes / 1440), 'day');
}

function token(date, name) {
  if (name === 'ago') return ago(date);
  if (name === 'date_num') return new Intl.DateTimeFormat('sv-SE', formats.date_num).format(date);
  const pretty = name.endsWith('_pretty');
  const plain = pretty ? name.slice(0, -'_pretty'.length) : name;
  if (pretty && relativeDay(date)) return relativeDay(date);
  const format = formats[plain];
  return format ? new Intl.DateTimeFormat(undefined, format).format(date) : undefined;
}

function writeTimes(root) {
  for (const time of root.querySelectorAll('time[data-format]')) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    let known = true;
    const text = time.dataset.format.replace(/\{(\w+)\}/g, (_all, name) => {
      const value = token(date, name);
      known = known && value !== undefined;
      return value ?? '';
    });
    if (known) time.textContent = text;
    time.title = date.toLocaleString();
  }
}

function writeDays() {
  for (const divider of messages.querySelectorAll('.day')) divider.remove();
  let last;
  for (const entry of messages.querySelectorAll(':scope > [data-ts]')) {
    const date = new Date(Number(entry.dataset.ts) * 1000);
    if (dayNumber(date) !== last) {
      const divider = document.createElement('p');
      divider.className = 'day';
      const label = document.createElement('span');
      const relative = relativeDay(date);
      label.textContent = relative ? relative[0].toUpperCase() + relative.slice(1) : token(date, 'date_long');
      divider.append(label);
      entry.before(divider);
    }
    last = dayNumber(date);
  }
}

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
  writeDays();
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
      now = Number(response.headers.get('x-sandbox-now'));
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
  seen[channel] = newest[channel] ?? '';
  for (const [id, ts] of Object.entries(newest)) {
    seen[id] ??= ts;
    const link = document.querySelector(`#sidebar a[data-channel="${id}"]`);
    const unread = Number(ts) > Number(seen[id]);
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

// --- composer --------------------------------------------------------------------------------------------------------

const composer = document.getElementById('composer');
const text = document.getElementById('text');
const list = document.getElementById('suggestions');
let active = -1;

/** The word at the caret and what could stand in its place; nothing outside a `/kpi` command. */
function suggestions() {
  const before = text.value.slice(0, text.selectionStart);
  if (/^\/\w*$/.test(before) && before !== '/kpi')
    return { word: before, found: '/kpi'.startsWith(before) ? ['/kpi'] : [] };
  const match = before.match(/^\/kpi\s+(?:.*\s)?(\S*)$/);
  if (!match) return { word: '', found: [] };
  const word = match[1].toLowerCase();
  const starts = completions.filter((each) => each.toLowerCase().startsWith(word));
  const inside = completions.filter(
    (each) => word.length > 1 && !starts.includes(each) && each.toLowerCase().includes(word),
  );
  const found = [...starts, ...inside].slice(0, 8);
  return { word: match[1], found: found.length === 1 && found[0] === match[1] ? [] : found };
}

function closeList() {
  list.hidden = true;
  active = -1;
  text.setAttribute('aria-expanded', 'false');
  text.removeAttribute('aria-activedescendant');
}

function showList() {
  const { found } = suggestions();
  if (found.length === 0) return closeList();
  list.replaceChildren(
    ...found.map((each, index) => {
      const item = document.createElement('li');
      item.id = `suggestion-${index}`;
      item.role = 'option';
      item.textContent = each;
      item.setAttribute('aria-selected', 'false');
      item.addEventListener('mousedown', (event) => {
        event.preventDefault();
        accept(each);
      });
      return item;
    }),
  );
  active = -1;
  list.hidden = false;
  text.setAttribute('aria-expanded', 'true');
}

function highlight(index) {
  const items = [...list.children];
  active = (index + items.length) % items.length;
  for (const [at, item] of items.entries()) item.setAttribute('aria-selected', String(at === active));
  items[active].scrollIntoView({ block: 'nearest' });
  text.setAttribute('aria-activedescendant', items[active].id);
}

function accept(completion) {
  const { word } = suggestions();
  const caret = text.selectionStart;
  const rest = text.value.slice(caret);
  const start = text.value.slice(0, caret - word.length) + completion + (rest.startsWith(' ') ? '' : ' ');
  text.value = start + rest;
  text.setSelectionRange(start.length, start.length);
  grow();
  showList();
}

function grow() {
  text.rows = Math.min(8, text.value.split('\n').length);
}

async function send() {
  const typed = text.value;
  if (typed.trim() === '') return;
  text.value = '';
  grow();
  closeList();
  showFailure(composer, undefined);
  toEnd();
  const failure = await report('/console/send', { text: typed });
  if (failure !== undefined && !typed.startsWith('/')) {
    showFailure(composer, failure);
    if (text.value === '') text.value = typed;
  }
  toEnd();
}

if (composer) {
  text.addEventListener('input', () => {
    grow();
    showList();
  });
  text.addEventListener('blur', closeList);
  text.addEventListener('keydown', (event) => {
    const open = !list.hidden;
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      highlight(active < 0 && event.key === 'ArrowUp' ? -1 : active + (event.key === 'ArrowDown' ? 1 : -1));
    } else if (open && (event.key === 'Tab' || (event.key === 'Enter' && active >= 0))) {
      event.preventDefault();
      accept(list.children[Math.max(active, 0)].textContent);
    } else if (event.key === 'Escape') {
      closeList();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send();
    }
  });
  composer.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  if (matchMedia('(hover: hover)').matches) text.focus();
}

// --- page ------------------------------------------------------------------------------------------------------------

const menu = document.getElementById('menu');
menu.hidden = false;
document.documentElement.classList.add('script');
menu.addEventListener('click', () => {
  const open = menu.getAttribute('aria-expanded') !== 'true';
  menu.setAttribute('aria-expanded', String(open));
  document.body.classList.toggle('menu-open', open);
});

writeTimes(document);
writeDays();
toEnd();
for (const image of messages.querySelectorAll('img')) image.addEventListener('load', toEnd, { once: true });
