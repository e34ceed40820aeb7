// Where the page is, and telling the sandbox what the person does there.

const { user, channel, tab, mail, pane } = document.body.dataset;

/** `pane` changes while the page is open. */
export const place = { user, channel, tab, mail, pane };

export function query() {
  const parts = new URLSearchParams({ as: place.user, c: place.channel });
  if (place.tab !== 'messages') parts.set('tab', place.tab);
  if (place.mail) parts.set('mail', place.mail);
  if (place.pane) parts.set('pane', place.pane);
  return parts.toString();
}

const words = {
  operation_timeout: 'The app did not answer within 3 seconds (operation_timeout). Try again.',
  dispatch_failed: 'The app could not be reached (dispatch_failed). Try again.',
};

/** Reports an action; resolves with what to tell the person when it failed, and with what came of it. */
export async function report(doing, body = {}) {
  try {
    const response = await fetch(`/console/${doing}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, channel, ...body }),
    });
    const result = await response.json();
    return { result, failure: response.ok ? words[result.outcome] : (result.error ?? 'That did not work.') };
  } catch {
    return { result: {}, failure: 'The sandbox does not answer. Is it still running?' };
  }
}

export function showFailure(around, text) {
  const note = around?.querySelector('.failure');
  if (!note) return;
  note.hidden = text === undefined;
  note.textContent = text ?? '';
}

/** Marks `element` as busy while `work` runs; a second press meanwhile does nothing. */
export async function busy(element, work) {
  if (!element || element.getAttribute('aria-busy') === 'true') return;
  element.setAttribute('aria-busy', 'true');
  try {
    await work();
  } finally {
    element.removeAttribute('aria-busy');
  }
}
