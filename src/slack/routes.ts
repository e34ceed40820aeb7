import { actionIds, formIds } from './action-ids.ts';
import { type Pressed, pressIncident, showKpi } from './alerts/act.ts';
import type { AlertDeps } from './alerts/deps.ts';
import { openAlertForm, refreshAlertForm, submitAlertForm } from './alerts/form.ts';
import { aboutAlerts, isAboutAlerts } from './alerts/handle.ts';
import { listAlerts, pressRule, type RuleDeed } from './alerts/list.ts';
import { unsilence } from './alerts/silences.ts';
import { ask, type Exchange } from './ask.ts';
import { withPeriod } from './command-words.ts';
import type { FormAnswer } from './forms.ts';
import { home, showHome } from './home.ts';
import type { Incoming } from './incoming.ts';
import { saidForm } from './messages/forms.ts';
import { unknownActionMessage, unknownCommandMessage } from './messages/notices.ts';
import { type ShareDeps, share } from './share.ts';
import { openForm, refreshForm, submitForm } from './subscriptions/form.ts';
import { aboutSubscriptions, isAboutSubscriptions, press, showMine, showNextTimes } from './subscriptions/handle.ts';
import { openSettings, submitSettings } from './subscriptions/settings.ts';

export interface RouteDeps extends ShareDeps, AlertDeps {
  client: ShareDeps['client'] & AlertDeps['client'];
}

type Handler = (exchange: Exchange, deps: RouteDeps) => Promise<void>;

/** Everything people can set off, by name. */
const handlers: Readonly<Record<Exclude<Incoming['kind'], 'form'>, Readonly<Record<string, Handler>>>> = {
  command: { '/kpi': answerWords },
  action: {
    [actionIds.ask]: answerWords,
    [actionIds.period]: (exchange, deps) =>
      ask(withPeriod(exchange.incoming.words, exchange.incoming.chosen ?? '7d'), exchange, deps),
    [actionIds.share]: (exchange, deps) => share(exchange.incoming.words, exchange, deps),
    [actionIds.subscribe]: openForm,
    [actionIds.subscribeField]: refreshForm,
    [actionIds.pause]: (exchange, deps) => press('pause', exchange, deps, homeShown(deps)),
    [actionIds.resume]: (exchange, deps) => press('resume', exchange, deps, homeShown(deps)),
    [actionIds.unsubscribe]: (exchange, deps) => press('end', exchange, deps, homeShown(deps)),
    [actionIds.nextTimes]: showNextTimes,
    [actionIds.subscriptions]: showMine,
    [actionIds.digestSettings]: openSettings,
    [actionIds.acknowledge]: incident('acknowledge'),
    [actionIds.unacknowledge]: incident('unacknowledge'),
    [actionIds.snooze]: incident('snooze'),
    [actionIds.wake]: incident('wake'),
    [actionIds.assign]: incident('assign'),
    [actionIds.notUseful]: incident('not useful'),
    [actionIds.useful]: incident('useful'),
    [actionIds.showKpi]: showKpi,
    [actionIds.alertForm]: openAlertForm,
    [actionIds.alertField]: refreshAlertForm,
    [actionIds.pauseRule]: rule('pause'),
    [actionIds.resumeRule]: rule('resume'),
    [actionIds.endRule]: rule('end'),
    [actionIds.alerts]: listAlerts,
    [actionIds.endSilence]: (exchange, deps) => unsilence(exchange.incoming.words, exchange, deps),
  },
  mention: { mention: answerWords },
  direct: { message: answerWords },
  home: { home },
  'user change': { 'user change': ({ incoming }, deps) => deps.profiles.changed(incoming.reported) },
};

const forms: Readonly<Record<string, (exchange: Exchange, deps: RouteDeps) => Promise<FormAnswer>>> = {
  [formIds.subscribe]: (exchange, deps) => submitForm(exchange, deps, homeShown(deps)),
  [formIds.digestSettings]: (exchange, deps) => submitSettings(exchange, deps, homeShown(deps)),
  [formIds.alert]: (exchange, deps) => submitAlertForm(exchange, deps, homeShown(deps)),
};

function incident(pressed: Pressed): Handler {
  return (exchange, deps) => pressIncident(pressed, exchange, deps, homeShown(deps));
}

function rule(deed: RuleDeed): Handler {
  return (exchange, deps) => pressRule(deed, exchange, deps, homeShown(deps));
}

function homeShown(deps: RouteDeps) {
  return (exchange: Exchange, notice?: string) => showHome(exchange, deps, notice);
}

/** Words that were typed, or that a button stands for. */
async function answerWords(exchange: Exchange, deps: RouteDeps): Promise<void> {
  const { words } = exchange.incoming;
  if (isAboutSubscriptions(words)) return aboutSubscriptions(words, exchange, deps);
  if (isAboutAlerts(words)) return aboutAlerts(words, exchange, deps);
  return ask(words, exchange, deps);
}

/** What becomes of a form that was sent. */
export async function routeForm(exchange: Exchange, deps: RouteDeps): Promise<FormAnswer> {
  const { name } = exchange.incoming;
  const handler = Object.hasOwn(forms, name) ? forms[name] : undefined;
  if (handler) return handler(exchange, deps);
  return { kind: 'done', stays: true, view: saidForm('Not saved', ['This form has no use any more.']) };
}

/** Whatever comes is answered: what nobody listens to, with what to do instead. */
export async function route(exchange: Exchange, deps: RouteDeps): Promise<void> {
  const { incoming, reply } = exchange;
  const known = incoming.kind === 'form' ? {} : handlers[incoming.kind];
  const handler = Object.hasOwn(known, incoming.name) ? known[incoming.name] : undefined;
  if (handler) return handler(exchange, deps);
  const message = incoming.kind === 'command' ? unknownCommandMessage(incoming.name) : unknownActionMessage();
  await reply.post(message, { keepOriginal: true });
}
