import { formatDuration } from '../domain/format.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Incident } from './incident.ts';
import type { Reason } from './stages/dedup.ts';

/** `Breached: 3 tickets`, after its end `Recovered: 3 tickets`. */
export function titleOf({ state, content }: Pick<Incident, 'state' | 'content'>): string {
  return `${state === 'resolved' ? endWordOf(content) : content.stateWord}: ${content.headline}`;
}

/** How its end is called. */
function endWordOf({ endWord }: Pick<Incident['content'], 'endWord'>): string {
  return endWord ?? 'Recovered';
}

export function openedText(incident: Incident): string {
  return titleOf(incident);
}

/** What is new, for the thread. */
export function toldText(incident: Incident, reason: Exclude<Reason, 'first' | 'resolved'>): string {
  const title = titleOf(incident);
  switch (reason) {
    case 'worse':
      return `Worse: ${title}`;
    case 'more':
      return `Now: ${title}`;
    case 'repeat':
      return `Still so, and nobody has acknowledged it: ${title}`;
  }
}

/** `Recovered 14:32 after 1 h 10 min; worst 78 %` */
export function endedText({ since, resolvedAt, content }: Incident, { timezone }: Pick<Tenant, 'timezone'>): string {
  const end = resolvedAt ?? since;
  const worst = content.worst ? `; worst ${content.worst.text}` : '';
  return `${endWordOf(content)} ${clockTime(end, timezone)} after ${lengthText(since, end)}${worst}`;
}

/** `14:32` in the zone. */
export function clockTime(at: Temporal.Instant, timezone: string): string {
  return at.toZonedDateTimeISO(timezone).toPlainTime().toString({ smallestUnit: 'minute' });
}

function lengthText(from: Temporal.Instant, to: Temporal.Instant): string {
  return formatDuration(Math.max(0, from.until(to).total('seconds')));
}
