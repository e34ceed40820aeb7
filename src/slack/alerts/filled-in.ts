import { takeMark, takeStretch } from '../../alerts/words/marks.ts';
import { parseAlert } from '../../alerts/words/parse.ts';
import {
  type AlertMisunderstood,
  type AlertPart,
  type AlertRequest,
  isChange,
  type Side,
} from '../../alerts/words/wish.ts';
import type { SubscribeTo } from '../../answers/subscribe.ts';
import { splitWords } from '../../answers/words.ts';
import type { IncomingView } from '../incoming.ts';
import { type AlertForm, alertFields } from '../messages/alert-fields.ts';

/** What somebody has filled in; fields that are not shown are empty. */
export function readForm({ values }: IncomingView): AlertForm {
  const held = (field: keyof typeof alertFields) => (values[alertFields[field]]?.[0] ?? '').trim();
  const chosen = (field: keyof typeof alertFields) => values[alertFields[field]] ?? [];
  const where = held('where');
  return {
    watch: held('watch') === 'sla-risk' ? 'sla-risk' : 'number',
    ...{ team: held('team'), account: held('account'), before: held('before') },
    ...{ priority: chosen('priority'), metrics: chosen('metrics') },
    risk: held('risk') === 'breaches' ? 'breaches' : 'all',
    ...{ question: held('question'), mark: held('mark'), clear: held('clear'), for: held('for') },
    side: sides.find((side) => side === held('side')) ?? 'below',
    against: held('against') === 'baseline' ? 'baseline' : 'previous',
    where: where === 'mail' || where === 'channel' ? where : 'me',
    channel: held('channel'),
  };
}

const sides: readonly Side[] = ['below', 'above', 'worse', 'better', 'up', 'down', 'any'];

/** As if it had been typed behind /kpi alert, each field in its place. `email`: of whoever fills it in. */
export function requestOf(
  form: AlertForm,
  { email }: { email: string | null },
  tenant: { currency: string },
): AlertRequest | AlertMisunderstood {
  const to = placeOfForm(form, email);
  const request = form.watch === 'sla-risk' ? riskOf(form, tenant) : numberOf(form, tenant);
  if (request.kind === 'alert-misunderstood') return request;
  if (to === undefined) return { ...nothingElse, about: 'to', said: 'Choose where it goes.' };
  return { ...request, to };
}

function riskOf(form: AlertForm, tenant: { currency: string }): AlertRequest | AlertMisunderstood {
  const named = (name: string, text: string) =>
    text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((one) => `${name}:${one}`);
  const before = splitWords(form.before);
  // It would be taken for a filter, and be called wrong as one.
  if (before.length > 0 && takeStretch(before)?.used !== before.length)
    return { ...nothingElse, about: 'before', said: `“${form.before}” is no length of time.` };
  const words = [
    ...['sla-risk', ...named('team', form.team), ...form.priority.map((one) => `priority:${one}`)],
    ...named('account', form.account),
    ...(before.length === 0 ? [] : ['before', ...before]),
    ...(form.risk === 'breaches' ? ['only', 'breaches'] : []),
    ...form.metrics.map((one) => `metric:${one}`),
  ];
  return parseAlert(words, tenant);
}

function numberOf(form: AlertForm, tenant: { currency: string }): AlertRequest | AlertMisunderstood {
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
  return parseAlert(words, tenant);
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

/** The field at which something wrong is said: one that the form has. */
export function fieldOf({ watch }: AlertForm, about: AlertPart): string {
  if (about === 'to') return alertFields.where;
  if (watch === 'sla-risk') return about === 'question' ? alertFields.watch : alertFields[about];
  const isOfNumbers = ['mark', 'clear', 'against', 'for'].includes(about);
  return isOfNumbers ? alertFields[about] : alertFields.question;
}
