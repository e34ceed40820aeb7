import { parseAlert } from '../../alerts/words/parse.ts';
import { administrators } from '../../answers/people.ts';
import { splitWords } from '../../answers/words.ts';
import type { Exchange } from '../ask.ts';
import { howToWatchMessage, watchedMessage } from '../messages/alert-rule.ts';
import { ruleSaidMessage } from '../messages/alerts.ts';
import { answerMessage } from '../messages/index.ts';
import { commandMisunderstoodMessage } from '../messages/misunderstood.ts';
import { knownSubscriber } from '../subscriptions/own.ts';
import type { AlertDeps } from './deps.ts';
import { openAlertForm } from './form.ts';
import { listAlerts } from './list.ts';
import { pastOf, ruleOfWish, saveRule } from './save.ts';
import { listSilences, silence, unsilence } from './silences.ts';

/** Whether words are about alerts rather than a question. */
export function isAboutAlerts(words: string): boolean {
  return /^alerts?(\s|$)/i.test(words.trim());
}

/** `alert ...` and `alerts`, from a command, a mention, a message or a button. */
export async function aboutAlerts(words: string, exchange: Exchange, deps: AlertDeps): Promise<void> {
  const [name = '', ...rest] = splitWords(words);
  if (name.toLowerCase() === 'alerts') return aboutMany(rest, exchange, deps);
  // A form has to be opened within three seconds: before anything is looked up.
  if (rest.length === 0 && exchange.incoming.triggerId !== undefined) return openAlertForm(exchange, deps);
  return watch(rest, exchange, deps);
}

/** `alerts`, and what is kept quiet: `silence WHAT`, `silences`, `unsilence N`. */
function aboutMany([deed = '', ...rest]: readonly string[], exchange: Exchange, deps: AlertDeps): Promise<void> {
  switch (deed.toLowerCase()) {
    case 'silence':
      return rest.length === 0 ? listSilences(exchange, deps) : silence(rest, exchange, deps);
    case 'silences':
      return listSilences(exchange, deps);
    case 'unsilence':
      return unsilence(rest.join(' '), exchange, deps);
    default:
      return listAlerts(exchange, deps);
  }
}

/**
 * Saves at once, and says what the rule would have done in the last 90 days with a button to undo it: looking takes some
 * seconds, and whoever has typed a whole command has decided. The form, where people try things, shows the past first.
 */
async function watch(words: readonly string[], exchange: Exchange, deps: AlertDeps): Promise<void> {
  const { reply, incoming, log } = exchange;
  const { tenant, db } = deps;
  const subscriber = await knownSubscriber(exchange, deps);
  if (!subscriber) return;
  if (words.length === 0) {
    await reply.post(howToWatchMessage());
    return;
  }
  const request = parseAlert(words, tenant);
  if (request.kind === 'alert-misunderstood') {
    await reply.post(commandMisunderstoodMessage(request, 'alert'));
    return;
  }
  const checked = await ruleOfWish(request, subscriber, incoming.channelId, deps, log);
  if (checked.kind === 'answer') {
    const { locale, tenantId } = tenant;
    await reply.post(answerMessage(checked.answered, { locale, administrators: await administrators(db, tenantId) }));
    return;
  }
  if (checked.kind === 'refused') {
    await reply.post(ruleSaidMessage(`Not saved: ${checked.why}`));
    return;
  }
  const saved = await saveRule(checked.rule, deps);
  if (saved.kind === 'too many') {
    await reply.post(ruleSaidMessage(`Not saved: you have ${saved.most} rules already. End some of them first.`));
    return;
  }
  const past = await pastOf(checked.rule, deps);
  await reply.post(
    watchedMessage(saved.kind === 'saved' ? 'Watching' : 'You have this already', saved.rule, past, tenant),
  );
}
