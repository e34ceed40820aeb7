import { type AskDeps, answerAs, askerOf, type Exchange } from './ask.ts';
import { homeMessage } from './messages/home.ts';

/** Publishes the person's Home: their numbers, what they may see and why, how fresh it is, how to ask. */
export async function home(exchange: Exchange, deps: AskDeps): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const overview = await answerAs(person, '', deps, exchange.log);
  const results = overview.kind === 'overview' ? overview.results : [];
  await exchange.reply.post(homeMessage({ person, results, now: deps.clock.now(), locale: deps.tenant.locale }));
}
