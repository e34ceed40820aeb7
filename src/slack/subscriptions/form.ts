import type { ModalView } from '@slack/types';
import { parseRequest } from '../../answers/parse.ts';
import type { SubscribeTo, SubscribeWhat } from '../../answers/subscribe.ts';
import { splitWords } from '../../answers/words.ts';
import { readTime, takeCadence, zoneNamed, zonesLike } from '../../domain/cadence.ts';
import { closest } from '../../lib/closest.ts';
import { nextTimeLine, nextTimes } from '../../subscriptions/next-times.ts';
import { scheduleOf } from '../../subscriptions/plan.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { titleOf, whenPhrase } from '../../subscriptions/wording.ts';
import type { Exchange } from '../ask.ts';
import type { FormAnswer } from '../forms.ts';
import type { IncomingView } from '../incoming.ts';
import { isDirect } from '../incoming.ts';
import { loadingForm, saidForm } from '../messages/forms.ts';
import {
  type SubscribeForm,
  type SubscribeFormView,
  subscribeFields,
  subscribeForm,
} from '../messages/subscribe-form.ts';
import { describeError } from '../redact.ts';
import { type SubscribeDeps, type Subscriber, subscriberOf, upcoming } from './deps.ts';
import { confirmation, fewTimes, findOwn, knownSubscriber, type ShowHome } from './own.ts';
import { save, type Wish } from './save.ts';

/**
 * Opens the form: at once empty, as Slack waits three seconds only, then with what is known of the person and of the
 * subscription that is changed.
 */
export async function openForm(exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  const { incoming, reply } = exchange;
  reply.close();
  const opened = await deps.client.views.open({ trigger_id: incoming.triggerId ?? '', view: loadingForm('Subscribe') });
  const viewId = opened.view?.id ?? '';
  const show = (view: ModalView) => deps.client.views.update({ view_id: viewId, view });
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) {
    await show(saidForm('Subscribe', ['I cannot show you numbers; I have written to you why.']));
    return;
  }
  const changed = /^\d+$/.test(incoming.words) ? await findOwn(Number(incoming.words), subscriber, deps) : undefined;
  if (changed && 'refused' in changed) {
    await show(saidForm('Not yours', [changed.refused]));
    return;
  }
  if (changed && changed.name !== null) {
    await show(
      saidForm('Set in crema.yaml', [
        `Subscription ${changed.subscriptionId} is in crema.yaml as ${changed.name}; it is changed there.`,
      ]),
    );
    return;
  }
  const from = incoming.view?.type === 'home' ? '' : incoming.channelId;
  await show(subscribeForm(await viewOf(formOf(changed, subscriber, from), { changed, from }, subscriber, deps)));
}

interface Opened {
  changed: Subscription | undefined;
  from: string;
}

function formOf(changed: Subscription | undefined, { timezone, person }: Subscriber, from: string): SubscribeForm {
  if (changed) {
    const { kind, subject, cadence, at } = changed;
    return {
      ...{ what: kind === 'kpi' ? 'kpi' : `${kind} ${subject}`, question: kind === 'kpi' ? subject : '' },
      ...{ cadence, at, timezone: changed.timezone, where: 'same', channel: '' },
    };
  }
  const isChannel = from !== '' && !isDirect(from) && person.role !== 'agent';
  return {
    ...{ what: '', question: '', cadence: { kind: 'weekdays' }, at: '08:30', timezone, where: 'me' },
    channel: isChannel ? from : '',
  };
}

async function viewOf(
  form: SubscribeForm,
  { changed, from }: Opened,
  { email, person }: Subscriber,
  deps: SubscribeDeps,
): Promise<SubscribeFormView> {
  const { subscribing, clock } = deps;
  const templates = subscribing.templates();
  const zone = zoneNamed(form.timezone);
  const schedule = { ...form, timezone: zone ?? 'UTC', holidays: changed?.holidays ?? null };
  const isSame =
    changed !== undefined &&
    JSON.stringify([changed.cadence, changed.at, changed.timezone]) === JSON.stringify([form.cadence, form.at, zone]);
  return {
    form: { ...form, what: form.what || `digest ${templates.digest[0]}` },
    ...{ templates, from, changes: changed?.subscriptionId ?? null, maySendIntoChannels: person.role !== 'agent' },
    email: email !== null && subscribing.mailRefusal(email) === undefined ? email : null,
    place: changed === undefined ? null : (changed.recipientName ?? changed.recipient),
    times:
      zone === undefined
        ? []
        : isSame
          ? await upcoming(changed, fewTimes, deps)
          : nextTimes(scheduleOf(schedule, subscribing.holidays), clock.now(), fewTimes),
  };
}

