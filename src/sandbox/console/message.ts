import type { Directory } from '../directory.ts';
import { isImage, type SlackFile } from '../files.ts';
import type { Attachment, Message } from '../message.ts';
import type { CommandEcho, Store } from '../store.ts';
import { botUserId } from '../workspace.ts';
import { drawBlock, picture } from './blocks.ts';
import { timeOf } from './dates.ts';
import { type Html, html } from './html.ts';
import { mrkdwn } from './mrkdwn.ts';
import { initials, userName } from './names.ts';

const eye = html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.4" d="M1.2 8S3.7 3.5 8 3.5 14.8 8 14.8 8 12.3 12.5 8 12.5 1.2 8 1.2 8Z"/><circle cx="8" cy="8" r="2.1" fill="currentColor"/></svg>`;

export function avatar(user: string, directory: Directory): Html {
  return html`<span class="avatar avatar-${user.toLowerCase()}" aria-hidden="true">${initials(user, directory)}</span>`;
}

function attachment(entry: Attachment, store: Store): Html {
  const colour = /^#?[0-9a-f]{6}$/i.test(entry.color ?? '') ? `#${entry.color?.replace('#', '')}` : '#c9c4bd';
  return html`<div class="attachment"><svg class="bar" preserveAspectRatio="none" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="${colour}"/></svg>
    <div>${entry.text !== '' && html`<div class="text">${mrkdwn(entry.text, store.directory)}</div>`}${entry.blocks.map((block) => drawBlock(block, store))}</div></div>`;
}

function sharedFile(file: SlackFile): Html {
  const href = `/console/files/${file.id}`;
  if (isImage(file)) return picture(href, file.altText || file.title);
  const kilobytes = Math.max(1, Math.round((file.bytes?.length ?? 0) / 1024));
  return html`<a class="file" href="${href}" target="_blank" rel="noreferrer"><strong>${file.title}</strong>
    <span class="faint">${file.name} · ${kilobytes} kB</span></a>`;
}

/** With blocks, the text is for notifications and screen readers only: Slack does not show it. */
function content(message: Message, store: Store): Html {
  const files = message.files.map((id) => store.file(id)).filter((file) => file !== undefined);
  return html`${
    message.blocks.length === 0 &&
    message.text !== '' &&
    html`<div class="text">${mrkdwn(message.text, store.directory)}
    ${message.edited && html`<span class="faint">(edited)</span>`}</div>`
  }
    ${message.blocks.map((block) => drawBlock(block, store))}
    ${message.attachments.map((entry) => attachment(entry, store))}${files.map(sharedFile)}`;
}

function thread(replies: readonly Message[], store: Store): Html | undefined {
  if (replies.length === 0) return undefined;
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  return html`<details class="thread"><summary>${count}</summary>${replies.map((reply) => drawMessage(reply, [], store))}</details>`;
}

/** A message as an article, its thread folded up below it. `data-key` and `data-ts` are what the script goes by. */
export function drawMessage(message: Message, replies: readonly Message[], store: Store): Html {
  const ephemeral = message.ephemeralTo !== undefined;
  const bot = message.user === botUserId;
  return html`<article class="message${ephemeral && ' ephemeral'}" data-key="${message.ts}" data-ts="${message.ts}" data-channel="${message.channel}">
    ${avatar(message.user, store.directory)}<div class="body">
    ${ephemeral && html`<p class="only-you">${eye} Only visible to you</p>`}
    <header><strong class="author">${userName(message.user, store.directory)}</strong>${bot && html` <span class="badge">App</span>`} <span class="faint">${timeOf(message.ts)}</span></header>
    ${content(message, store)}<p class="failure" role="alert" hidden></p>${thread(replies, store)}</div></article>`;
}

const echoStates: Record<CommandEcho['state'], string> = {
  sending: 'waiting for the app…',
  acknowledged: '',
  failed: 'did not work',
};

/** What was typed. Slack keeps no trace of it, but whoever tries the bot wants to see what was asked. */
export function drawEcho(echo: CommandEcho): Html {
  const state = echoStates[echo.state];
  return html`<p class="echo ${echo.state}" data-key="echo-${echo.ts}" data-ts="${echo.ts}"><span class="visually-hidden">You typed </span><code>${echo.text}</code>
    ${state !== '' && html`<span class="faint state">${state}</span>`} <span class="faint">${timeOf(echo.ts)}</span></p>`;
}
