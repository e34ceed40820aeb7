import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { escapeHtml } from '../lib/html.ts';
import { readBody } from './body.ts';
import { send } from './respond.ts';
import type { Route } from './routes.ts';

/** What a link ends, in words, and whether it has. */
export interface Linked {
  /** `the report “executive”` */
  what: string;
  /** `every Monday at 08:30 (Asia/Jakarta)` */
  when: string;
  ended: boolean;
}

export interface UnsubscribeDeps {
  /** Both are undefined where nothing has this key. */
  find(key: string): Promise<Linked | undefined>;
  /** Ends it; the second time too. */
  end(key: string): Promise<Linked | undefined>;
}

/** Keys have 24 characters; what is far from that is none. */
const keyShape = /^[\w-]{16,64}$/;
/** Longest body: `List-Unsubscribe=One-Click`, or an empty form. */
const longestBody = 4_096;

/**
 * `/unsubscribe/:key`, the link in a mail. GET shows what it ends and a button, and changes nothing: scanners of mail open
 * every link. POST ends it: the button's, or the one that a mail program sends by itself (RFC 8058).
 */
export function createUnsubscribeRoute({ find, end }: UnsubscribeDeps): Route {
  return {
    methods: ['GET', 'HEAD', 'POST'],
    async handle(request, response, { key = '' }) {
      if (request.method === 'POST' && !(await readBody(request, longestBody))) {
        response.setHeader('connection', 'close');
        return show(response, 413, 'Too long', 'Press the button on the page of the link instead.');
      }
      const linked = keyShape.test(key) ? await (request.method === 'POST' ? end(key) : find(key)) : undefined;
      if (!linked) {
        return show(
          response,
          404,
          'This link ends nothing',
          'It may have been cut in two by a mail program. Copy the whole link from the mail, or write to whoever sends it.',
        );
      }
      if (linked.ended) {
        return show(
          response,
          200,
          'You are unsubscribed',
          `You get no more of ${linked.what}. To take it up again, ask whoever set it up.`,
        );
      }
      show(response, 200, 'Unsubscribe?', `This ends ${linked.what}, which comes ${linked.when}.`, 'Unsubscribe');
    },
  };
}

const style = `
:root{color:#1f1b18;background:#f7f4f0;font:17px/1.5 "Segoe UI",system-ui,-apple-system,"Helvetica Neue","Noto Sans",Arial,sans-serif}
body{margin:0;min-height:100vh;display:grid;place-items:center}
main{box-sizing:border-box;width:min(30rem,100%);padding:2rem 1.5rem;background:#fff;border:1px solid #e4dfd9;border-radius:12px}
h1{margin:0 0 .5rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem;overflow-wrap:anywhere}
form{margin:0 0 1.25rem}
footer{color:#655d56;font-size:.9rem}
button{font:inherit;font-weight:600;min-height:48px;padding:.5rem 1.5rem;border:0;border-radius:8px;background:#5b3a24;color:#fff;cursor:pointer}
button:hover{background:#452b1a}
button:focus-visible{outline:3px solid #0b5394;outline-offset:3px}
@media(max-width:32rem){body{place-items:start stretch}main{border:0;border-radius:0;min-height:100vh}button{width:100%}}
`;

/** Nothing but this style sheet and a form to where the page itself is. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

function show(response: ServerResponse, status: number, title: string, text: string, button?: string): void {
  const form = button === undefined ? '' : `<form method="post"><button>${escapeHtml(button)}</button></form>`;
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${form}<footer>Crema</footer></main></body></html>
`;
  response.setHeader('content-security-policy', policy);
  send(response, status, page, 'text/html; charset=utf-8');
}
