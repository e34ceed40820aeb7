import type { ModalView } from '@slack/types';
import type { Rule } from '../../alerts/rule.ts';
import type { AlertMisunderstood, AlertPart } from '../../alerts/words/wish.ts';
import type { Answer } from '../../answers/answer.ts';
import type { Exchange } from '../ask.ts';
import type { FormAnswer } from '../forms.ts';
import { type IncomingView, isDirect } from '../incoming.ts';
import { type AlertForm, alertFields } from '../messages/alert-fields.ts';
import { type AlertFormView, alertForm } from '../messages/alert-form.ts';
import { watchedMessage } from '../messages/alert-rule.ts';
import { loadingForm, saidForm } from '../messages/forms.ts';
import { answerMessage } from '../messages/index.ts';
import { describeError } from '../redact.ts';
import { type Subscriber, subscriberOf } from '../subscriptions/deps.ts';
import { knownSubscriber, type ShowHome } from '../subscriptions/own.ts';
import type { AlertDeps } from './deps.ts';
import { fieldOf, readForm, requestOf } from './filled-in.ts';
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
  return {
    ...{ watch: 'number', question: '', side: 'below', mark: '', clear: '', against: 'previous', for: '' },
    ...{ team: '', account: '', priority: [], metrics: [], before: '', risk: 'all', where: 'me', channel: '' },
  };
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
  const request = requestOf(form, subscriber, deps.tenant);
  if (request.kind === 'alert-misunderstood') return back({ [fieldOf(form, request.about)]: sayWrong(request) });
  const atPlace = form.where === 'channel' ? alertFields.channel : alertFields.where;
  const checked = await ruleOfWish(request, subscriber, from, deps, log);
  if (checked.kind === 'answer')
    return back({
      [fieldOf(form, aboutOf(checked.answered))]: answerMessage(checked.answered, { locale: deps.tenant.locale }).text,
    });
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
    return back({ [fieldOf(form, 'question')]: `You have this already: rule ${saved.rule.ruleId}.` });
  const told = tell(saved.rule, { from, exchange }, deps, showHome);
  await told.catch((error: unknown) => log.warn(describeError(error), 'a confirmation was not shown'));
  const { title } = saved.rule.policy;
  // A message in the conversation has the same, with its buttons.
  return { kind: 'done', stays: from === '', view: saidForm('Watching', [`${title} (rule ${saved.rule.ruleId})`]) };
}

/** What of the wish has no answer. */
function aboutOf(answered: Answer): AlertPart {
  const name = answered.kind === 'unknown-value' ? answered.dimension : '';
  return name === 'team' || name === 'account' || name === 'priority' ? name : 'question';
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
