import type { ServerResponse } from 'node:http';
import { sendText } from '../http.ts';
import type { Mailbox, MailPart, ReadMail } from '../mail/mailbox.ts';
import type { Route } from '../server.ts';

/** Of a mail's HTML: its own style and pictures, nothing from elsewhere, no script, no form; only this console frames it. */
const policy = [
  "default-src 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ');

/** What a browser may show itself; everything else is only to be saved. */
const shown = new Set(['application/pdf', 'image/png', 'image/jpeg', 'image/gif']);

/** The sides of a mail that are not part of the console's page: its HTML, its files, the message as it came. */
export function mailRoutes(mailbox: Mailbox): Route[] {
  return [
    {
      method: 'GET',
      path: '/console/mail/*',
      async handle(_request, response, rest) {
        const missing = (what: string): void => sendText(response, 404, `no such ${what}`);
        await mailbox.prepare();
        const [, id = '', what = ''] = /^(\d{1,9})(.*)$/s.exec(rest) ?? [];
        const read = mailbox.read(Number(id));
        if (read === undefined) return missing('mail');
        response.setHeader('x-content-type-options', 'nosniff');
        response.setHeader('referrer-policy', 'no-referrer');
        if (what === '.eml') return sendRaw(response, read);
        if (what === '/html' && read.html !== undefined) return sendPage(response, read.html, read.parts);
        const [, index] = /^\/files\/(\d{1,3})\//.exec(what) ?? [];
        const part = index === undefined ? undefined : read.parts[Number(index)];
        if (part === undefined) return missing('file');
        sendPart(response, part);
      },
    },
  ];
}

function sendRaw(response: ServerResponse, { mail }: ReadMail): void {
  response.writeHead(200, {
    'content-type': 'message/rfc822',
    'content-disposition': `attachment; filename="mail-${mail.id}.eml"`,
  });
  response.end(mail.raw);
}

function sendPage(response: ServerResponse, html: string, parts: readonly MailPart[]): void {
  response.setHeader('content-security-policy', policy);
  sendText(response, 200, inNewTabs(withPictures(html, parts)), 'text/html');
}

/** `cid:` names a picture of the mail; in the page it is the picture itself, as nothing may be fetched. */
function withPictures(html: string, parts: readonly MailPart[]): string {
  const pictures = new Map(parts.filter(isPicture).map((part) => [part.contentId, part]));
  return html.replaceAll(/\bcid:([\w.@%-]+)/g, (whole, id: string) => {
    const part = pictures.get(id);
    return part ? `data:${part.mediaType};base64,${part.bytes.toString('base64')}` : whole;
  });
}

function isPicture({ mediaType, contentId }: MailPart): boolean {
  return contentId !== undefined && /^image\/(png|jpeg|gif)$/.test(mediaType);
}

/** Links lead out of the frame. */
function inNewTabs(html: string): string {
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html;
}

function sendPart(response: ServerResponse, { name, mediaType, bytes }: MailPart): void {
  const inline = shown.has(mediaType);
  response.writeHead(200, {
    'content-type': inline ? mediaType : 'application/octet-stream',
    'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`,
    'content-length': bytes.length,
  });
  response.end(bytes);
}