/** Another choice changes which fields there are, and the next times. */
export async function refreshForm(exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  const { incoming, log } = exchange;
  const { view } = incoming;
  if (!view) return;
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) return;
  const opened = await openedOf(view, subscriber, deps);
  if ('refused' in opened) return;
  const shown = subscribeForm(await viewOf(readForm(view, subscriber), opened, subscriber, deps));
  const about = { view_id: view.id, ...(view.hash === undefined ? {} : { hash: view.hash }) };
  // Of two changes in a row the later one has seen the newer form.
  await deps.client.views
    .update({ ...about, view: shown })
    .catch((error: unknown) => log.debug(describeError(error), 'a form has changed meanwhile'));
}

async function openedOf(
  { metadata }: IncomingView,
  subscriber: Subscriber,
  deps: SubscribeDeps,
): Promise<Opened | { refused: string }> {
  const { changes, from } = readMetadata(metadata);
  if (changes === null) return { changed: undefined, from };
  const changed = await findOwn(changes, subscriber, deps);
  return 'refused' in changed ? changed : { changed, from };
}

/** Kept in Slack, where others may have had a hand in it: every number of it is looked up and checked again. */
function readMetadata(metadata: string): { changes: number | null; from: string } {
  try {
    const { changes, from } = JSON.parse(metadata) as { changes?: unknown; from?: unknown };
    return {
      changes: typeof changes === 'number' ? changes : null,
      from: typeof from === 'string' && /^[CDG][A-Z0-9]+$/.test(from) ? from : '',
    };
  } catch {
    return { changes: null, from: '' };
  }
}

function readForm({ values }: IncomingView, subscriber: Subscriber): SubscribeForm {
  const held = (field: keyof typeof subscribeFields) => values[subscribeFields[field]]?.[0] ?? '';
  const where = held('where');
  return {
    what: held('what'),
    question: held('question'),
    cadence: takeCadence(splitWords(held('often')))?.cadence ?? { kind: 'daily' },
    at: readTime(held('at')) ?? '08:30',
    timezone: held('zone') || subscriber.timezone,
    where: where === 'mail' || where === 'channel' || where === 'same' ? where : 'me',
    channel: held('channel'),
  };
}

/** The form was sent: what is wrong stands at its fields, all of it at once. */
export async function submitForm(exchange: Exchange, deps: SubscribeDeps, showHome: ShowHome): Promise<FormAnswer> {
  const { incoming, log } = exchange;
  const { view, userId } = incoming;
  const found = (await deps.findPeople([userId])).get(userId);
  if (!view || found?.kind !== 'person') return said('Not subscribed', ['You may not see numbers at the moment.']);
  const subscriber = await subscriberOf(userId, found.person, deps);
  const opened = await openedOf(view, subscriber, deps);
  if ('refused' in opened) return said('Not saved', [opened.refused]);
  const form = readForm(view, subscriber);
  const shown = await viewOf(form, opened, subscriber, deps);
  const back = (errors: Record<string, string>): FormAnswer => ({
    ...{ kind: 'errors', errors },
    form: (problem) => subscribeForm({ ...shown, problem }),
  });
  const { errors, wish } = wishOf(form, subscriber, opened.changed, deps);
  if (!wish) return back(errors);
  const saved = await save(wish, subscriber, opened.from, deps);
  const atPlace = form.where === 'channel' ? subscribeFields.channel : subscribeFields.where;
  if (saved.kind === 'refused') return back({ [atPlace]: saved.why });
  if (saved.kind === 'gone') return said('Not saved', ['It has ended meanwhile. Subscribe anew: /kpi subscribe']);
  if (saved.kind === 'there already')
    return back({
      [subscribeFields.what]: `This goes there at that time already: subscription ${saved.subscription.subscriptionId}.`,
    });
  const { subscription } = saved;
  const word = opened.changed ? 'Changed' : 'Subscribed';
  const told = tell(word, subscription, opened.from, exchange, deps, showHome);
  await told.catch((error: unknown) => log.warn(describeError(error), 'a confirmation was not shown'));
  const times = await upcoming(subscription, fewTimes, deps);
  const lines = [
    `${titleOf(subscription)}, ${whenPhrase(subscription)}`,
    `Next: ${times.map(nextTimeLine).join('\n')}`,
  ];
  // A message in the conversation has the same, with its buttons.
  return { kind: 'done', stays: opened.from === '', view: saidForm(word, lines) };
}

