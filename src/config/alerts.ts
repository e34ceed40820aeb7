import { z } from 'zod';
import { ticketPriorities } from '../domain/entities/support.ts';
import { Secret } from '../lib/secret.ts';
import { readDuration } from './duration.ts';
import { isMap, type Problem, settings, shown, written } from './settings.ts';
import { readTo } from './subscriptions.ts';

/** Seconds, written as `30 min`, `4 h` or `2 d`. */
const duration = written((value, problem) => readDuration(value, problem) ?? 0);

/** Seconds, and `0` for at once. */
const durationOrNone = written((value, problem) =>
  value === 0 || value === '0' ? 0 : (readDuration(value, problem) ?? 0),
);

/** A share from 0 to 1, also written `5 %`. */
const share = written((value, problem) => {
  const [, percent] = (typeof value === 'string' ? /^\s*([\d.]+)\s*%\s*$/.exec(value) : null) ?? [];
  const read = percent === undefined ? value : Number(percent) / 100;
  if (typeof read === 'number' && read >= 0 && read <= 1) return read;
  problem(`${shown(value)} is no share; write 5 % or 0.05`);
  return 0;
});

/** A mark as it is written: a share is kept from 0 to 1, a duration in seconds; null for what is neither. */
export function readMark(text: string): { kind: 'share' | 'seconds'; value: number } | null {
  const [, percent] = /^\s*(-?\d+(?:\.\d+)?)\s*%\s*$/.exec(text) ?? [];
  if (percent !== undefined) return { kind: 'share', value: Number((Number(percent) / 100).toPrecision(12)) };
  const seconds = readDuration(text, () => undefined);
  return seconds === undefined ? null : { kind: 'seconds', value: seconds };
}

/** In the unit of the KPI (a ratio from 0 to 1, a duration in seconds), or written `85 %` or `4 h`. */
const mark = z.union([
  z.number(),
  z.string().refine((text) => readMark(text) !== null, { error: 'is no number; write 0.85, 85 % or 4 h' }),
]);

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]);

const secret = z
  .string()
  .min(1, 'is empty')
  .transform((value) => new Secret(value));

const address = z
  .url({ protocol: /^https?$/, error: 'is not an address such as https://example.com/hook' })
  .refine((url) => !URL.parse(url)?.username, 'has a user in front of its host; the signature says who calls');

/** A way out beside Slack and mail, by a name of one's choosing: rules name it, and the ledger keeps nothing else of it. */
const targetSchema = z.union(
  [
    /** `events_url` is for regions: https://events.eu.pagerduty.com/v2/enqueue. */
    settings({ pagerduty: secret, events_url: address.optional() }),
    settings({ webhook: address, secret }),
  ],
  { error: 'needs pagerduty: with a routing key, or webhook: with an address and secret:' },
);

export type AlertTargetConfig = z.output<typeof targetSchema>;

/** Where an alert goes: `{channel: C..}`, `{person: U..}`, `{email: ..}`, or the name of a target. */
export interface AlertTo {
  carrier: 'slack' | 'mail' | 'target';
  recipient: string;
}

function readAlertTo(value: unknown, problem: Problem): AlertTo[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) problem('names nobody');
  return list.map((one) => (typeof one === 'string' ? { carrier: 'target', recipient: one } : readTo(one, problem)));
}

const to = written(readAlertTo);

const escalationSchema = settings({
  /** Without anybody acknowledging it. */
  after: duration,
  to,
});

const routeSchema = settings({
  when: settings({
    team: texts.optional(),
    priority: texts.optional(),
    account: texts.optional(),
    source: texts.optional(),
    severity: z.enum(['warning', 'serious', 'critical']).optional(),
    /** Whether a calendar of sla.calendars is open. */
    open: z.string().optional(),
    closed: z.string().optional(),
  }).default({}),
  to,
  escalate: z.array(escalationSchema).default([]),
});

