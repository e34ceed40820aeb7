import { actionIds } from './action-ids.ts';
import { ask, type Exchange } from './ask.ts';
import { withPeriod } from './command-words.ts';
import { home } from './home.ts';
import type { Incoming } from './incoming.ts';
import { unknownActionMessage, unknownCommandMessage } from './messages/notices.ts';
import type { Profiles } from './profiles.ts';
import { type ShareDeps, share } from './share.ts';

export interface RouteDeps extends ShareDeps {
  profiles: Pick<Profiles, 'changed'>;
}

type Handler = (exchange: Exchange, deps: RouteDeps) => Promise<void>;

/** Everything people can set off, by name. */
const handlers: Readonly<Record<Incoming['kind'], Readonly<Record<string, Handler>>>> = {
  command: {
    '/kpi': (exchange, deps) => ask(exchange.incoming.words, exchange, deps),
  },
  action: {
    [actionIds.ask]: (exchange, deps) => ask(exchange.incoming.words, exchange, deps),
    [actionIds.period]: (exchange, deps) =>
      ask(withPeriod(exchange.incoming.words, exchange.incoming.chosen ?? '7d'), exchange, deps),
    [actionIds.share]: (exchange, deps) => share(exchange.incoming.words, exchange, deps),
  },
  mention: { mention: (exchange, deps) => ask(exchange.incoming.words, exchange, deps) },
  direct: { message: (exchange, deps) => ask(exchange.incoming.words, exchange, deps) },
  home: { home },
  'user change': { 'user change': ({ incoming }, deps) => deps.profiles.changed(incoming.reported) },
};

/** Whatever comes is answered: what nobody listens to, with what to do instead. */
export async function route(exchange: Exchange, deps: RouteDeps): Promise<void> {
  const { incoming, reply } = exchange;
  const known = handlers[incoming.kind];
  const handler = Object.hasOwn(known, incoming.name) ? known[incoming.name] : undefined;
  if (handler) return handler(exchange, deps);
  const message = incoming.kind === 'command' ? unknownCommandMessage(incoming.name) : unknownActionMessage();
  await reply.post(message, { keepOriginal: true });
}
