import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CremaError } from '../../lib/errors.ts';
import type { Driver } from '../driver/driver.ts';
import { contentType, readBody, sendJson, sendText } from '../http.ts';
import { isObject, type Json, parseJson } from '../json.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import type { Route } from '../server.ts';
import type { Store } from '../store.ts';
import type { ViewDesk } from '../view-desk.ts';
import type { BusinessClock } from './clock.ts';
import { createDoings, type Doing } from './doings.ts';
import { createLive } from './live.ts';
import { mailRoutes } from './mail-routes.ts';
import { drawPage } from './page.ts';
import { type Pages, pagesCount } from './pages.ts';
import { type Drawing, drawParts } from './parts.ts';
import { type Place, placeOf } from './place.ts';
import type { Failing } from './trouble.ts';

export interface ConsoleDeps extends Failing {
  store: Store;
  views: ViewDesk;
  mailbox: Mailbox;
  pages: Pages;
  driver: Driver;
  clock: BusinessClock;
  completions: readonly string[];
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https:",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const assets: Readonly<Record<string, string>> = {
  'style.css': 'text/css',
  'panes.css': 'text/css',
  'mail.css': 'text/css',
  'console.js': 'text/javascript',
  'composer.js': 'text/javascript',
  'fields.js': 'text/javascript',
  'panes.js': 'text/javascript',
  'views.js': 'text/javascript',
  'swap.js': 'text/javascript',
  'report.js': 'text/javascript',
  'times.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
};

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URL(request.url ?? '/', 'http://localhost').searchParams;
}

/** JSON sent by our own page: a page of somebody else cannot make the browser send this. */
async function readAction(request: IncomingMessage): Promise<Json | undefined> {
  const { origin, host } = request.headers;
  if (contentType(request) !== 'application/json') return undefined;
  if (origin !== undefined && origin !== `http://${host}`) return undefined;
  const body = parseJson((await readBody(request)).toString('utf8'));
  return isObject(body) ? body : undefined;
}

async function perform(doing: Doing, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readAction(request);
  if (body === undefined) return sendJson(response, 400, { error: 'not a request of this console' });
  try {
    const { outcome = 'acknowledged', ...rest } = (await doing(body)) ?? {};
    sendJson(response, 200, { outcome, ...rest });
  } catch (error) {
    if (!(error instanceof CremaError)) throw error;
    sendJson(response, 409, { error: error.message });
  }
}

/** The console's pages, pictures, live updates and actions. It acts only through the driver, as a person would. */
export function createConsole(deps: ConsoleDeps): { routes: Route[]; stop(): void } {
  const { store, views, faults, mailFaults, pageFaults, mailbox, pages, completions } = deps;
  const live = createLive(store, () => ({ mail: mailbox.mails().length, pages: pagesCount(pages) }));
  const drawing: Drawing = { store, views, faults, mailFaults, pageFaults, mailbox, pages, clock: deps.clock };

  async function placeAskedFor(request: IncomingMessage): Promise<Place> {
    const place = placeOf(queryOf(request), store.directory);
    if (place.tab === 'mail') await mailbox.prepare();
    return place;
  }

  const routes: Route[] = [
    {
      method: 'GET',
      path: '/',
      async handle(request, response) {
        response.setHeader('content-security-policy', policy);
        const place = await placeAskedFor(request);
        sendText(response, 200, drawPage(place, drawing, completions), 'text/html');
      },
    },
    {
      // Where permalinks of messages lead.
      method: 'GET',
      path: '/archives/*',
      handle(_request, response, rest) {
        const [channel = '', moment = ''] = rest.split('/');
        const ts = moment.replace(/^p(\d+)(\d{6})$/, '$1.$2');
        response.writeHead(302, { location: `/?c=${encodeURIComponent(channel)}#m-${encodeURIComponent(ts)}` }).end();
      },
    },
    {
      method: 'GET',
      path: '/console/parts',
      async handle(request, response) {
        const parts = drawParts(await placeAskedFor(request), drawing);
        const plain = Object.entries(parts).map(([name, part]) => [
          name,
          typeof part === 'object' ? part.markup : part,
        ]);
        sendJson(response, 200, Object.fromEntries(plain) as Json);
      },
    },
    {
      method: 'GET',
      path: '/console/events',
      handle: (request, response) => live.attach(placeOf(queryOf(request), store.directory).person, response),
    },
    {
      method: 'GET',
      path: '/console/files/*',
      handle(_request, response, id) {
        const file = store.file(id);
        if (file?.bytes === undefined) return sendText(response, 404, 'no such file');
        const name = encodeURIComponent(file.name);
        response.writeHead(200, {
          'content-type': file.mimetype,
          'content-disposition': `inline; filename*=UTF-8''${name}`,
          'content-security-policy': "default-src 'none'; sandbox",
          'x-content-type-options': 'nosniff',
        });
        response.end(file.bytes);
      },
    },
    ...mailRoutes(mailbox),
    ...Object.entries(createDoings(deps)).map(
      ([name, doing]): Route => ({
        method: 'POST',
        path: `/console/${name}`,
        handle: (request, response) => perform(doing, request, response),
      }),
    ),
    {
      method: 'GET',
      path: '/console/*',
      async handle(_request, response, name) {
        const type = Object.hasOwn(assets, name) ? assets[name] : undefined;
        if (type === undefined) return sendText(response, 404, 'not found');
        sendText(response, 200, await readFile(new URL(name, import.meta.url), 'utf8'), type);
      },
    },
  ];
  return { routes, stop: live.stop };
}
