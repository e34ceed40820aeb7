import type { Mailbox, MailPart, ReadMail } from '../mail/mailbox.ts';
import type { ReceivedMail } from '../mail/sink.ts';
import { instantOf } from './dates.ts';
import { type Html, html } from './html.ts';
import { addressOf, type Place } from './place.ts';

/** So many mails of one address are listed. */
const mostListed = 30;

/** The addresses that got mail with what they got, the latest first, and the mail that is open. */
export function drawMailbox(place: Place, mailbox: Mailbox): Html {
  const mails = mailbox.mails();
  if (mails.length === 0) {
    return html`<div class="empty" data-key="empty"><p>No mail yet.</p>
      <p class="faint">What the bot sends by e-mail arrives here, whoever it is for. Nothing leaves this machine.</p></div>`;
  }
  const { id, view } = openedMail(place);
  const open = id === undefined ? undefined : mailbox.read(id);
  const boxes = [...Map.groupBy(mails.toReversed(), ({ to }) => to)];
  return html`<nav class="mails" data-key="mails" aria-label="Mail by address">${boxes.map(([to, theirs]) => drawBox(place, mailbox, to, theirs, id))}</nav>
    ${open === undefined ? nothingOpen(id) : drawMail(place, open, view)}`;
}

type MailView = 'html' | 'text' | 'headers';

/** Which mail an address of the console names, and which side of it: `7`, `7.text`, `7.headers`. */
export function openedMail({ mail }: Pick<Place, 'mail'>): { id: number | undefined; view: MailView } {
  const [, id, view] = /^(\d{1,9})(?:\.(text|headers))?$/.exec(mail) ?? [];
  return { id: id === undefined ? undefined : Number(id), view: (view as MailView | undefined) ?? 'html' };
}

function drawBox(
  place: Place,
  mailbox: Mailbox,
  to: string,
  theirs: readonly ReceivedMail[],
  open: number | undefined,
): Html {
  const older = theirs.length - mostListed;
  return html`<section><h2><span class="name">${to}</span> <span class="faint">${theirs.length}</span></h2>
    <ul>${theirs.slice(0, mostListed).map((mail) => {
      const read = mailbox.read(mail.id);
      const files = read?.parts.filter(({ inline }) => !inline).length ?? 0;
      return html`<li><a href="${addressOf({ ...place, mail: `${mail.id}` })}" ${mail.id === open && html`aria-current="true"`}><span class="subject">${read?.subject}</span>
        <span class="faint">${instantOf(mail.receivedAt, '{date_short_pretty} {time}')}${files > 0 && html` · ${files === 1 ? '1 file' : `${files} files`}`}</span></a></li>`;
    })}</ul>${older > 0 && html`<p class="faint">and ${older} older</p>`}</section>`;
}

function nothingOpen(wanted: number | undefined): Html {
  const words = wanted === undefined ? 'Choose a mail to read it.' : 'There is no such mail any more.';
  return html`<div class="mail none" data-key="none"><p class="faint">${words}</p></div>`;
}

const views: readonly (readonly [MailView, string])[] = [
  ['html', 'Message'],
  ['text', 'Plain text'],
  ['headers', 'Headers'],
];

function drawMail(place: Place, read: ReadMail, view: MailView): Html {
  const { mail, subject, from, to, parts } = read;
  const at = (wanted: MailView): string =>
    addressOf({ ...place, mail: wanted === 'html' ? `${mail.id}` : `${mail.id}.${wanted}` });
  return html`<article class="mail" data-key="mail-${mail.id}-${view}">
    <a class="back" href="${addressOf({ ...place, mail: '' })}"><span aria-hidden="true">‹</span> All mail</a>
    <h2>${subject}</h2>
    <dl><dt>From</dt><dd>${from}</dd><dt>To</dt><dd>${to}</dd><dt>Received</dt><dd>${instantOf(mail.receivedAt, '{date_long}, {time}')}${mail.secure && html` · through TLS`}</dd></dl>
    ${files(mail.id, parts)}
    <div class="sides"><nav aria-label="Sides of the mail">${views.map(([id, label]) => html`<a href="${at(id)}" ${id === view && html`aria-current="page"`}>${label}</a>`)}</nav>
      <a class="raw" href="/console/mail/${mail.id}.eml" download>Download .eml</a></div>
    ${side(read, view)}</article>`;
}

function side({ mail, html: page, text, headers, subject }: ReadMail, view: MailView): Html {
  if (view === 'headers')
    return html`<div class="side" tabindex="0" role="region" aria-label="Headers"><table><tbody>${headers.map(({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table></div>`;
  if (view === 'text' || page === undefined)
    return html`<div class="side" tabindex="0" role="region" aria-label="Plain text"><pre>${text}</pre></div>`;
  return html`<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer" src="/console/mail/${mail.id}/html" title="Message: ${subject}"></iframe>`;
}

function files(id: number, parts: readonly MailPart[]): Html | undefined {
  const attached = parts.map((part, index) => ({ part, index })).filter(({ part }) => !part.inline);
  if (attached.length === 0) return undefined;
  return html`<ul class="files" aria-label="Attachments">${attached.map(({ part, index }) => {
    const { name, mediaType, bytes } = part;
    const pdf = mediaType === 'application/pdf';
    return html`<li><a class="file" href="/console/mail/${id}/files/${index}/${encodeURIComponent(name.toWellFormed())}" target="_blank" rel="noreferrer"><strong>${name}</strong>
      <span class="faint">${pdf ? 'PDF' : mediaType} · ${sizeOf(bytes.length)} · opens in a new tab</span></a></li>`;
  })}</ul>`;
}

function sizeOf(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${Math.round(bytes / 1024)} kB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}
