import type { Message } from '../message.ts';
import type { Store } from '../store.ts';
import { bot, type Channel } from '../workspace.ts';
import { type Html, html } from './html.ts';
import { drawEcho, drawMessage } from './message.ts';

function empty(channel: Channel): Html {
  const place = channel.kind === 'im' ? `your conversation with ${bot.realName}` : `#${channel.name}`;
  return html`<div class="empty" data-key="empty"><p>This is the beginning of ${place}.</p>
    ${!channel.archived && html`<p class="faint">Type <code>/kpi</code> to ask for a number.</p>`}</div>`;
}

/** All that `user` sees in `channel`, oldest first: messages with their threads, and the commands the person typed. */
export function drawConversation(channel: Channel, user: string, store: Store): Html {
  const messages = store.visible(channel.id, user);
  const repliesTo = Map.groupBy(
    messages.filter(({ threadTs }) => threadTs !== undefined),
    ({ threadTs }) => threadTs,
  );
  const top = messages.filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast);
  const draw = (message: Message): Html => drawMessage(message, repliesTo.get(message.ts) ?? [], store);
  const entries = [
    ...top.map((message) => ({ order: message.order, drawn: draw(message) })),
    ...store.echoes(channel.id, user).map((echo) => ({ order: echo.order, drawn: drawEcho(echo) })),
  ].toSorted((a, b) => a.order - b.order);
  return entries.length === 0 ? empty(channel) : html`${entries.map(({ drawn }) => drawn)}`;
}
