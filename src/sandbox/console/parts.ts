import type { Mailbox } from '../mail/mailbox.ts';
import type { Store } from '../store.ts';
import type { ViewDesk } from '../view-desk.ts';
import { bot } from '../workspace.ts';
import { type BusinessClock, drawClockFace, drawClockPane } from './clock.ts';
import { drawConversation } from './conversation.ts';
import { type Html, html } from './html.ts';
import { drawMailbox } from './mail.ts';
import { drawPages, type Pages, pagesCount } from './pages.ts';
import { addressOf, type Place } from './place.ts';
import { drawSidebar } from './sidebar.ts';
import { drawThread } from './thread.ts';
import { drawTrouble, drawTroubleCount, type Failing, troublesOf } from './trouble.ts';
import { drawHome, drawModal } from './view.ts';

export interface Drawing extends Failing {
  store: Store;
  views: ViewDesk;
  mailbox: Mailbox;
  pages: Pages;
  clock: BusinessClock;
}

/** The parts of the page that change while it is open: each is drawn by the server and swapped by the script. */
export interface Parts {
  /** Milliseconds since the epoch on the sandbox's clock: the words "today" and "yesterday" go by it. */
  now: number;
  /** Who may write here: when this changes the page is a different one. */
  shape: string;
  sidebar: Html;
  title: Html;
  main: Html;
  pane: Html;
  modal: Html;
  face: Html;
  trouble: Html;
}

export function shapeOf({ channel, person, tab }: Place): string {
  return [tab, channel.archived ? 'archived' : '', person.deleted ? 'deactivated' : ''].join(' ');
}

function title({ channel, tab }: Place): Html {
  if (tab === 'mail')
    return html`<h1>Mailbox</h1><p class="faint">What the bot sends by e-mail; nothing leaves this machine</p>`;
  if (tab === 'pages')
    return html`<h1>Pages and hooks</h1><p class="faint">What the bot tells PagerDuty and webhooks; nothing leaves this machine</p>`;
  const direct = channel.kind === 'im';
  const topic = direct
    ? tab === 'home'
      ? 'What the app shows you'
      : 'Direct message, only the two of you'
    : channel.topic;
  return html`<h1>${direct ? bot.realName : `#${channel.name}`}</h1><p class="faint">${topic}</p>`;
}

const paneTitles: Readonly<Record<string, string>> = { thread: 'Thread', clock: 'Clock', trouble: 'Make it fail' };

/** What is open beside the conversation; nothing when nothing is. */
function pane(place: Place, drawing: Drawing): Html {
  const [kind = '', ts = ''] = place.pane.split(':');
  const name = paneTitles[kind];
  if (name === undefined) return html``;
  const close = addressOf({ ...place, pane: '' });
  const draw = (): Html => {
    if (kind === 'thread') return drawThread(place.channel, place.person.id, ts, drawing.store);
    if (kind === 'clock') return drawClockPane(drawing.clock);
    return drawTrouble(place.channel, place.person, troublesOf(drawing));
  };
  return html`<header><h2>${name}</h2><a class="icon" href="${close}" data-pane="" aria-label="Close ${name}"><span aria-hidden="true">✕</span></a></header>${draw()}`;
}

function main(place: Place, { store, views, mailbox, pages }: Drawing): Html {
  if (place.tab === 'pages') return drawPages(pages);
  if (place.tab === 'mail') return drawMailbox(place, mailbox);
  return place.tab === 'home' ? drawHome(views.home(place.person.id), store) : drawConversation(place, store);
}

export function drawParts(place: Place, drawing: Drawing): Parts {
  const { store, views } = drawing;
  const { person } = place;
  return {
    now: drawing.clock.clock.now().epochMilliseconds,
    shape: shapeOf(place),
    sidebar: drawSidebar(place, store.directory, {
      mails: drawing.mailbox.mails().length,
      pages: pagesCount(drawing.pages),
    }),
    title: title(place),
    main: main(place, drawing),
    pane: pane(place, drawing),
    modal: drawModal(views.stack(person.id), store),
    face: drawClockFace(drawing.clock),
    trouble: drawTroubleCount(troublesOf(drawing)),
  };
}
