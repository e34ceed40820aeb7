// Modals: the form of the upmost one, in a dialog that follows what the app does with it.

import { filledIn, putBack } from './fields.js';
import { busy, report, showFailure } from './report.js';
import { swap } from './swap.js';

const dialog = document.getElementById('modal');
const form = () => dialog.querySelector('form');

/** The first field that is wrong, else the first there is. */
function firstToFill() {
  const wrong = dialog.querySelector('[aria-invalid=true]');
  const first = wrong ?? dialog.querySelector('.blocks [data-field], .blocks button') ?? dialog.querySelector('h2');
  return first?.matches('.choices') ? first.querySelector('input') : first;
}

/** Focus, with the caret where a person would go on typing. */
function focusOn(field) {
  field?.focus();
  if (field?.matches('textarea, input:is([type=text], [type=url])')) {
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

/** Draws the modal, or closes the dialog when there is none any more. What was typed stays while the view is the same. */
export function showModal(markup) {
  const before = form();
  const typed = before ? { id: before.dataset.view, values: filledIn(before) } : undefined;
  const focused = dialog.contains(document.activeElement) ? document.activeElement.id : '';
  const changed = swap(dialog, markup);
  const after = form();
  if (!after) {
    if (dialog.open) dialog.close();
    return;
  }
  if (changed && typed?.id === after.dataset.view) putBack(after, typed.values);
  if (!dialog.open) dialog.showModal();
  else if (!changed) return;
  if (typed?.id === after.dataset.view && focused && !dialog.querySelector('[aria-invalid=true]'))
    focusOn(document.getElementById(focused));
  else focusOn(firstToFill());
}

async function close(pressed) {
  await busy(pressed, async () => {
    const { failure } = await report('close');
    showFailure(dialog, failure);
  });
}

dialog.addEventListener('submit', (event) => {
  event.preventDefault();
  void busy(dialog.querySelector('button[type=submit]'), async () => {
    const { result, failure } = await report('submit', { values: filledIn(form()) });
    // Outcomes of a submission are drawn into the view; only what the sandbox itself refuses is said here.
    if (result.outcome === undefined) showFailure(dialog, failure);
  });
});

dialog.addEventListener('click', (event) => {
  const pressed = event.target.closest('[data-close]');
  if (pressed) void close(pressed);
});

// Escape closes a modal in Slack too, but the app has to hear of it.
dialog.addEventListener('cancel', (event) => {
  if (event.target !== dialog) return;
  event.preventDefault();
  void close(dialog.querySelector('[data-close]'));
});
