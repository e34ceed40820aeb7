// The field people type into, with completion after `/kpi` and of names after `@`.

const completions = JSON.parse(document.body.dataset.completions ?? '[]');
const mentions = JSON.parse(document.body.dataset.mentions ?? '[]');
const composer = document.getElementById('composer');
const text = document.getElementById('text');
const list = document.getElementById('suggestions');
let active = -1;
let found = [];

/** The last words before the caret, the longer stretch first: a completion may have a space in it. */
function tails(typed) {
  const words = typed.split(' ');
  return [words.slice(-2).join(' '), words.at(-1)].filter((tail, index, all) => index === 0 || tail !== all[0]);
}

/** What could stand at the caret, with how much of what was typed it replaces. */
function suggestions() {
  const before = text.value.slice(0, text.selectionStart);
  if (/^\/\w*$/.test(before))
    return '/kpi'.startsWith(before) && before !== '/kpi' ? [{ completion: '/kpi', typed: before }] : [];
  const mention = before.match(/(?:^|\s)(@[\w ]{0,20})$/)?.[1].toLowerCase();
  if (mention !== undefined && !before.startsWith('/')) {
    const names = mentions.filter((name) => name.toLowerCase().startsWith(mention));
    return names.map((completion) => ({ completion, typed: mention }));
  }
  const typed = before.match(/^\/kpi\s+([^\n]*)$/)?.[1].toLowerCase();
  if (typed === undefined) return [];
  const word = tails(typed).at(-1);
  const fits = (completion) => tails(typed).find((tail) => completion.toLowerCase().startsWith(tail));
  const inside = (completion) => word.length > 1 && completion.toLowerCase().includes(word);
  const starting = completions.filter((each) => fits(each) !== undefined);
  const found = [...starting, ...completions.filter((each) => !starting.includes(each) && inside(each))]
    .map((completion) => ({ completion, typed: fits(completion) ?? word }))
    .slice(0, 8);
  return found.length === 1 && found[0].completion === found[0].typed ? [] : found;
}

function closeList() {
  list.hidden = true;
  active = -1;
  text.setAttribute('aria-expanded', 'false');
  text.removeAttribute('aria-activedescendant');
}

function showList() {
  found = suggestions();
  if (found.length === 0) return closeList();
  list.replaceChildren(
    ...found.map(({ completion }, index) => {
      const item = document.createElement('li');
      item.id = `suggestion-${index}`;
      item.role = 'option';
      item.textContent = completion;
      item.setAttribute('aria-selected', 'false');
      item.addEventListener('mousedown', (event) => {
        event.preventDefault();
        accept(index);
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

function accept(index) {
  const { completion, typed } = found[index];
  const caret = text.selectionStart;
  const rest = text.value.slice(caret);
  const start = text.value.slice(0, caret - typed.length) + completion + (rest.startsWith(' ') ? '' : ' ');
  text.value = start + rest;
  text.setSelectionRange(start.length, start.length);
  grow();
  showList();
}

function grow() {
  text.rows = Math.min(8, text.value.split('\n').length);
}

async function send({ send: report, showFailure, toEnd }) {
  const typed = text.value;
  if (typed.trim() === '') return;
  text.value = '';
  grow();
  closeList();
  showFailure(composer, undefined);
  toEnd();
  const failure = await report(typed);
  if (failure !== undefined && !typed.startsWith('/')) {
    showFailure(composer, failure);
    if (text.value === '') text.value = typed;
  }
  toEnd();
}

/** Wires the composer; does nothing where the page has none. `send` resolves with what to tell when it failed. */
export function startComposer(tools) {
  if (!composer) return;
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
      accept(Math.max(active, 0));
    } else if (event.key === 'Escape') {
      closeList();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send(tools);
    }
  });
  composer.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(tools);
  });
  if (matchMedia('(hover: hover)').matches) text.focus();
}
