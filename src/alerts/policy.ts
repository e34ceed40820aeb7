import type { AlertRuleConfig, AlertsConfig, AlertTo } from '../config/alerts.ts';
import { unknown } from '../config/settings.ts';
import { usageError } from '../lib/errors.ts';
import { roomOf } from './kinds/index.ts';
import { type Escalation, type NewRule, type Route, type RulePolicy, severityNames, type Target } from './rule.ts';

/** What a rule needs to know of its surroundings. */
export interface PolicyContext {
  targets: AlertsConfig['targets'];
  /** Where rules go that do not say. */
  to: readonly AlertTo[] | undefined;
  isCalendar: (name: string) => boolean;
}

/**
 * A rule as it is written down: what it leaves out is as its kind has it. Throws a usage error for a target, calendar or
 * label there is none of, and for one that goes nowhere.
 */
export function ruleFrom(
  settings: AlertRuleConfig,
  context: PolicyContext,
  of: { name?: string; viewer: string; owner?: string },
): NewRule {
  const room = roomOf(settings.kind);
  const { defaults } = room;
  const targets = (to: readonly AlertTo[]) => to.map((one) => targetOf(one, context));
  const escalations = (steps: AlertRuleConfig['escalate']): Escalation[] =>
    steps.map(({ after, to }) => ({ afterSeconds: after, to: targets(to) }));
  const usual = settings.to ?? context.to ?? [];
  const routes: Route[] = settings.routes.map(({ when, to, escalate }) => {
    const { severity, open, closed, ...labels } = when;
    for (const label of Object.keys(labels))
      if (!room.labels.includes(label)) throw noLabel(label, settings.kind, room.labels);
    for (const calendar of [open, closed]) checkCalendar(calendar, context);
    const calendar = open ?? closed;
    return {
      labels: Object.fromEntries(
        Object.entries(labels).flatMap(([name, values]) =>
          values ? [[name, values.map((one) => one.toLowerCase())]] : [],
        ),
      ),
      ...(severity ? { severity: severityNames[severity] } : {}),
      ...(calendar === undefined ? {} : { hours: { calendar, is: open === undefined ? 'closed' : 'open' } }),
      to: targets(to),
      escalate: escalations(escalate),
    };
  });
  if (usual.length === 0 && routes.length === 0)
    throw usageError('ALERT_TARGET', 'it does not say where it goes', 'Give it to:, or set alerts.to for all rules.');
  checkCalendar(settings.hours, context);
  for (const label of settings.group_by ?? [])
    if (!room.labels.includes(label)) throw noLabel(label, settings.kind, room.labels);
  const repeat = settings.repeat ?? room.repeat?.secondsOf(settings) ?? defaults.repeatSeconds;
  const policy: RulePolicy = {
    title: settings.title ?? room.titleOf(settings),
    forSeconds: settings.for ?? defaults.forSeconds,
    resolveAfterSeconds: settings.resolve_after ?? defaults.resolveAfterSeconds,
    groupBy: settings.group_by ?? defaults.groupBy,
    waitSeconds: settings.group_wait ?? defaults.waitSeconds,
    intervalSeconds: settings.group_interval ?? defaults.intervalSeconds,
    repeatSeconds: repeat === 0 ? null : repeat,
    hours: settings.hours ?? null,
    importance: settings.importance,
    routes: [...routes, { labels: {}, to: targets(usual), escalate: escalations(settings.escalate) }],
  };
  return { ...of, settings, policy, topics: room.topics(settings), gapSeconds: room.gapSeconds };
}

function targetOf({ carrier, recipient }: AlertTo, { targets }: PolicyContext): Target {
  if (carrier !== 'target') return { carrier, recipient };
  const target = targets[recipient];
  if (!target)
    throw usageError(
      'ALERT_TARGET',
      unknown(recipient, 'target', Object.keys(targets)),
      'Name it under alerts.targets, or write {channel: C..}, {person: U..} or {email: ..}.',
    );
  return { carrier: 'pagerduty' in target ? 'pagerduty' : 'webhook', recipient };
}

function checkCalendar(name: string | undefined, { isCalendar }: PolicyContext): void {
  if (name !== undefined && !isCalendar(name))
    throw usageError('ALERT_HOURS', `there is no calendar "${name}"`, 'Name one of sla.calendars.');
}

function noLabel(label: string, kind: string, known: readonly string[]): Error {
  return usageError('ALERT_LABEL', `${unknown(label, `label of ${kind}`, known)}`);
}