function said(title: string, lines: readonly string[]): FormAnswer {
  return { kind: 'done', stays: true, view: saidForm(title, lines) };
}

/** The confirmation in the conversation it was opened from, or Home anew. */
async function tell(
  word: 'Changed' | 'Subscribed',
  subscription: Subscription,
  from: string,
  { incoming, log }: Exchange,
  deps: SubscribeDeps,
  showHome: ShowHome,
): Promise<void> {
  const way = from === '' ? ('home' as const) : isDirect(from) ? ('direct' as const) : ('ephemeral' as const);
  const back = { ...incoming, way, channelId: from };
  const reply = deps.replyTo(back, log);
  if (from === '') await showHome({ incoming: back, reply, log });
  else await reply.post(await confirmation(subscription, word, deps));
}

function wishOf(
  { what, question, cadence, at, timezone, where, channel }: SubscribeForm,
  { email }: Subscriber,
  changed: Subscription | undefined,
  deps: SubscribeDeps,
): { errors: Record<string, string>; wish?: Wish } {
  const errors: Record<string, string> = {};
  const subject = whatOf(what, question, deps);
  if ('wrong' in subject) errors[what === 'kpi' ? subscribeFields.question : subscribeFields.what] = subject.wrong;
  const zone = zoneNamed(timezone);
  if (zone === undefined) {
    const near = zonesLike(timezone, closest);
    errors[subscribeFields.zone] =
      `“${timezone}” is no time zone; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'write it as Asia/Jakarta'}`;
  }
  const to = toOf(where, channel, email);
  if (to === undefined)
    errors[where === 'channel' ? subscribeFields.channel : subscribeFields.where] = 'Choose where it goes.';
  if ('wrong' in subject || zone === undefined || to === undefined) return { errors };
  return { errors, wish: { what: subject, cadence, at, timezone: zone, to, ...(changed ? { changes: changed } : {}) } };
}

function toOf(where: SubscribeForm['where'], channel: string, email: string | null): SubscribeTo | null | undefined {
  if (where === 'same') return null;
  if (where === 'me') return { kind: 'me' };
  if (where === 'mail') return email === null ? undefined : { kind: 'address', address: email };
  return channel === '' ? undefined : { kind: 'channel', id: channel };
}

function whatOf(what: string, question: string, { subscribing }: SubscribeDeps): SubscribeWhat | { wrong: string } {
  if (what === 'kpi') {
    const request = parseRequest(splitWords(question));
    if (request.kind === 'kpi') return { kind: 'kpi', subject: request.words };
    if (request.kind !== 'misunderstood') return { wrong: 'Name a number as behind /kpi, for example: sla 7d by team' };
    const offers = request.commands.slice(0, 3).map((command) => `“${command}”`);
    return {
      wrong: `I do not understand “${request.text}”.${offers.length > 0 ? ` Did you mean ${offers.join(' or ')}?` : ''}`,
    };
  }
  const [kind, subject = ''] = what.split(' ');
  const isKnown = (kind === 'digest' || kind === 'report') && subscribing.templates()[kind].includes(subject);
  return isKnown ? { kind, subject } : { wrong: 'There is no such digest or report any more.' };
}
