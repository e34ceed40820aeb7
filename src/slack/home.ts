import { rulesMadeBy } from '../alerts/store/rules.ts';
import type { AlertDeps } from './alerts/deps.ts';
import { openFor } from './alerts/incidents.ts';
import { answerAs, askerOf, type Exchange } from './ask.ts';
import { homeMessage } from './messages/home.ts';
import { subscriberOf } from './subscriptions/deps.ts';
import { viewsFor } from './subscriptions/handle.ts';

/** Publishes the person's Home: their numbers, what they get, what they may see and why, how fresh it is, how to ask. */
export function home(exchange: Exchange, deps: AlertDeps): Promise<void> {
  return showHome(exchange, deps);
}

/** The same after something was done on it, with what came of that on top. */
export async function showHome(exchange: Exchange, deps: AlertDeps, notice?: string): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const subscriber = await subscriberOf(exchange.incoming.userId, person, deps);
  const [overview, subscriptions, incidents, rules] = await Promise.all([
    answerAs(person, '', deps, exchange.log),
    viewsFor(subscriber, false, deps),
    openFor(person, deps),
    rulesMadeBy(deps.db, deps.tenant.tenantId, person.viewer),
  ]);
  const results = overview.kind === 'overview' ? overview.results : [];
  const { clock, tenant } = deps;
  await exchange.reply.post(
    homeMessage({
      ...{ person, results, subscriptions, now: clock.now(), locale: tenant.locale },
      alerts: { incidents, rules, tenant, all: false },
      ...(notice === undefined ? {} : { notice }),
    }),
  );
}
