import { z } from 'zod';
import { readWhen } from '../domain/cadence.ts';
import { readAddress } from '../lib/mailbox.ts';
import { locale } from './locale.ts';
import { isMap, type Problem, settings, shown, written } from './settings.ts';
import { timezone } from './timezone.ts';

const whatExamples = '"digest morning-coffee", "report weekly" or "kpi sla 7d by team"';

/** What is sent: a template by its name, or a question in the words of /kpi. */
export interface WhatConfig {
  kind: 'digest' | 'report' | 'kpi';
  subject: string;
}

function readWhat(value: unknown, problem: Problem): WhatConfig {
  const [, kind, subject = ''] =
    (typeof value === 'string' ? /^\s*(digest|report|kpi)\s+(.*\S)\s*$/is.exec(value) : null) ?? [];
  if (kind === undefined) problem(`${shown(value)} does not say what is sent; write ${whatExamples}`);
  return { kind: (kind?.toLowerCase() ?? 'kpi') as WhatConfig['kind'], subject };
}

function readSchedule(value: unknown, problem: Problem): NonNullable<ReturnType<typeof readWhen>> {
  const when = typeof value === 'string' ? readWhen(value) : undefined;
  if (!when)
    problem(
      `${shown(value)} does not say when; write "daily at 09:00", "weekdays at 08:30", "weekly mon at 08:00" or "monthly 1 at 08:00"`,
    );
  return when ?? { cadence: { kind: 'daily' }, at: '09:00' };
}

/** Where it goes: a channel or person by their id in Slack, which stays when they are renamed, or an address. */
export type ToConfig = { carrier: 'slack' | 'mail'; recipient: string };

const places: Readonly<Record<string, { carrier: ToConfig['carrier']; pattern: RegExp; example: string }>> = {
  channel: {
    carrier: 'slack',
    pattern: /^[CG][A-Z0-9]{2,}$/,
    example: '{channel: C012AB3CD} (channel details, at the bottom)',
  },
  person: {
    carrier: 'slack',
    pattern: /^[UW][A-Z0-9]{2,}$/,
    example: '{person: U012AB3CD} (profile, More, Copy member ID)',
  },
  email: { carrier: 'mail', pattern: /@/, example: '{email: sam@example.com}' },
};

export function readTo(value: unknown, problem: Problem): ToConfig {
  const [[kind = '', given] = [], ...more] = isMap(value) ? Object.entries(value) : [];
  const place = Object.hasOwn(places, kind) ? places[kind] : undefined;
  if (!place || more.length > 0) {
    problem('says one of channel, person and email, such as {channel: C012AB3CD}');
    return { carrier: 'slack', recipient: '' };
  }
  const text = typeof given === 'string' ? given.trim() : '';
  const recipient = place.carrier === 'mail' ? (readAddress(text) ?? '') : text;
  if (!place.pattern.test(recipient)) problem(`${shown(given)} is none; write ${place.example}`, kind);
  return { carrier: place.carrier, recipient };
}

const subscriptionSchema = settings({
  what: written(readWhat),
  to: written(readTo),
  when: written(readSchedule),
  timezone: timezone.optional(),
  holidays: z.string().optional(),
  as: z.string().optional(),
  locale: locale.optional(),
});

/** `subscriptions:` of a tenant, by a name of one's choosing: under another name it is another one. */
export const subscriptionsSchema = z
  .record(z.string(), subscriptionSchema)
  .superRefine(
    (subscriptions: unknown, context) => {
      if (!isMap(subscriptions)) return;
      for (const name of Object.keys(subscriptions))
        if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
          context.addIssue({
            code: 'custom',
            path: [name],
            message: 'is not a name of lower-case letters, digits and dashes',
          });
    },
    // Also when something else is wrong: all problems are told at once.
    { when: () => true },
  )
  .default({});

export type SubscriptionConfig = z.output<typeof subscriptionSchema>;
