import type { ModalView } from '@slack/types';
import type { Rule } from '../../alerts/rule.ts';
import { takeMark } from '../../alerts/words/marks.ts';
import { parseAlert } from '../../alerts/words/parse.ts';
import { type AlertMisunderstood, type AlertRequest, isChange, type Side } from '../../alerts/words/wish.ts';
import type { SubscribeTo } from '../../answers/subscribe.ts';
import { splitWords } from '../../answers/words.ts';
import type { Exchange } from '../ask.ts';
import type { FormAnswer } from '../forms.ts';
import { type IncomingView, isDirect } from '../incoming.ts';
import { type AlertForm, type AlertFormView, alertFields, alertForm } from '../messages/alert-form.ts';
import { watchedMessage } from '../messages/alert-rule.ts';
import { loadingForm, saidForm } from '../messages/forms.ts';
import { answerMessage } from '../messages/index.ts';
import { describeError } from '../redact.ts';
import { type Subscriber, subscriberOf } from '../subscriptions/deps.ts';
import { knownSubscriber, type ShowHome } from '../subscriptions/own.ts';
import type { AlertDeps } from './deps.ts';
import { pastOf, ruleOfWish, saveRule } from './save.ts';

/** Opens the form: at once empty, as Slack waits three seconds only, then with what is known of the person. */
export async function openAlertForm(exchange: Exchange, deps: AlertDeps): Promise<void> {
  const { incoming, reply } = exchange;
  reply.close();
  const opened = await deps.client.views.open({
    trigger_id: incoming.triggerId ?? '',
    view: loadingForm('New alert rule'),
  });
  const show = (view: ModalView) => deps.client.views.update({ view_id: opened.view?.id ?? '', view });
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) {
    await show(saidForm('New alert rule', ['I cannot show you numbers; I have written to you why.']));
    return;
  }
  const from = incoming.view?.type === 'home' ? '' : incoming.channelId;
  await show(alertForm(viewOf(emptyForm(), { from, tried: null }, subscriber, deps)));
}

function emptyForm(): AlertForm {
  return { question: '', side: 'below', mark: '', clear: '', against: 'previous', for: '', where: 'me', channel: '' };
}

function viewOf(
  form: AlertForm,
  { from, tried }: Pick<AlertFormView, 'from' | 'tried'>,
  { email, person }: Subscriber,
  { subscribing, tenant }: AlertDeps,
): AlertFormView {
  return {
    ...{ form, from, tried, tenant, maySendIntoChannels: person.role !== 'agent' },
    email: email !== null && subscribing.mailRefusal(email) === undefined ? email : null,
  };
}

/** Another choice needs other fields. What was tried is not shown any more: it is not what will be sent. */
export async function refreshAlertForm(exchange: Exchange, deps: AlertDeps): Promise<void> {
  const { incoming, log } = exchange;
  const { view } = incoming;
  if (!view) return;
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) return;
  const shown = alertForm(viewOf(readForm(view), { from: readMetadata(view).from, tried: null }, subscriber, deps));
  const about = { view_id: view.id, ...(view.hash === undefined ? {} : { hash: view.hash }) };
  // Of two changes in a row the later one has seen the newer form.
  await deps.client.views
    .update({ ...about, view: shown })
    .catch((error: unknown) => log.debug(describeError(error), 'a form has changed meanwhile'));
}

/** Kept in Slack, where others may have had a hand in it: a wrong word of what was tried only asks for another look. */
function readMetadata({ metadata }: IncomingView): { from: string; tried: string | null } {
  try {
    const { from, tried } = JSON.parse(metadata) as { from?: unknown; tried?: unknown };
    return {
      from: typeof from === 'string' && /^[CDG][A-Z0-9]+$/.test(from) ? from : '',
      tried: typeof tried === 'string' ? tried : null,
    };
  } catch {
    return { from: '', tried: null };
  }
}

function readForm({ values }: IncomingView): AlertForm {
  const held = (field: keyof typeof alertFields) => (values[alertFields[field]]?.[0] ?? '').trim();
  const where = held('where');
  return {
    ...{ question: held('question'), mark: held('mark'), clear: held('clear'), for: held('for') },
    side: sides.find((side) => side === held('side')) ?? 'below',
    against: held('against') === 'baseline' ? 'baseline' : 'previous',
    where: where === 'mail' || where === 'channel' ? where : 'me',
    channel: held('channel'),
  };
}

const sides: readonly Side[] = ['below', 'above', 'worse', 'better', 'up', 'down', 'any'];