/** What every rule may say. What it leaves out is as its kind has it. */
const common = {
  title: z.string().min(1).max(60).optional(),
  /** How long it must be so before it fires. */
  for: durationOrNone.optional(),
  /** How long it must be well again before it is resolved: a flap within tells nobody anything. */
  resolve_after: durationOrNone.optional(),
  group_by: z.array(z.string()).optional(),
  group_wait: durationOrNone.optional(),
  group_interval: durationOrNone.optional(),
  /** `0`: it is never repeated. */
  repeat: durationOrNone.optional(),
  /** Calendar of sla.calendars in whose hours people are told; what began outside them is told when they begin. */
  hours: z.string().optional(),
  importance: z.enum(['low', 'normal', 'high']).default('normal'),
  to: to.optional(),
  routes: z.array(routeSchema).default([]),
  escalate: z.array(escalationSchema).default([]),
};

/** Filters of what a rule watches, by name or id as in /kpi. */
const watched = {
  team: texts.optional(),
  priority: z.array(z.enum(ticketPriorities)).optional(),
  account: texts.optional(),
};

export const slaMetrics = ['first-response', 'next-response', 'resolution'] as const;
export const campaignMetrics = ['delivery', 'read', 'reply', 'failure'] as const;

const ruleSchemas = [
  settings({
    kind: z.literal('sla-risk'),
    ...common,
    ...watched,
    metrics: z
      .array(z.enum(slaMetrics))
      .min(1)
      .default([...slaMetrics]),
    /** Also what is at risk as the policy has it, not only what is about to breach. */
    at_risk: z.boolean().default(true),
    /** A breach is predicted so long before. */
    before: duration.default(30 * 60),
    /** A breached ticket stays in the incident so long at most. */
    keep: duration.default(24 * 3600),
  }),
  settings({
    kind: z.literal('kpi-threshold'),
    ...common,
    /** In the words of /kpi; `by DIM` watches each of its values by itself. */
    kpi: z.string().min(1),
    below: mark.optional(),
    above: mark.optional(),
    /** Where it counts as well again; at the threshold itself where it is left out. */
    clear: mark.optional(),
  }),
  settings({
    kind: z.literal('kpi-change'),
    ...common,
    kpi: z.string().min(1),
    /** Against the stretch before, or what is usual for such days. */
    against: z.enum(['previous', 'baseline']).default('previous'),
    direction: z.enum(['worse', 'better', 'up', 'down', 'any']).default('worse'),
    /** A smaller change, as a share of the other value, tells nobody anything. */
    least: share.default(0.1),
  }),
  settings({
    kind: z.literal('anomaly'),
    ...common,
    /** Ids; left out: all that can be watched. */
    kpis: z.array(z.string()).min(1).optional(),
    direction: z.enum(['worse', 'better', 'up', 'down', 'any']).default('any'),
    least: share.default(0.1),
    /** And so many units at least. */
    least_units: z.number().nonnegative().default(5),
  }),
  settings({
    kind: z.literal('campaign-underperformance'),
    ...common,
    account: texts.optional(),
    metrics: z
      .array(z.enum(campaignMetrics))
      .min(1)
      .default([...campaignMetrics]),
    /** Shares by metric that a campaign has to reach (of failure: not exceed); left out: only its account's own history counts. */
    targets: z.partialRecord(z.enum(campaignMetrics), share).default({}),
    /** One look, so long after it was sent. */
    age: duration.default(24 * 3600),
    least_delivered: z.int().min(30).default(200),
  }),
  settings({
    kind: z.literal('queue'),
    ...common,
    team: texts.optional(),
    channel: texts.optional(),
    /** More conversations than this wait for a reply. */
    waiting: z.int().min(0).optional(),
    /** One waits for longer than this. */
    oldest: duration.optional(),
    /** Where it counts as well again, as a share of those. */
    clear: share.default(0.8),
  }),
  settings({
    kind: z.literal('churn-risk'),
    ...common,
    account: texts.optional(),
    when: z.string().default('weekly mon at 09:00'),
    most: z.int().min(1).max(50).default(20),
  }),
  settings({
    kind: z.literal('high-intent'),
    ...common,
    account: texts.optional(),
    when: z.string().default('weekdays at 09:00'),
    most: z.int().min(1).max(50).default(20),
  }),
  settings({
    kind: z.literal('delivery-failures'),
    ...common,
    account: texts.optional(),
    channel: texts.optional(),
    /** Share of messages sent within `within` that failed, at least `least` of them. */
    above: share.default(0.05),
    within: duration.default(3600),
    least: z.int().min(1).default(20),
  }),
  settings({
    kind: z.literal('freshness'),
    ...common,
    source: texts.optional(),
    /** Also jobs that fail or run beyond their limit. */
    jobs: z.boolean().default(true),
  }),
] as const;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is not a name of lower-case letters, digits and dashes');

