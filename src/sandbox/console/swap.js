// Swapping what changed. The server draws everything; what is the same stays, with its focus and scroll position.

import { writeMoments } from './fields.js';
import { writeDays, writeTimes } from './times.js';

const drawn = new WeakMap();
const asDrawn = (markup) => new DOMParser().parseFromString(markup, 'text/html').body.innerHTML;

/** Takes what the page came with as drawn: to be called before anything is written into it. */
export function remember(...elements) {
  for (const element of elements) drawn.set(element, element.innerHTML);
}

/** Replaces the content of `element` when the markup differs from what was drawn there last. Returns whether it did. */
export function swap(element, markup) {
  const fresh = asDrawn(markup);
  if (drawn.get(element) === fresh) return false;
  drawn.set(element, fresh);
  element.innerHTML = fresh;
  writeTimes(element);
  writeMoments(element);
  return true;
}

/** What this person has opened or typed in an entry goes over to its new drawing. */
function carryOver(before, fresh) {
  for (const menu of before.querySelectorAll('details[open]')) {
    const index = [...before.querySelectorAll('details')].indexOf(menu);
    [...fresh.querySelectorAll('details')][index]?.setAttribute('open', '');
  }
}

/** Puts the new drawing in the place of the old one; where the person was in it stays. */
function replace(before, fresh) {
  const { scrollTop } = before;
  const focused = before.contains(document.activeElement) && document.activeElement.getAttribute('href');
  before.replaceWith(fresh);
  fresh.scrollTop = scrollTop;
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

/** A list whose entries have `data-key`: only those whose markup changed are swapped. */
export function createList(list) {
  const known = new Map();
  for (const entry of list.children) known.set(entry.dataset.key, entry.outerHTML);
  const nearEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  const toEnd = () => list.scrollTo({ top: list.scrollHeight });
  const staysAtEnd = list.getAttribute('role') === 'log';

  function next(entry) {
    let after = entry.nextElementSibling;
    while (after && !after.dataset.key) after = after.nextElementSibling;
    return after;
  }

  function patch(markup) {
    const incoming = new DOMParser().parseFromString(markup, 'text/html').body;
    const stay = staysAtEnd && nearEnd();
    const present = new Map(
      [...list.children].filter((each) => each.dataset.key).map((each) => [each.dataset.key, each]),
    );
    const kept = new Set();
    let previous = null;
    for (const fresh of [...incoming.children]) {
      const { key } = fresh.dataset;
      kept.add(key);
      let entry = present.get(key);
      if (entry === undefined || known.get(key) !== fresh.outerHTML) {
        known.set(key, fresh.outerHTML);
        if (entry) carryOver(entry, fresh);
        writeTimes(fresh);
        writeMoments(fresh);
        for (const image of fresh.querySelectorAll('img'))
          image.addEventListener('load', () => stay && toEnd(), { once: true });
        if (entry) replace(entry, fresh);
        entry = fresh;
      }
      const expected = previous === null ? list.querySelector(':scope > [data-key]') : next(previous);
      if (expected !== entry) {
        if (previous === null) list.prepend(entry);
        else previous.after(entry);
      }
      previous = entry;
    }
    for (const [key, entry] of present) {
      if (!kept.has(key)) {
        entry.remove();
        known.delete(key);
      }
    }
    if (staysAtEnd) writeDays(list);
    if (stay) toEnd();
  }

  return { patch, toEnd };
}
