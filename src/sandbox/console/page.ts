import { bot, type Channel, type Person, team } from '../workspace.ts';
import { type Html, html } from './html.ts';
import { type Drawing, drawParts } from './parts.ts';
import { addressOf, type Place } from './place.ts';

function composer({ channel, person }: Place, name: string): Html {
  if (person.deleted)
    return html`<p class="closed">${person.realName} is deactivated and can only be looked through.</p>`;
  if (channel.archived) return html`<p class="closed">This channel is archived. Nobody can write here.</p>`;
  return html`<form id="composer" autocomplete="off">
    <ul id="suggestions" role="listbox" aria-label="Completions" hidden></ul>
    <div class="field"><label class="visually-hidden" for="text">Message ${name}</label>
    <textarea id="text" name="text" rows="1" placeholder="Message ${name}, or /kpi" role="combobox" aria-autocomplete="list"
      aria-controls="suggestions" aria-expanded="false" aria-describedby="hint" spellcheck="false" maxlength="12000"></textarea>
    <button class="button primary" type="submit">Send</button></div>
    <p id="hint" class="faint"><kbd>Enter</kbd> sends, <kbd>Shift</kbd>+<kbd>Enter</kbd> starts a line, <kbd>Tab</kbd> completes after <code>/kpi</code> and <code>@</code></p>
    <p class="failure" role="alert" hidden></p></form>
    <noscript><p class="closed">Reading works without JavaScript, writing needs it.</p></noscript>`;
}

/** Names that can be mentioned here: the bot and everybody else in the channel. */
function mentions(channel: Channel, person: Person, everybody: readonly Person[]): string[] {
  const others = everybody.filter(({ id, deleted }) => id !== person.id && !deleted && channel.members.includes(id));
  return [bot.realName, ...others.map(({ realName }) => realName)].map((name) => `@${name}`);
}

/** How the middle of the page is laid out. */
function region({ tab, mail }: Place): string {
  if (tab === 'pages') return 'pages-region';
  if (tab === 'mail') return mail === '' ? 'mailbox' : 'mailbox reading';
  return tab === 'home' ? 'home' : '';
}

/** The whole console for one person in one place. */
export function drawPage(place: Place, drawing: Drawing, completions: readonly string[]): string {
  const { person, channel, tab } = place;
  const parts = drawParts(place, drawing);
  const elsewhere = { mail: 'Mailbox', pages: 'Pages and hooks' } as const;
  const isElsewhere = tab === 'mail' || tab === 'pages';
  const name = isElsewhere ? elsewhere[tab] : channel.kind === 'im' ? bot.realName : `#${channel.name}`;
  const open = (pane: string): string => addressOf({ ...place, pane: place.pane === pane ? '' : pane });
  const messages = tab === 'messages';
  const names = mentions(channel, person, drawing.store.directory.people());
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · ${team.name} sandbox</title><link rel="icon" href="/console/icon.svg"><link rel="stylesheet" href="/console/style.css"><link rel="stylesheet" href="/console/panes.css"><link rel="stylesheet" href="/console/mail.css">
<script src="/console/console.js" type="module"></script></head>
<body data-user="${person.id}" data-channel="${channel.id}" data-tab="${tab}" data-mail="${place.mail}" data-pane="${place.pane}" data-direct="${String(channel.kind === 'im' && !isElsewhere)}" data-shape="${parts.shape}" data-now="${parts.now}"
 data-completions="${JSON.stringify(completions)}" data-mentions="${JSON.stringify(names)}" class="${parts.pane.markup !== '' && 'with-pane'}">
<a class="skip" href="#messages">Skip to the conversation</a>
<header class="brand"><button type="button" id="menu" aria-expanded="false" aria-controls="sidebar" hidden><span aria-hidden="true">☰</span><span class="visually-hidden">Channels and people</span></button>
<span class="mark" aria-hidden="true"></span><span class="who"><span class="workspace">${team.name}</span><span class="faint">Slack sandbox</span></span></header>
<nav id="sidebar" aria-label="Workspace">${parts.sidebar}</nav>
<main><header class="place"><div id="place">${parts.title}</div>
<div class="bar-tools"><a class="tool" id="face" href="${open('clock')}" data-pane="clock">${parts.face}</a><a class="tool" id="trouble" href="${open('trouble')}" data-pane="trouble">${parts.trouble}</a></div></header>
<div id="messages" class="${region(place)}" tabindex="0" ${messages ? html`role="log" aria-label="Conversation in ${name}"` : html`role="region" aria-label="${tab === 'home' && 'Home of '}${name}"`}>${parts.main}</div>
${messages && composer(place, name)}</main>
<aside id="pane" aria-label="Beside the conversation" ${parts.pane.markup === '' && html`hidden`}>${parts.pane}</aside>
<dialog id="modal" aria-labelledby="modal-title">${parts.modal}</dialog>
<dialog id="zoom" aria-label="Picture"><form method="dialog"><button class="button">Close</button></form><img alt=""></dialog>
<dialog id="question" aria-labelledby="question-title"><form method="dialog"><h2 id="question-title"></h2><p></p><div class="actions"><button class="button" value="deny"></button><button class="button" value="confirm"></button></div></form></dialog>
</body></html>`.markup;
}
