import { type Act, act } from '../../alerts/acts.ts';
import { nameOf } from '../../answers/access.ts';
import { administrators, type Person } from '../../answers/people.ts';
import { systemClock } from '../../lib/clock.ts';
import { ask, askerOf, type Exchange } from '../ask.ts';
import { incidentGoneMessage, incidentSaidMessage, mayNotActMessage } from '../messages/alerts.ts';
import { snoozes } from '../messages/incident-actions.ts';
import type { ShowHome } from '../subscriptions/own.ts';
import type { AlertDeps } from './deps.ts';
import { incidentFor } from './incidents.ts';
import { alertsFor } from './list.ts';

/** When an incident comes up again that is snoozed until tomorrow, on the tenant's clocks. */
const tomorrowAt = '09:00';

/** What a press of a button does, apart from the menu of snoozes, which says for how long. */
export type Pressed = Exclude<Act['kind'], 'snooze' | 'opinion'> | 'snooze' | 'useful' | 'not useful';

/**
 * A button of an incident was pressed, in its message (which then changes), in a list of incidents or on Home (which are
 * shown anew). Whoever pressed hears something only where it is refused or changes nothing; so it is also on a message that
 * is weeks old.
 */
export async function pressIncident(
  pressed: Pressed,
  exchange: Exchange,
  deps: AlertDeps,
  showHome: ShowHome,
): Promise<void> {
  const { incoming, reply } = exchange;
  // Nobody waits for an answer: the message changes.
  reply.close();
  const person = await askerOf(exchange, deps);
  if (person === null) return;
  const { deed, incidentId, where } = readPress(pressed, exchange, deps);
  const isHome = incoming.view?.type === 'home';
  const say = (said: string) =>
    isHome ? showHome(exchange, said) : reply.post(incidentSaidMessage(said), { keepOriginal: true }).then(() => {});
  const found = await incidentFor(person, incidentId, deps);
  if (!found || !deed) {
    const message = incidentGoneMessage(incidentId);
    return isHome ? showHome(exchange, message.text) : void (await reply.post(message, { keepOriginal: true }));
  }
  if (found.may.kind === 'may not') {
    const refusal = mayNotActMessage(incidentId, found.may.why, await administrators(deps.db, deps.tenant.tenantId));
    return isHome ? showHome(exchange, refusal.text) : void (await reply.post(refusal, { keepOriginal: true }));
  }
  const moments = { now: deps.clock.now(), machine: systemClock.now() };
  const actor = { id: person.viewer, name: nameOf(person) };
  const outcome = await deps.db.tx((tx) => act(tx, deps.tenant, incidentId, deed, actor, moments));
  if (outcome.kind === 'done') deps.alerting.onChange();
  if (outcome.kind === 'unknown') return say(incidentGoneMessage(incidentId).text);
  if (outcome.kind === 'nothing') {
    if (isHome) return showHome(exchange, outcome.why);
    const takesBack = deed.kind === 'opinion' && !deed.useful ? incidentId : undefined;
    await reply.post(incidentSaidMessage(outcome.why, takesBack), { keepOriginal: true });
    return;
  }
  if (isHome) return showHome(exchange);
  if (where === 'list') await reply.post(await alertsFor(person, deps));
  // An ephemeral answer is not the incident's message, and has to say itself what was done.
  else if (pressed === 'useful')
    await reply.post(incidentSaidMessage(`Incident ${incidentId} counts as useful again.`));
}

interface Read {
  deed: Act | undefined;
  incidentId: number;
  where: string;
}

/** Values have been outside: what does not read as a number and a known length means nothing. */
function readPress(pressed: Pressed, { incoming }: Exchange, { clock, tenant }: AlertDeps): Read {
  if (pressed !== 'snooze') {
    const [id, where = ''] = incoming.words.split(' ');
    const deed: Act =
      pressed === 'useful' || pressed === 'not useful'
        ? { kind: 'opinion', useful: pressed === 'useful' }
        : { kind: pressed };
    return { deed, incidentId: Number(id), where };
  }
  const [length, id, where = ''] = (incoming.chosen ?? '').split(' ');
  const until = endOfSnooze(length ?? '', clock.now(), tenant.timezone);
  return { deed: until && { kind: 'snooze', until }, incidentId: Number(id), where };
}

function endOfSnooze(length: string, now: Temporal.Instant, timezone: string): Temporal.Instant | undefined {
  switch (snoozes.find(({ id }) => id === length)?.id) {
    case '30min':
      return now.add({ minutes: 30 });
    case '4h':
      return now.add({ hours: 4 });
    case 'tomorrow':
      return now
        .toZonedDateTimeISO(timezone)
        .toPlainDate()
        .add({ days: 1 })
        .toZonedDateTime({ timeZone: timezone, plainTime: tomorrowAt })
        .toInstant();
    case undefined:
      return undefined;
  }
}

/** The numbers behind an incident, with the rights of whoever asks, beside its message. */
export async function showKpi(exchange: Exchange, deps: AlertDeps): Promise<void> {
  const { incoming, log } = exchange;
  const person: Person | null = await askerOf(exchange, deps);
  if (person === null) return;
  const incidentId = Number(incoming.words.split(' ')[0]);
  const found = await incidentFor(person, incidentId, deps);
  const words = found?.incident.content.words;
  if (!found || words == null) {
    await exchange.reply.post(incidentGoneMessage(incidentId), { keepOriginal: true });
    return;
  }
  exchange.reply.close();
  // In a conversation with one person, too, the message stays.
  const beside = { ...incoming, target: 'shared message' as const };
  await ask(words, { incoming: beside, reply: deps.replyTo(beside, log), log }, deps);
}
