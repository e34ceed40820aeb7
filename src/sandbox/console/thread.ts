import type { Store } from '../store.ts';
import type { Channel } from '../workspace.ts';
import { type Html, html } from './html.ts';
import { drawMessage } from './message.ts';

/** One message with its answers and a field to answer in: what the pane beside the conversation shows. */
export function drawThread(channel: Channel, user: string, ts: string, store: Store): Html {
  const visible = store.visible(channel.id, user);
  const parent = visible.find((message) => message.ts === ts);
  const replies = visible.filter(({ threadTs }) => threadTs === ts);
  if (parent === undefined) return html`<p class="empty faint">This message is no longer there.</p>`;
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  const place = channel.kind === 'im' ? 'the conversation' : `#${channel.name}`;
  return html`<div class="scroll" id="thread" data-ts="${ts}">
    ${drawMessage(parent, { user, store })}
    <p class="day">${replies.length === 0 ? 'No replies yet' : count}</p>
    ${replies.map((reply) => drawMessage(reply, { user, store }))}</div>
    ${
      !channel.archived &&
      html`<form id="answer" autocomplete="off"><div class="field"><label class="visually-hidden" for="answer-text">Reply in thread</label>
      <textarea id="answer-text" rows="1" placeholder="Reply" maxlength="12000"></textarea><button class="button primary" type="submit">Send</button></div>
      <label class="choice"><input type="checkbox" id="answer-broadcast"> <span>Also send to ${place}</span></label>
      <p class="failure" role="alert" hidden></p></form>`
    }`;
}
