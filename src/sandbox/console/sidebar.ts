import type { Directory } from '../directory.ts';
import { bot, type Channel, isMember, type Person } from '../workspace.ts';
import { type Html, html } from './html.ts';
import { avatar } from './message.ts';
import { addressOf, channelsOf, type Place } from './place.ts';

const lock = html`<svg viewBox="0 0 16 16" width="13" height="13" role="img" aria-label="Private channel"><rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" fill="none" stroke="currentColor" stroke-width="1.6"/></svg>`;
const house = html`<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d="M2 7.5 8 2.5l6 5M3.8 7v6.2h8.4V7M6.6 13.2V9.6h2.8v3.6" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>`;

const envelope = html`<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><rect x="1.8" y="3.3" width="12.4" height="9.4" rx="1.4" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="m2.4 4.4 5.6 4.4 5.6-4.4" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>`;

const bell = html`<svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><path d="M3.5 11.5h9L11.4 10V7.2a3.4 3.4 0 0 0-6.8 0V10zM6.7 13.4a1.4 1.4 0 0 0 2.6 0" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>`;

function channelLink(channel: Channel, place: Place): Html {
  const current = channel.id === place.channel.id && place.tab !== 'mail' && place.tab !== 'pages';
  return html`<li><a href="${addressOf({ ...place, channel, tab: 'messages', pane: '' })}" data-channel="${channel.id}" class="${channel.archived && 'archived'}"
    ${current && html`aria-current="page"`}><span class="sign">${channel.kind === 'private' ? lock : '#'}</span><span class="name">${channel.name}</span>
    ${channel.archived && html`<span class="faint">archived</span>`}<span class="unread" hidden>new</span></a></li>`;
}

/** The bot's two sides: what it shows, and the direct message with it. */
function appLinks(channel: Channel, place: Place, directory: Directory): Html {
  const current = (tab: Place['tab']): Html | undefined =>
    channel.id === place.channel.id && place.tab === tab ? html`aria-current="page"` : undefined;
  const at = (tab: Place['tab']): string => addressOf({ ...place, channel, tab, pane: '' });
  return html`<li><a href="${at('home')}" ${current('home')}><span class="sign">${house}</span><span class="name">Home</span></a></li>
    <li><a href="${at('messages')}" data-channel="${channel.id}" ${current('messages')}>${avatar(bot.id, directory)}<span class="name">Messages</span><span class="unread" hidden>new</span></a></li>`;
}

function personLink(other: Person, place: Place, directory: Directory): Html {
  const own = other.id === place.person.id;
  const direct = directory.channels().find(({ kind, name }) => kind === 'im' && name === other.id);
  const same = place.channel.kind === 'im' ? direct : isMember(place.channel, other.id) ? place.channel : undefined;
  const channel = same ?? channelsOf(other, directory)[0] ?? place.channel;
  return html`<li><a href="${addressOf({ ...place, person: other, channel, pane: '' })}" ${own && html`aria-current="true"`}>${avatar(other.id, directory)}
    <span class="who"><span class="name">${other.realName}</span><span class="faint">${other.deleted ? 'Deactivated' : other.title}</span></span></a></li>`;
}

function mailLink(place: Place, mails: number): Html {
  return html`<li><a href="${addressOf({ ...place, tab: 'mail', mail: '', pane: '' })}" data-channel="mail" ${place.tab === 'mail' && html`aria-current="page"`}><span class="sign">${envelope}</span><span class="name">Mailbox</span>
    ${mails > 0 && html`<span class="faint">${mails}</span>`}<span class="unread" hidden>new</span></a></li>`;
}

function pagesLink(place: Place, pages: number): Html {
  return html`<li><a href="${addressOf({ ...place, tab: 'pages', mail: '', pane: '' })}" data-channel="pages" ${place.tab === 'pages' && html`aria-current="page"`}><span class="sign">${bell}</span><span class="name">Pages and hooks</span>
    ${pages > 0 && html`<span class="faint">${pages}</span>`}<span class="unread" hidden>new</span></a></li>`;
}

/** Channels, the bot, what went elsewhere (and how much of it), and whose eyes to see through. */
export function drawSidebar(place: Place, directory: Directory, counts: { mails: number; pages: number }): Html {
  const own = channelsOf(place.person, directory);
  const direct = own.find(({ kind }) => kind === 'im');
  return html`<section><h2 id="h-channels">Channels</h2><ul aria-labelledby="h-channels">${own.filter(({ kind }) => kind !== 'im').map((channel) => channelLink(channel, place))}</ul></section>
    <section><h2 id="h-direct">${bot.realName}</h2><ul aria-labelledby="h-direct">${direct !== undefined && appLinks(direct, place, directory)}</ul></section>
    <section><h2 id="h-mail">E-mail</h2><ul aria-labelledby="h-mail">${mailLink(place, counts.mails)}</ul></section>
    <section><h2 id="h-pages">On call</h2><ul aria-labelledby="h-pages">${pagesLink(place, counts.pages)}</ul></section>
    <section class="people"><h2 id="h-people">You are</h2><ul aria-labelledby="h-people">${directory.people().map((other) => personLink(other, place, directory))}</ul></section>`;
}
