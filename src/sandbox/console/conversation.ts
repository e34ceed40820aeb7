import type { Message } from '../message.ts';
import type { Store } from '../store.ts';
import { bot, type Channel } from '../workspace.ts';
import { type Html, html } from './html.ts';
import { drawEcho, drawMessage } from './message.ts';
import { addressOf, type Place } from './place.ts';

function empty(channel: Channel): Html {
  const place = channel.kind === 'im' ? `your conversation with ${bot.realName}` : `#${channel.name}`;
  return html`<div class="empty" data-key="empty"><p>This is the beginning of ${place}.</p>
    ${!channel.archived && html`<p class="faint">Type <code>/kpi</code> to ask for a number.</p>`}</div>`;
}

/** All that the person sees in the channel, in the order it appeared: messages, and the commands the person typed. */
export function drawConversation(place: Place, store: Store): Html {
  const { person, channel } = place;
  const messages = store.visible(channel.id, person.id);
  const repliesTo = Map.groupBy(
    messages.filter(({ threadTs }) => threadTs !== undefined),
    ({ threadTs }) => threadTs,
  );
  const top = messages.filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast);
  const draw = (message: Message): Html => {
    const ts = message.threadTs ?? message.ts;
    const thread = { replies: repliesTo.get(ts) ?? [], href: addressOf({ ...place, pane: `thread:${ts}` }) };
    return drawMessage(message, { user: person.id, store, thread });
  };
  const entries = [
    ...top.map((message) => ({ order: message.order, drawn: draw(message) })),
    ...store.echoes(channel.id, person.id).map((echo) => ({ order: echo.order, drawn: drawEcho(echo) })),
  ].toSorted((a, b) => a.order - b.order);
  return entries.length === 0 ? empty(channel) : html`${entries.map(({ drawn }) => drawn)}`;
}