export const alertRuleSchema = z.discriminatedUnion('kind', ruleSchemas, {
  error: (issue) =>
    issue.code === 'invalid_union'
      ? `needs kind:, one of ${ruleSchemas.map(({ shape }) => shape.kind.value).join(', ')}`
      : undefined,
});

/** What a kind's rules may say besides what all rules may, with what holds where they do not; for the reference. */
export function settingsOfKind(kind: AlertKind): { name: string; fallback: unknown }[] {
  const schema = ruleSchemas.find(({ shape }) => shape.kind.value === kind);
  const least: unknown = schema?.safeParse({ kind, ...needed[kind] }).data;
  return Object.keys(schema?.shape ?? {})
    .filter((one) => one !== 'kind' && !(one in common))
    .map((one) => ({ name: one, fallback: one in (needed[kind] ?? {}) ? undefined : (least as never)?.[one] }));
}

/** What rules of a kind cannot do without. */
const needed: Readonly<Partial<Record<AlertKind, Record<string, unknown>>>> = {
  'kpi-threshold': { kpi: 'sla' },
  'kpi-change': { kpi: 'sla' },
};

/** `alerts:` of a tenant. */
export const alertsSchema = settings({
  targets: z.record(name, targetSchema).default({}),
  /** Where rules go that do not say. */
  to: to.optional(),
  rules: z
    .record(name, alertRuleSchema)
    .superRefine(
      (rules: unknown, context) => {
        if (!isMap(rules)) return;
        for (const [rule, settingsOfRule] of Object.entries(rules))
          for (const message of thresholdProblems(settingsOfRule))
            context.addIssue({ code: 'custom', path: [rule], message });
      },
      { when: () => true },
    )
    .default({}),
}).prefault({});

/** What is wrong between settings of one rule. */
export function thresholdProblems(rule: unknown): string[] {
  if (!isMap(rule)) return [];
  const { kind, below, above, clear, waiting, oldest } = rule;
  if (kind === 'queue' && waiting === undefined && oldest === undefined) return ['needs waiting: or oldest:, or both'];
  if (kind !== 'kpi-threshold') return [];
  if ((below === undefined) === (above === undefined)) return ['needs below: or above:, one of them'];
  const at = plainMark(clear);
  const low = plainMark(below);
  const high = plainMark(above);
  if (at !== null && low !== null && at < low) return [`clears at ${clear}, which is below ${below} where it fires`];
  if (at !== null && high !== null && at > high) return [`clears at ${clear}, which is above ${above} where it fires`];
  return [];
}

/** A mark as a number, to be compared with another one of the same rule. */
function plainMark(written: unknown): number | null {
  if (typeof written === 'number') return written;
  return typeof written === 'string' ? (readMark(written)?.value ?? null) : null;
}

export type AlertsConfig = z.output<typeof alertsSchema>;
export type AlertRuleConfig = z.output<typeof alertRuleSchema>;
export type AlertKind = AlertRuleConfig['kind'];
/** Settings of one kind. */
export type AlertRuleOf<Kind extends AlertKind> = Extract<AlertRuleConfig, { kind: Kind }>;
