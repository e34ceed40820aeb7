import type { May } from '../../alerts/may-act.ts';
import type { Rule } from '../../alerts/rule.ts';
import { matchersOf, maySilence, ruleMeant, silenceTexts } from '../../alerts/silence.ts';
import type { Silence } from '../../alerts/stages/mute.ts';
import { findRule, lookSoon, rulesOf } from '../../alerts/store/rules.ts';
import { addSilence, endSilence, silencesAt } from '../../alerts/store/silences.ts';
import { parseSilence } from '../../alerts/words/silence.ts';
import { nameOf } from '../../answers/access.ts';
import { administrators, type Person, rightsOf } from '../../answers/people.ts';
import { readAs } from '../../db/viewer.ts';
import { askerOf, type Exchange } from '../ask.ts';
import { mayNotSilenceMessage, ruleSaidMessage } from '../messages/alerts.ts';
import { commandMisunderstoodMessage } from '../messages/misunderstood.ts';
import { type ShownSilence, silencedMessage, silencesMessage } from '../messages/silences.ts';
import type { AlertDeps } from './deps.ts';

/** `/kpi alerts silence team:Delivery 2h because maintenance` */
export async function silence(words: readonly string[], exchange: Exchange, deps: AlertDeps): Promise<void> {
  const { reply } = exchange;
  const { db, tenant, clock, alerting } = deps;
  const { tenantId } = tenant;
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const request = parseSilence(words);
  if (request.kind === 'silence-misunderstood') {
    await reply.post(commandMisunderstoodMessage(request, 'alerts silence'));
    return;
  }
  const rule = request.rule === null ? undefined : await findRule(db, tenantId, request.rule.replace(/^#/, ''));
  const noRule = ruleSaidMessage(`There is no rule “${request.rule}”. A rule is meant by its number or name.`);
  if (request.rule !== null && !rule) {
    await reply.post(noRule);
    return;
  }
  const matchers = rule
    ? { rule: [String(rule.ruleId)] }
    : await readAs(db, { tenantId, viewer: person.viewer }, (reader) =>
        matchersOf(reader, tenantId, request.labels, person.rights),
      );
  if (typeof matchers === 'string') {
    await reply.post(ruleSaidMessage(matchers));
    return;
  }
  const allowed = await mayOf(person, matchers, rule ? [rule] : [], deps);
  if (allowed.kind === 'may not') {
    // Whether there is one of that number, made by hand, is nobody else's business.
    const refusal = mayNotSilenceMessage(allowed.why, await administrators(db, tenantId));
    await reply.post(rule?.name === null ? noRule : refusal);
    return;
  }
  const now = clock.now();
  const made = {
    ...{ matchers, from: now, until: now.add({ seconds: request.seconds }) },
    ...{ createdBy: nameOf(person), person: person.viewer, comment: request.why || 'no reason given' },
  };
  const silenceId = await db.tx(async (tx) => {
    // Its open incidents say at once that they are told no further.
    if (rule) await lookSoon(tx, tenantId, rule.ruleId, now);
    return addSilence(tx, tenantId, made);
  });
  exchange.log.info({ silence: silenceId, person: person.viewer }, 'alerts are silenced');
  alerting.onChange();
  const [shown] = await shownOf([{ silenceId, ...made }], rule ? [rule] : [], deps);
  await reply.post(silencedMessage(shown!, tenant, now));
}

/** `/kpi alerts silences`: those that this person may end. */
export async function listSilences(exchange: Exchange, deps: AlertDeps): Promise<void> {
  const person = await askerOf(exchange, deps);
  if (person) await exchange.reply.post(silencesMessage(await silencesFor(person, deps), deps.tenant));
}

/** Silences that hold now and that somebody made, or may make. */
export async function silencesFor(person: Person, deps: AlertDeps): Promise<ShownSilence[]> {
  const { db, tenant, clock } = deps;
  const silences = await silencesAt(db, tenant.tenantId, clock.now());
  if (silences.length === 0) return [];
  const rules = await rulesOf(db, tenant.tenantId);
  const own: Silence[] = [];
  for (const one of silences) if ((await mayEnd(person, one, rules, deps)).kind === 'may') own.push(one);
  return shownOf(own, rules, deps);
}

/** `/kpi alerts unsilence 3`, and its button. */
export async function unsilence(text: string, exchange: Exchange, deps: AlertDeps): Promise<void> {
  const { reply } = exchange;
  const { db, tenant, clock, alerting } = deps;
  const { tenantId } = tenant;
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const silenceId = Number(text.trim() || 'none');
  const say = (said: string) => reply.post(ruleSaidMessage(said), { keepOriginal: true });
  const now = clock.now();
  const found = (await silencesAt(db, tenantId, now)).find((one) => one.silenceId === silenceId);
  if (!found) {
    await say(`There is no silence ${text.trim()} that holds. Those that do: /kpi alerts silences`);
    return;
  }
  const allowed = await mayEnd(person, found, await rulesOf(db, tenantId), deps);
  if (allowed.kind === 'may not') {
    const refusal = mayNotSilenceMessage(allowed.why, await administrators(db, tenantId));
    await reply.post(refusal, { keepOriginal: true });
    return;
  }
  const ended = await db.tx((tx) => endSilence(tx, tenantId, silenceId, { now, endedBy: person.viewer }));
  if (ended) {
    exchange.log.info({ silence: silenceId, person: person.viewer }, 'a silence was ended');
    alerting.onChange();
  }
  await say(
    ended ? `Silence ${silenceId} has ended. What still fires is told now.` : `Silence ${silenceId} has ended already.`,
  );
}

async function mayEnd(person: Person, one: Silence, rules: readonly Rule[], deps: AlertDeps): Promise<May> {
  return one.person === person.viewer ? { kind: 'may' } : mayOf(person, one.matchers, rules, deps);
}

async function mayOf(
  person: Person,
  matchers: Silence['matchers'],
  rules: readonly Rule[],
  { db, tenant: { tenantId } }: AlertDeps,
): Promise<May> {
  const rule = ruleMeant(matchers, rules);
  const maker = rule && rule.name === null && !person.rights.all ? await rightsOf(db, tenantId, rule.viewer) : null;
  return maySilence(person, matchers, rule ? { rule, maker } : null);
}

async function shownOf(
  silences: readonly Silence[],
  rules: readonly Rule[],
  { db, tenant }: AlertDeps,
): Promise<ShownSilence[]> {
  const texts = await silenceTexts(db, tenant.tenantId, silences, rules);
  return silences.map((one) => ({ ...one, what: texts.get(one.silenceId) ?? '' }));
}
