import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { Backtest } from '../../alerts/backtest.ts';
import { metricWords } from '../../alerts/kinds/sla-risk/tell.ts';
import { isChange } from '../../alerts/words/wish.ts';
import { slaMetrics } from '../../config/alerts.ts';
import { ticketPriorities } from '../../domain/entities/support.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { formIds } from '../action-ids.ts';
import { context, paragraph, plainText, richLine } from '../blocks.ts';
import { type AlertForm, actionId, alertFields, option, select, several, typed } from './alert-fields.ts';
import { pastBlocks } from './alert-rule.ts';
import { modal } from './forms.ts';

export interface AlertFormView {
  form: AlertForm;
  /** Own address; null where there is none, or no mail may go to it. */
  email: string | null;
  maySendIntoChannels: boolean;
  /** Channel it was opened from; empty on Home. */
  from: string;
  /** What was tried, in canonical words, and what came of it; null before. */
  tried: { words: string; past: Backtest | { unknown: string } } | null;
  tenant: Pick<Tenant, 'timezone' | 'locale'>;
  /** What is wrong, where it cannot stand at its field. */
  problem?: string;
}

/**
 * The form for a new rule. Sent the first time, it says what the rule would have done in the last 90 days; sent again
 * unchanged, it is saved. What was tried stays in the metadata, which a changed form does not fit any more.
 */
export function alertForm(view: AlertFormView): ModalView {
  const { form, tried, tenant } = view;
  return modal({
    title: 'New alert rule',
    submit: tried === null ? 'Test' : 'Save',
    close: 'Cancel',
    callbackId: formIds.alert,
    metadata: JSON.stringify({ from: view.from, tried: tried?.words ?? null }),
    blocks: [
      ...(view.problem === undefined ? [] : [paragraph(view.problem)]),
      ...(tried === null ? [] : [richLine({ bold: `/kpi alert ${tried.words}` }), ...pastBlocks(tried.past, tenant)]),
      select('watch', 'What is watched', watchOptions, form.watch, true),
      ...(form.watch === 'sla-risk' ? riskFields(form) : numberFields(form)),
      select('where', 'Where to', whereOptions(view), form.where, true),
      ...(form.where === 'channel' ? [channelField(form)] : []),
      context('It looks with your rights, and says nothing where nobody can know because data is late.'),
    ],
  });
}

function numberFields(form: AlertForm): KnownBlock[] {
  return [
    typed('question', 'Which number', form.question, { hint: 'As behind /kpi, for example: sla by team', most: 300 }),
    select('side', 'Tell when it is', sideOptions, form.side, true),
    ...(isChange(form.side) ? changeFields(form) : thresholdFields(form)),
    typed('for', 'For at least', form.for, {
      ...{ hint: 'Empty: at once. For example: 30 min, 2 h', most: 30, optional: true },
    }),
  ];
}

/** Tickets are told of at once: waiting for a length of time would be waiting for the breach. */
function riskFields({ team, priority, account, before, risk, metrics }: AlertForm): KnownBlock[] {
  const names = 'Names or ids with commas between them. Empty: all';
  const targets = slaMetrics.map((one) => option(metricWords[one], one));
  const priorities = ticketPriorities.map((one) => option(one, one));
  return [
    typed('team', 'Teams', team, { hint: names, most: 300, optional: true }),
    several('priority', 'Priorities', priorities, priority, 'None chosen: all'),
    typed('account', 'Accounts', account, { hint: names, most: 300, optional: true }),
    typed('before', 'Tell of a breach so long before', before, {
      ...{ hint: 'Empty: 30 min. On the calendar of its policy the target passes then', most: 30, optional: true },
    }),
    select('risk', 'Also of what is at risk', riskOptions, risk),
    several('metrics', 'Targets', targets, metrics, 'None chosen: all three'),
  ];
}

const riskOptions = [
  option('Yes: a quarter of the target or 15 min left', 'all'),
  option('No: only breaches, predicted and passed', 'breaches'),
];

const watchOptions = [option('A number', 'number'), option('Tickets at risk of breaching their SLA', 'sla-risk')];

function thresholdFields({ mark, clear }: AlertForm): KnownBlock[] {
  return [
    typed('mark', 'this value', mark, { hint: 'For example: 85%, 4 h, 200', most: 60 }),
    typed('clear', 'Well again at', clear, {
      ...{ hint: 'Empty: at the same value. Another one keeps it from going to and fro', most: 60, optional: true },
    }),
  ];
}

function changeFields({ mark, against }: AlertForm): KnownBlock[] {
  return [
    typed('mark', 'by at least', mark, {
      hint: 'A share. Empty: 10%. Less than chance explains is never told',
      most: 60,
      optional: true,
    }),
    select('against', 'than', againstOptions, against),
  ];
}

/** In place of the form while the past is looked at. */
export function tryingForm(): ModalView {
  return modal({ title: 'New alert rule', blocks: [paragraph('Trying it on the last 90 days...')] });
}

function whereOptions({ email, maySendIntoChannels }: AlertFormView): PlainTextOption[] {
  return [
    option('To me, as a direct message', 'me'),
    ...(email === null ? [] : [option(`To me, by e-mail (${email})`, 'mail')]),
    ...(maySendIntoChannels ? [option('Into a channel', 'channel')] : []),
  ];
}

const sideOptions = [
  option('below a value', 'below'),
  option('above a value', 'above'),
  option('worse than before', 'worse'),
  option('better than before', 'better'),
  option('higher than before', 'up'),
  option('lower than before', 'down'),
  option('other than before', 'any'),
];

const againstOptions = [option('the stretch before', 'previous'), option('what is usual for such days', 'baseline')];

function channelField({ channel }: AlertForm): KnownBlock {
  return {
    ...{ type: 'input', block_id: alertFields.channel, label: plainText('Channel', 200) },
    hint: plainText('I have to be in it (/invite @Crema), and everybody in it may see what you may', 200),
    element: {
      ...{ type: 'conversations_select', action_id: actionId },
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...(channel === '' ? {} : { initial_conversation: channel }),
    },
  };
}
