import { changeRuleState } from '../../alerts/rest.ts';
import { ruleOf } from '../../alerts/store/rules.ts';
import { nameOf } from '../../answers/access.ts';
import type { Person } from '../../answers/people.ts';
import { systemClock } from '../../lib/clock.ts';
import { askerOf, type Exchange } from '../ask.ts';
import type { Message } from '../blocks.ts';
import { alertsMessage, ruleSaidMessage } from '../messages/alerts.ts';
import type { ShowHome } from '../subscriptions/own.ts';
import { type AlertDeps, mayManageRule } from './deps.ts';
import { openFor, rulesFor } from './incidents.ts';
import { silencesFor } from './silences.ts';

/** `/kpi alerts`: what is open, and the person's rules. */
export async function listAlerts(exchange: Exchange, deps: AlertDeps): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person) await exchange.reply.post(await alertsFor(person, deps));
}

export async function alertsFor(person: Person, deps: AlertDeps): Promise<Message> {
  const [incidents, rules, silences] = await Promise.all([
    openFor(person, deps),
    rulesFor(person, deps),
    silencesFor(person, deps),
  ]);
  return alertsMessage({ incidents, rules, silences, tenant: deps.tenant, all: person.rights.all });
}

export type RuleDeed = 'pause' | 'resume' | 'end';

/** A button of one rule, in a message or on Home. */
export async function pressRule(
  deed: RuleDeed,
  exchange: Exchange,
  deps: AlertDeps,
  showHome: ShowHome,
): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const said = await doneTo(deed, Number(exchange.incoming.words), person, deps);
  if (exchange.incoming.view?.type === 'home') await showHome(exchange, said);
  else await exchange.reply.post(ruleSaidMessage(said), { keepOriginal: true });
}

async function doneTo(
  deed: RuleDeed,
  ruleId: number,
  person: Person,
  { db, tenant, clock, alerting }: AlertDeps,
): Promise<string> {
  const rule = Number.isSafeInteger(ruleId) ? await ruleOf(db, tenant.tenantId, ruleId) : undefined;
  // Whether there is one of that number is nobody else's business.
  if (!rule || !mayManageRule(person, rule))
    return `There is no rule ${Number.isSafeInteger(ruleId) ? ruleId : ''} of yours. Whoever made it or an administrator can change it.`;
  const title = `${rule.policy.title} (rule ${ruleId})`;
  if (rule.name !== null && deed === 'end')
    return `${title} is in crema.yaml as ${rule.name}; it ends when it is taken out there. You can pause it.`;
  const by = nameOf(person);
  const wanted = {
    pause: { state: 'paused', reason: `paused by ${by}` },
    resume: { state: 'active', reason: null },
    end: { state: 'ended', reason: `ended by ${by}` },
  } as const;
  const now = clock.now();
  const changed = await db.tx((tx) =>
    changeRuleState(tx, tenant.tenantId, ruleId, wanted[deed], { now, machine: systemClock.now() }),
  );
  if (changed) alerting.onChange();
  if (rule.state === 'ended') return `${title} has ended. Make it anew: /kpi alert`;
  return {
    pause: changed ? `${title} rests until you resume it.` : `${title} rests already.`,
    resume: changed ? `${title} watches again from now.` : `${title} is active.`,
    end: changed ? `${title} has ended.` : `${title} had ended already.`,
  }[deed];
}
