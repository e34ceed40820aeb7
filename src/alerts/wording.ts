import { formatDate, formatDuration } from '../domain/format.ts';
import { remembered } from '../domain/remembered.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { HistoryEntry, Incident } from './incident.ts';
import type { Reason } from './stages/dedup.ts';

/** `Breached: 3 tickets`, after its end `Recovered: 3 tickets`, `Closed` where nobody knows, `Moved` to another incident. */
export function titleOf({ state, content }: Pick<Incident, 'state' | 'content'>): string {
  return `${state === 'resolved' ? endWordOf(content) : content.stateWord}: ${content.headline}`;
}

/** How its end is called. */
function endWordOf({ closed, movedTo, endWord }: Incident['content']): string {
  if (closed !== undefined) return 'Closed';
  return movedTo === undefined ? (endWord ?? 'Recovered') : 'Moved';
}

/** One line of what happened: `Maya Hartono acknowledged it`. */
export function happenedText({ text, personName }: Pick<HistoryEntry, 'text' | 'personName'>): string {
  return personName === null ? text : `${personName} ${text}`;
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

/**
 * `Recovered 14:32 after 1 h 10 min; worst 78 %`, with its date where it did not begin or was not told on the same day. `toldAt`:
 * when this is said, or the incident was.
 */
export function endedText(
  { since, resolvedAt, announcedAt, content }: Incident,
  tenant: Pick<Tenant, 'timezone' | 'locale'>,
  toldAt = announcedAt ?? since,
): string {
  const end = resolvedAt ?? since;
  const isOneDay = [since, toldAt].every((at) => momentText(end, tenant, at) === clockTime(end, tenant.timezone));
  const at = isOneDay ? clockTime(end, tenant.timezone) : momentText(end, tenant);
  if (content.movedTo !== undefined)
    return `Told as incident ${content.movedTo} from ${at} on, after ${lengthText(since, end)}`;
  if (content.quietEnd) return `${endWordOf(content)}: ${content.headline}`;
  const worst = content.worst ? `; worst ${content.worst.text}` : '';
  return `${endWordOf(content)} ${at} after ${lengthText(since, end)}${worst}`;
}

/** Epoch milliseconds as `2026-11-20T14:32` in the zone: looks tell the same moments of the same tickets again and again. */
const localMinute = remembered((at: number, timezone: string) => {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);
  return local.toPlainDateTime().toString({ smallestUnit: 'minute' });
});

/** Date and time of day in the zone. */
function localParts(at: Temporal.Instant, timezone: string): [date: string, time: string] {
  const [date = '', time = ''] = localMinute(at.epochMilliseconds, timezone).split('T');
  return [date, time];
}

/** `14:32` in the zone. */
export function clockTime(at: Temporal.Instant, timezone: string): string {
  return localParts(at, timezone)[1];
}

/** `20 Nov 10:30`; only `10:30` beside a moment of the same day there. Right also when it is read days later. */
export function momentText(
  at: Temporal.Instant,
  { timezone, locale = 'en' }: { timezone: string; locale?: string },
  beside?: Temporal.Instant,
): string {
  const [date, time] = localParts(at, timezone);
  return beside && localParts(beside, timezone)[0] === date ? time : `${formatDate(date, { locale })} ${time}`;
}

/** What is told where nobody has acknowledged it since then. */
export function escalatedText(since: Temporal.Instant, now: Temporal.Instant): string {
  return `Nobody has acknowledged it for ${lengthText(since, now)}: told to more people`;
}

function lengthText(from: Temporal.Instant, to: Temporal.Instant): string {
  return formatDuration(Math.max(0, from.until(to).total('seconds')));
}
