import type { Directory } from '../directory.ts';
import type { Store } from '../store.ts';
import { bot, type Channel, isMember, type Person, team } from '../workspace.ts';
import { drawConversation } from './conversation.ts';
import { type Html, html } from './html.ts';
import { avatar } from './message.ts';

const lock = html`<svg viewBox="0 0 16 16" width="13" height="13" role="img" aria-label="Private channel"><rect x="3" y="7" width="10" height="7" rx="1.5" fill="currentColor"/><path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" fill="none" stroke="currentColor" stroke-width="1.6"/></svg>`;

/** Channels the person is in, in the workspace's order. */
export function channelsOf(person: Person, directory: Directory): Channel[] {
  return directory.channels().filter((channel) => isMember(channel, person.id));
}

function sign(channel: Channel, directory: Directory): Html {
  if (channel.kind === 'im') return avatar(bot.id, directory);
  return html`<span class="sign">${channel.kind === 'private' ? lock : '#'}</span>`;
}

function channelLink(channel: Channel, person: Person, current: Channel, directory: Directory): Html {
  const name = channel.kind === 'im' ? bot.realName : channel.name;
  return html`<li><a href="/?as=${person.id}&c=${channel.id}" data-channel="${channel.id}" class="${channel.archived && 'archived'}"
    ${channel.id === current.id && html`aria-current="page"`}>${sign(channel, directory)}<span class="name">${name}</span>
    ${channel.archived && html`<span class="faint">archived</span>`}<span class="unread" hidden>new</span></a></li>`;
}

function personLink(other: Person, person: Person, current: Channel, directory: Directory): Html {
  const place = isMember(current, other.id) ? `&c=${current.id}` : '';
  return html`<li><a href="/?as=${other.id}${place}" ${other.id === person.id && html`aria-current="true"`}>${avatar(other.id, directory)}
    <span class="who"><span class="name">${other.realName}</span><span class="faint">${other.title}</span></span></a></li>`;
}

function sidebar(person: Person, current: Channel, directory: Directory): Html {
  const own = channelsOf(person, directory);
  const links = (direct: boolean): Html[] =>
    own
      .filter(({ kind }) => (kind === 'im') === direct)
      .map((channel) => channelLink(channel, person, current, directory));
  return html`<nav id="sidebar" aria-label="Workspace">
    <section><h2 id="h-channels">Channels</h2><ul aria-labelledby="h-channels">${links(false)}</ul></section>
    <section><h2 id="h-direct">Direct messages</h2><ul aria-labelledby="h-direct">${links(true)}</ul></section>
    <section class="people"><h2 id="h-people">You are</h2><ul aria-labelledby="h-people">${directory.people().map((other) => personLink(other, person, current, directory))}</ul></section>
  </nav>`;
}

function composer(current: Channel, name: string): Html {
  if (current.archived) return html`<p class="closed">This channel is archived. Nobody can write here.</p>`;
  return html`<form id="composer" autocomplete="off">
    <ul id="suggestions" role="listbox" aria-label="Completions" hidden></ul>
    <div class="field"><label class="visually-hidden" for="text">Message ${name}</label>
    <textarea id="text" name="text" rows="1" placeholder="Message ${name}, or /kpi" role="combobox" aria-autocomplete="list"
      aria-controls="suggestions" aria-expanded="false" aria-describedby="hint" spellcheck="false" maxlength="12000"></textarea>
    <button class="button primary" type="submit">Send</button></div>
    <p id="hint" class="faint"><kbd>Enter</kbd> sends, <kbd>Shift</kbd>+<kbd>Enter</kbd> starts a line, <kbd>Tab</kbd> completes after <code>/kpi</code></p>
    <p class="failure" role="alert" hidden></p></form>
    <noscript><p class="closed">Reading works without JavaScript, writing needs it.</p></noscript>`;
}

export interface PageState {
  person: Person;
  channel: Channel;
  store: Store;
  completions: readonly string[];
  /** The sandbox's now, which the words "today" and "yesterday" go by. */
  now: Temporal.Instant;
}

/** The whole console for one person in one channel. */
export function drawPage({ person, channel, store, completions, now }: PageState): string {
  const name = channel.kind === 'im' ? bot.realName : `#${channel.name}`;
  const topic = channel.kind === 'im' ? 'Direct message, only the two of you' : channel.topic;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · ${team.name} sandbox</title><link rel="icon" href="/console/icon.svg"><link rel="stylesheet" href="/console/style.css">
<script src="/console/console.js" type="module"></script></head>
<body data-user="${person.id}" data-channel="${channel.id}" data-now="${now.epochMilliseconds}" data-completions="${JSON.stringify(completions)}">
<a class="skip" href="#messages">Skip to the conversation</a>
<header class="brand"><button type="button" id="menu" aria-expanded="false" aria-controls="sidebar" hidden><span aria-hidden="true">☰</span><span class="visually-hidden">Channels and people</span></button>
<span class="mark" aria-hidden="true"></span><span class="who"><span class="workspace">${team.name}</span><span class="faint">Slack sandbox</span></span></header>
${sidebar(person, channel, store.directory)}
<main><header class="place"><h1>${name}</h1><p class="faint">${topic}</p></header>
<div id="messages" tabindex="0" role="log" aria-label="Conversation in ${name}">${drawConversation(channel, person.id, store)}</div>
${composer(channel, name)}</main>
<dialog id="zoom" aria-label="Picture"><form method="dialog"><button class="button">Close</button></form><img alt=""></dialog>
<dialog id="question" aria-labelledby="question-title"><form method="dialog"><h2 id="question-title"></h2><p></p><div class="actions"><button class="button" value="deny"></button><button class="button" value="confirm"></button></div></form></dialog>
</body></html>`.markup;
}
