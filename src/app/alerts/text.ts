import type { Backtest } from '../../alerts/backtest.ts';
import type { Look } from '../../alerts/condition.ts';
import type { Incident } from '../../alerts/incident.ts';
import { severityNames } from '../../alerts/rule.ts';
import { titleOf } from '../../alerts/wording.ts';
import { formatDuration } from '../../domain/format.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { timeline } from './timeline.ts';

type Zone = Pick<Tenant, 'timezone'>;

/** Lines of a list that are shown before the rest is counted. */
const mostEpisodes = 20;

/** `2026-11-20 08:30`, on the clocks of the tenant. */
export function localTime(at: Temporal.Instant, { timezone }: Zone): string {
  const local = at.toZonedDateTimeISO(timezone);
  return `${local.toPlainDate()} ${local.toPlainTime().toString({ smallestUnit: 'minute' })}`;
}

export function severityName(severity: number): string {
  return Object.entries(severityNames).find(([, number]) => number === severity)?.[0] ?? String(severity);
}

/** `ok`, `firing` or `unknown`, with what fires or why nobody knows. */
export function lookLines(look: Look): { state: string; lines: string[] } {
  if (look.kind === 'unknown') {
    const late = look.late?.length ? ` (${look.late.join(', ')})` : '';
    return { state: 'unknown', lines: [`${look.reason}${late}`] };
  }
  const conditions = look.kind === 'conditions' ? look.conditions : [];
  const firing = conditions.filter(({ status }) => status === 'firing');
  const sorted = firing.toSorted((a, b) => b.facts.rank - a.facts.rank);
  return { state: firing.length > 0 ? 'firing' : 'ok', lines: sorted.map(({ facts }) => facts.line) };
}

/** When an incident began, and what has become of it. */
export function incidentState(incident: Incident, zone: Zone): string {
  const { state, resolvedAt, acknowledgedAt, snoozedUntil, muted } = incident;
  if (state === 'resolved') return `over ${resolvedAt ? localTime(resolvedAt, zone) : ''}`.trim();
  if (snoozedUntil) return `snoozed until ${localTime(snoozedUntil, zone)}`;
  if (acknowledgedAt) return 'acknowledged';
  return muted === null ? 'open' : `quiet: ${muted}`;
}

export function incidentRow(incident: Incident, rule: string, zone: Zone): string[] {
  return [
    String(incident.incidentId),
    severityName(incident.severity),
    localTime(incident.since, zone),
    titleOf(incident),
    rule,
    incidentState(incident, zone),
  ];
}

/** A back-test as text: how often, a line of days, each time, and what would have told less. */
export function backtestText(title: string, found: Backtest, zone: Zone): string {
  const { episodes, fired, longestSeconds, totalSeconds, outsideHours, notes, suggestion } = found;
  const [days, dates] = timeline(episodes, found, zone.timezone);
  const lengths = `longest ${lengthText(longestSeconds)}, together ${lengthText(totalSeconds)}`;
  const outside = outsideHours === null ? '' : `, ${outsideHours} × outside office hours`;
  return [
    title,
    fired === 0 ? 'It would not have fired.' : `It would have fired ${fired} ×: ${lengths}${outside}.`,
    '',
    `  ${days}`,
    `  ${dates}`,
    '',
    ...episodes.slice(-mostEpisodes).map(({ from, to, name, worst }) => {
      const length = lengthText(from.until(to ?? found.to).total('seconds'));
      const end = to ? `${localTime(to, zone)}  ${length}` : `still so           ${length}`;
      return `  ${localTime(from, zone)} – ${end}  ${name}${worst ? `, worst ${worst.text}` : ''}`;
    }),
    ...(episodes.length > mostEpisodes ? [`  and ${episodes.length - mostEpisodes} before`] : []),
    ...(episodes.length > 0 ? [''] : []),
    ...(suggestion === null ? [] : [suggestion]),
    ...notes,
    '',
  ].join('\n');
}

function lengthText(seconds: number): string {
  const day = 86_400;
  return seconds >= 2 * day ? `${Math.round((seconds / day) * 10) / 10} d` : formatDuration(seconds);
}
