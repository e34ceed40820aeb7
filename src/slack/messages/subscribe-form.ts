import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import type { Templates } from '../../answers/subscribe.ts';
import { type Cadence, cadencePhrase, cadenceWords } from '../../domain/cadence.ts';
import type { NextTime } from '../../subscriptions/next-times.ts';
import { titleOf } from '../../subscriptions/wording.ts';
import { actionIds, formIds } from '../action-ids.ts';
import { context, paragraph, plainText } from '../blocks.ts';
import { limits } from '../limits.ts';
import { modal } from './forms.ts';
import { nextBlocks } from './subscriptions.ts';

/** What the form holds, each in the words that its fields have for it. */
export interface SubscribeForm {
  /** `digest morning-coffee`, `report weekly`, or `kpi`. */
  what: string;
  question: string;
  cadence: Cadence;
  /** `HH:MM` */
  at: string;
  timezone: string;
  /** `same`: where it goes already. */
  where: 'me' | 'mail' | 'channel' | 'same';
  /** Chosen channel; empty where none is. */
  channel: string;
}

export interface SubscribeFormView {
  form: SubscribeForm;
  templates: Templates;
  /** Own address; null where there is none, or no mail may go to it. */
  email: string | null;
  maySendIntoChannels: boolean;
  /** Where one that is changed goes now. */
  place: string | null;
  /** Number of the one that is changed; null for a new one. */
  changes: number | null;
  /** Channel it was opened from; empty on Home. */
  from: string;
  times: readonly NextTime[];
  /** What is wrong, where it cannot stand at its field. */
  problem?: string;
}

/** Block ids, at which mistakes are said. */
export const subscribeFields = {
  what: 'what',
  question: 'question',
  often: 'often',
  at: 'at',
  zone: 'zone',
  where: 'where',
  channel: 'channel',
} as const;

/** How often is chosen from these; another day of the month can be typed as a command. */
const cadences: readonly Cadence[] = [
  { kind: 'daily' },
  { kind: 'weekdays' },
  ...[1, 2, 3, 4, 5, 6, 7].map((day) => ({ kind: 'weekly' as const, day })),
  ...[1, 15, 31].map((day) => ({ kind: 'monthly' as const, day })),
];

/** The form for a new subscription or for changing one: only the fields that matter for what is chosen. */
export function subscribeForm(view: SubscribeFormView): ModalView {
  const { form, changes } = view;
  return modal({
    title: changes === null ? 'Subscribe' : `Change subscription ${changes}`,
    submit: changes === null ? 'Subscribe' : 'Save',
    close: 'Cancel',
    callbackId: formIds.subscribe,
    metadata: JSON.stringify({ changes, from: view.from }),
    blocks: [
      ...(view.problem === undefined ? [] : [paragraph(view.problem)]),
      select('what', 'What', whatOptions(view), form.what),
      ...(form.what === 'kpi' ? [questionField(form)] : []),
      select('often', 'How often', oftenOptions(form), cadenceWords(form.cadence)),
      timeField(form),
      zoneField(form),
      select('where', 'Where to', whereOptions(view), form.where),
      ...(form.where === 'channel' ? [channelField(form)] : []),
      ...nextBlocks(view.times, 'Next times:'),
      context('Everybody gets what they may see themselves at that time.'),
    ],
  });
}

function option(text: string, value: string): PlainTextOption {
  return { text: plainText(text, limits.optionText), value: value.slice(0, limits.optionValue) };
}

function whatOptions({ templates }: SubscribeFormView): PlainTextOption[] {
  return [
    ...templates.digest.map((subject) => option(titleOf({ kind: 'digest', subject }), `digest ${subject}`)),
    ...templates.report.map((subject) => option(titleOf({ kind: 'report', subject }), `report ${subject}`)),
    option('A number of my choice', 'kpi'),
  ].slice(-100);
}

function oftenOptions({ cadence }: SubscribeForm): PlainTextOption[] {
  const isListed = cadences.some((one) => cadenceWords(one) === cadenceWords(cadence));
  return [...cadences, ...(isListed ? [] : [cadence])].map((one) => {
    const phrase = cadencePhrase(one);
    return option(`${phrase.slice(0, 1).toUpperCase()}${phrase.slice(1)}`, cadenceWords(one));
  });
}

function whereOptions({ email, maySendIntoChannels, place }: SubscribeFormView): PlainTextOption[] {
  return [
    ...(place === null ? [] : [option(`As now: ${place}`, 'same')]),
    option('To me, as a direct message', 'me'),
    ...(email === null ? [] : [option(`To me, by e-mail (${email})`, 'mail')]),
    ...(maySendIntoChannels ? [option('Into a channel', 'channel')] : []),
  ];
}

const label = (text: string) => plainText(text, 200);
const actionId = actionIds.subscribeField;

function select(
  field: keyof typeof subscribeFields,
  text: string,
  options: PlainTextOption[],
  chosen: string,
): InputBlock {
  const initial = options.find(({ value }) => value === chosen) ?? options[0];
  return {
    type: 'input',
    block_id: subscribeFields[field],
    dispatch_action: true,
    label: label(text),
    element: { type: 'static_select', action_id: actionId, options, ...(initial ? { initial_option: initial } : {}) },
  };
}

function questionField({ question }: SubscribeForm): KnownBlock {
  return {
    type: 'input',
    block_id: subscribeFields.question,
    label: label('Which number'),
    hint: label('As behind /kpi, for example: sla 7d by team'),
    element: {
      ...{ type: 'plain_text_input', action_id: actionId, max_length: 300 },
      placeholder: plainText('sla 7d by team', 150),
      ...(question === '' ? {} : { initial_value: question }),
    },
  };
}

function timeField({ at }: SubscribeForm): KnownBlock {
  return {
    ...{ type: 'input', block_id: subscribeFields.at, dispatch_action: true, label: label('At') },
    element: { type: 'timepicker', action_id: actionId, initial_time: at },
  };
}

function zoneField({ timezone }: SubscribeForm): KnownBlock {
  return {
    ...{ type: 'input', block_id: subscribeFields.zone, dispatch_action: true, label: label('Time zone') },
    hint: label('It comes at that time on the clocks there, in summer and winter'),
    element: {
      ...{ type: 'plain_text_input', action_id: actionId, initial_value: timezone, max_length: 60 },
      dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
    },
  };
}

function channelField({ channel }: SubscribeForm): KnownBlock {
  return {
    ...{ type: 'input', block_id: subscribeFields.channel, label: label('Channel') },
    hint: label('I have to be in it: /invite @Crema'),
    element: {
      ...{ type: 'conversations_select', action_id: actionId },
      filter: { include: ['public', 'private'], exclude_bot_users: true },
      ...(channel === '' ? {} : { initial_conversation: channel }),
    },
  };
}
