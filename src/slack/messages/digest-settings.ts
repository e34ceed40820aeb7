import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import { byGroup } from '../../kpis/groups.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import type { Preferences } from '../../subscriptions/preferences.ts';
import { actionIds, formIds } from '../action-ids.ts';
import { context, paragraph, plainText } from '../blocks.ts';
import { limits } from '../limits.ts';
import { modal } from './forms.ts';

export interface DigestSettingsView {
  /** KPIs that the person may ask. */
  kpis: readonly Kpi[];
  preferences: Preferences;
  /** What holds where nothing is chosen. */
  usual: { locale: string; timezone: string };
  problem?: string;
}

export const settingsFields = { followed: 'followed', locale: 'locale', zone: 'zone' } as const;

/** As many as a digest shows at the top. */
export const mostFollowed = 8;

/** Languages whose shapes of numbers and dates are offered; every other one can be the tenant's. */
const locales = [
  'en',
  'en-GB',
  'en-US',
  'id',
  'de',
  'fr',
  'es',
  'pt',
  'pt-BR',
  'it',
  'nl',
  'pl',
  'tr',
  'hi',
  'ja',
  'zh',
  'ar',
];

/** Stands for what the tenant has. */
export const usualLocale = 'usual';

/** What somebody wants of their digest and of numbers that are sent to them. */
export function digestSettings({ kpis, preferences, usual, problem }: DigestSettingsView): ModalView {
  return modal({
    title: 'My digest',
    submit: 'Save',
    close: 'Cancel',
    callbackId: formIds.digestSettings,
    blocks: [
      ...(problem === undefined ? [] : [paragraph(problem)]),
      followedField(kpis, preferences.followed ?? []),
      localeField(preferences.locale, usual.locale),
      zoneField(preferences.timezone, usual.timezone),
      context('When it comes, and where to, is said by the subscription itself.'),
    ],
  });
}

function option(text: string, value: string): PlainTextOption {
  return { text: plainText(text, limits.optionText), value };
}

function followedField(kpis: readonly Kpi[], followed: readonly string[]): KnownBlock {
  const groups = byGroup(kpis).map(({ title, of }) => ({
    label: plainText(title, limits.optionText),
    options: of.slice(0, 100).map((kpi) => option(kpi.title, kpi.id)),
  }));
  const all = groups.flatMap(({ options }) => options);
  const chosen = followed.flatMap((id) => all.find(({ value }) => value === id) ?? []).slice(0, mostFollowed);
  return {
    ...{ type: 'input', block_id: settingsFields.followed, optional: true },
    label: plainText('Numbers I follow', 200),
    hint: plainText(`At most ${mostFollowed}; none chosen: those of the digest`, 200),
    element: {
      ...{ type: 'multi_static_select', action_id: actionIds.digestSettings, max_selected_items: mostFollowed },
      option_groups: groups,
      ...(chosen.length > 0 ? { initial_options: chosen } : {}),
    },
  };
}

function localeField(locale: string | null, usual: string): KnownBlock {
  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  const tags = locale === null || locales.includes(locale) ? locales : [...locales, locale];
  const options = [
    option(`As the company: ${names.of(usual) ?? usual}`, usualLocale),
    ...tags.map((tag) => option(`${names.of(tag) ?? tag}: ${(1234.5).toLocaleString(tag)}`, tag)),
  ];
  const initial = options.find(({ value }) => value === (locale ?? usualLocale)) ?? options[0];
  return {
    ...{ type: 'input', block_id: settingsFields.locale, label: plainText('Shape of numbers and dates', 200) },
    element: {
      ...{ type: 'static_select', action_id: actionIds.digestSettings, options },
      ...(initial ? { initial_option: initial } : {}),
    },
  };
}

function zoneField(timezone: string | null, usual: string): KnownBlock {
  return {
    ...{ type: 'input', block_id: settingsFields.zone, optional: true, label: plainText('Time zone', 200) },
    hint: plainText(`Empty: ${usual}`, 200),
    element: {
      ...{ type: 'plain_text_input', action_id: actionIds.digestSettings, max_length: 60 },
      placeholder: plainText(usual, 150),
      ...(timezone === null ? {} : { initial_value: timezone }),
    },
  };
}