/** The form was sent: what is wrong stands at its fields; what was not tried is tried; what was is saved. */
export async function submitAlertForm(exchange: Exchange, deps: AlertDeps, showHome: ShowHome): Promise<FormAnswer> {
  const { incoming, log } = exchange;
  const { view, userId } = incoming;
  const found = (await deps.findPeople([userId])).get(userId);
  if (!view || found?.kind !== 'person') return said('Not saved', ['You may not see numbers at the moment.']);
  const subscriber = await subscriberOf(userId, found.person, deps);
  const form = readForm(view);
  const { from, tried } = readMetadata(view);
  const back = (errors: Record<string, string>): FormAnswer => ({
    ...{ kind: 'errors', errors },
    form: (problem) => alertForm({ ...viewOf(form, { from, tried: null }, subscriber, deps), problem }),
  });
  const request = requestOf(form, subscriber, deps);
  if (request.kind === 'alert-misunderstood')
    return back({ [alertFields[request.about === 'to' ? 'where' : request.about]]: sayWrong(request) });
  const atPlace = form.where === 'channel' ? alertFields.channel : alertFields.where;
  const checked = await ruleOfWish(request, subscriber, from, deps, log);
  if (checked.kind === 'answer')
    return back({ [alertFields.question]: answerMessage(checked.answered, { locale: deps.tenant.locale }).text });
  if (checked.kind === 'refused') return back({ [atPlace]: checked.why });
  if (tried !== request.words) {
    const past = await pastOf(checked.rule, deps);
    const shown = viewOf(form, { from, tried: { words: request.words, past } }, subscriber, deps);
    return { kind: 'done', stays: true, view: alertForm(shown) };
  }
  const saved = await saveRule(checked.rule, deps);
  if (saved.kind === 'too many')
    return said('Not saved', [`You have ${saved.most} rules already. End some of them first: /kpi alerts`]);
  if (saved.kind === 'there already')
    return back({ [alertFields.question]: `You have this already: rule ${saved.rule.ruleId}.` });
  const told = tell(saved.rule, { from, exchange }, deps, showHome);
  await told.catch((error: unknown) => log.warn(describeError(error), 'a confirmation was not shown'));
  const { title } = saved.rule.policy;
  // A message in the conversation has the same, with its buttons.
  return { kind: 'done', stays: from === '', view: saidForm('Watching', [`${title} (rule ${saved.rule.ruleId})`]) };
}

/** As if it had been typed behind /kpi alert, each field in its place. */
function requestOf(form: AlertForm, { email }: Subscriber, { tenant }: AlertDeps): AlertRequest | AlertMisunderstood {
  const to = placeOfForm(form, email);
  const mark = splitWords(form.mark);
  // It would be taken for a word of the question, and be called wrong there.
  if (mark.length > 0 && takeMark(mark)?.used !== mark.length)
    return { ...nothingElse, about: 'mark', said: `“${form.mark}” is no value.` };
  const words = [
    ...splitWords(form.question),
    ...[form.side === 'any' ? 'changed' : form.side, ...mark],
    ...(form.for === '' ? [] : ['for', ...splitWords(form.for)]),
    ...(form.clear === '' || isChange(form.side) ? [] : ['clear', ...splitWords(form.clear)]),
    ...(isChange(form.side) ? ['against', form.against] : []),
  ];
  const request = parseAlert(words, tenant);
  if (request.kind === 'alert-misunderstood') return request;
  if (to === undefined) return { ...nothingElse, about: 'to', said: 'Choose where it goes.' };
  return { ...request, to };
}

const nothingElse: Omit<AlertMisunderstood, 'about' | 'said'> = {
  ...{ kind: 'alert-misunderstood', understood: '', example: '' },
  ...{ choices: [], commands: [] },
};

function placeOfForm({ where, channel }: AlertForm, email: string | null): SubscribeTo | undefined {
  if (where === 'me') return { kind: 'me' };
  if (where === 'mail') return email === null ? undefined : { kind: 'address', address: email };
  return channel === '' ? undefined : { kind: 'channel', id: channel };
}

function sayWrong({ said: what, choices }: AlertMisunderstood): string {
  return choices.length === 0
    ? what
    : `${what} Did you mean ${choices
        .slice(0, 3)
        .map((one) => `“${one}”`)
        .join(' or ')}?`;
}

function said(title: string, lines: readonly string[]): FormAnswer {
  return { kind: 'done', stays: true, view: saidForm(title, lines) };
}

/** The confirmation in the conversation it was opened from, or Home anew. */
async function tell(
  rule: Rule,
  { from, exchange: { incoming, log } }: { from: string; exchange: Exchange },
  deps: AlertDeps,
  showHome: ShowHome,
): Promise<void> {
  const way = from === '' ? ('home' as const) : isDirect(from) ? ('direct' as const) : ('ephemeral' as const);
  const back = { ...incoming, way, channelId: from };
  const reply = deps.replyTo(back, log);
  if (from === '') await showHome({ incoming: back, reply, log });
  else await reply.post(watchedMessage('Watching', rule, null, deps.tenant));
}
