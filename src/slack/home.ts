import { answerAs, askerOf, type Exchange } from './ask.ts';
import { homeMessage } from './messages/home.ts';
import { type SubscribeDeps, subscriberOf } from './subscriptions/deps.ts';
import { viewsFor } from './subscriptions/handle.ts';

/** Publishes the person's Home: their numbers, what they get, what they may see and why, how fresh it is, how to ask. */
export function home(exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  return showHome(exchange, deps);
}

/** The same after something was done on it, with what came of that on top. */
export async function showHome(exchange: Exchange, deps: SubscribeDeps, notice?: string): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const subscriber = await subscriberOf(exchange.incoming.userId, person, deps);
  const [overview, subscriptions] = await Promise.all([
    answerAs(person, '', deps, exchange.log),
    viewsFor(subscriber, false, deps),
  ]);
  const results = overview.kind === 'overview' ? overview.results : [];
  const { clock, tenant } = deps;
  await exchange.reply.post(
    homeMessage({
      ...{ person, results, subscriptions, now: clock.now(), locale: tenant.locale },
      ...(notice === undefined ? {} : { notice }),
    }),
  );
}
