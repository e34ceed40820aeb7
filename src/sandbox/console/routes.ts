import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { CremaError } from '../../lib/errors.ts';
import type { Directory } from '../directory.ts';
import type { Outcome } from '../dispatch.ts';
import type { Driver } from '../driver/driver.ts';
import { contentType, readBody, sendJson, sendText } from '../http.ts';
import { isObject, type Json, parseJson } from '../json.ts';
import type { Route } from '../server.ts';
import type { Store } from '../store.ts';
import { type Channel, executive, type Person } from '../workspace.ts';
import { drawConversation } from './conversation.ts';
import { createLive } from './live.ts';
import { channelsOf, drawPage } from './page.ts';

export interface ConsoleDeps {
  store: Store;
  driver: Driver;
  clock: Clock;
  completions: readonly string[];
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const assets: Readonly<Record<string, string>> = {
  'style.css': 'text/css',
  'console.js': 'text/javascript',
  'composer.js': 'text/javascript',
  'times.js': 'text/javascript',
  'icon.svg': 'image/svg+xml',
};

/** Person and channel of the address; whoever is named wrongly becomes somebody who exists, somewhere they may be. */
function placeOf(request: IncomingMessage, directory: Directory): { person: Person; channel: Channel } {
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const person = directory.people().find(({ id }) => id === query.get('as')) ?? executive;
  const own = channelsOf(person, directory);
  const channel = own.find(({ id }) => id === query.get('c')) ?? (own[0] as Channel);
  return { person, channel };
}

/** JSON sent by our own page: a page of somebody else cannot make the browser send this. */
async function readAction(request: IncomingMessage): Promise<Json | undefined> {
  const { origin, host } = request.headers;
  if (contentType(request) !== 'application/json') return undefined;
  if (origin !== undefined && origin !== `http://${host}`) return undefined;
  const body = parseJson((await readBody(request)).toString('utf8'));
  return isObject(body) ? body : undefined;
}

/** The console's pages, pictures, live updates and actions. It acts only through the driver, as a person would. */
export function createConsole(deps: ConsoleDeps): { routes: Route[]; stop(): void } {
  const { store, driver, clock, completions } = deps;
  const live = createLive(store);

  async function act(
    request: IncomingMessage,
    response: ServerResponse,
    perform: (body: Record<string, string>) => Promise<Outcome | undefined>,
  ): Promise<void> {
    const body = await readAction(request);
    if (body === undefined) return sendJson(response, 400, { error: 'not a request of this console' });
    try {
      const outcome = await perform(body as Record<string, string>);
      sendJson(response, 200, { outcome: outcome?.outcome ?? 'acknowledged' });
    } catch (error) {
      if (!(error instanceof CremaError)) throw error;
      sendJson(response, 409, { error: error.message });
    }
  }

  async function send({ user = '', channel = '', text = '' }: Record<string, string>): Promise<Outcome | undefined> {
    const [, command, rest] = text.trim().match(/^(\/[a-z][\w-]*)(?:\s+([\s\S]*))?$/i) ?? [];
    if (command !== undefined) return driver.command({ user, channel, command, text: rest ?? '' });
    if (text.trim() !== '') driver.say({ user, channel, text });
    return undefined;
  }

  const routes: Route[] = [
    {
      method: 'GET',
      path: '/',
      handle(request, response) {
        response.setHeader('content-security-policy', policy);
        sendText(
          response,
          200,
          drawPage({ ...placeOf(request, store.directory), store, completions, now: clock.now() }),
          'text/html',
        );
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
      path: '/console/conversation',
      handle(request, response) {
        const { person, channel } = placeOf(request, store.directory);
        response.setHeader('x-sandbox-now', String(clock.now().epochMilliseconds));
        sendText(response, 200, drawConversation(channel, person.id, store).markup, 'text/html');
      },
    },
    {
      method: 'GET',
      path: '/console/events',
      handle: (request, response) => live.attach(placeOf(request, store.directory).person, response),
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
    { method: 'POST', path: '/console/send', handle: (request, response) => act(request, response, send) },
    {
      method: 'POST',
      path: '/console/click',
      handle: (request, response) =>
        act(request, response, ({ user = '', channel = '', ts = '', actionId = '', blockId = '', value = '' }) =>
          driver.click({ user, channel, ts, actionId, blockId, value }),
        ),
    },
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
