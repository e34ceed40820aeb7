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
import { type Scene, sceneOfMessage } from './scene.ts';

const eye = html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.4" d="M1.2 8S3.7 3.5 8 3.5 14.8 8 14.8 8 12.3 12.5 8 12.5 1.2 8 1.2 8Z"/><circle cx="8" cy="8" r="2.1" fill="currentColor"/></svg>`;

export function avatar(user: string, directory: Directory): Html {
  return html`<span class="avatar avatar-${user.toLowerCase()}" aria-hidden="true">${initials(user, directory)}</span>`;
}

function attachment(entry: Attachment, scene: Scene): Html {
  const colour = /^#?[0-9a-f]{6}$/i.test(entry.color ?? '') ? `#${entry.color?.replace('#', '')}` : '#c9c4bd';
  return html`<div class="attachment"><svg class="bar" preserveAspectRatio="none" viewBox="0 0 1 1" aria-hidden="true"><rect width="1" height="1" fill="${colour}"/></svg>
    <div>${entry.text !== '' && html`<div class="text">${mrkdwn(entry.text, scene.store.directory)}</div>`}${entry.blocks.map((block) => drawBlock(block, scene))}</div></div>`;
}

function sharedFile(file: SlackFile): Html {
  const href = `/console/files/${file.id}`;
  if (isImage(file)) return picture(href, file.altText || file.title);
  const kilobytes = Math.max(1, Math.round((file.bytes?.length ?? 0) / 1024));
  return html`<a class="file" href="${href}" target="_blank" rel="noreferrer"><strong>${file.title}</strong>
    <span class="faint">${file.name} · ${kilobytes} kB</span></a>`;
}

/** With blocks, the text is for notifications and screen readers only: Slack does not show it. */
function content(message: Message, user: string, store: Store): Html {
  const scene = sceneOfMessage(message, user, store);
  const files = message.files.map((id) => store.file(id)).filter((file) => file !== undefined);
  return html`${
    message.blocks.length === 0 &&
    message.text !== '' &&
    html`<div class="text">${mrkdwn(message.text, store.directory)}
    ${message.edited && html`<span class="faint">(edited)</span>`}</div>`
  }
    ${message.blocks.map((block) => drawBlock(block, scene))}
    ${message.attachments.map((entry) => attachment(entry, scene))}${files.map(sharedFile)}`;
}

/** Where a message stands: who looks, and in the conversation its answers and the address of its thread. */
export interface Standing {
  user: string;
  store: Store;
  thread?: { replies: readonly Message[]; href: string };
}

function threadLink({ replies, href }: NonNullable<Standing['thread']>, ts: string): Html {
  const last = replies.at(-1);
  if (last === undefined) return html`<a class="reply" href="${href}" data-thread="${ts}">Reply in thread</a>`;
  const count = replies.length === 1 ? '1 reply' : `${replies.length} replies`;
  return html`<a class="thread" href="${href}" data-thread="${ts}"><strong>${count}</strong> <span class="faint">last ${timeOf(last.ts)}</span></a>`;
}

/** A message as an article. `data-key`, `data-ts` and `data-channel` are what the script goes by. */
export function drawMessage(message: Message, { user, store, thread }: Standing): Html {
  const ephemeral = message.ephemeralTo !== undefined;
  const bot = message.user === botUserId;
  const broadcast = message.broadcast && thread !== undefined;
  return html`<article class="message${ephemeral && ' ephemeral'}" data-key="${message.ts}" data-ts="${message.ts}" data-channel="${message.channel}" ${thread !== undefined && html`id="m-${message.ts}"`}>
    ${avatar(message.user, store.directory)}<div class="body">
    ${ephemeral && html`<p class="only-you">${eye} Only visible to you</p>`}
    ${broadcast && html`<p class="only-you">Also in a thread</p>`}
    <header><strong class="author">${userName(message.user, store.directory)}</strong>${bot && html` <span class="badge">App</span>`} <span class="faint">${timeOf(message.ts)}</span></header>
    ${content(message, user, store)}<p class="failure" role="alert" hidden></p>${thread !== undefined && !ephemeral && threadLink(thread, message.threadTs ?? message.ts)}</div></article>`;
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
