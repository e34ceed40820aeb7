import { formatDate, formatDuration } from '../domain/format.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { Incident } from './incident.ts';
import type { Reason } from './stages/dedup.ts';

/** `Breached: 3 tickets`, after its end `Recovered: 3 tickets`, `Closed` where nobody knows, `Moved` to another incident. */
export function titleOf({ state, content }: Pick<Incident, 'state' | 'content'>): string {
  const { closed, movedTo } = content;
  const ended = closed !== undefined ? 'Closed' : movedTo !== undefined ? 'Moved' : 'Recovered';
  return `${state === 'resolved' ? ended : content.stateWord}: ${content.headline}`;
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
  if (content.movedTo !== undefined)
    return `Told as incident ${content.movedTo} from ${clockTime(end, timezone)} on, after ${lengthText(since, end)}`;
  const worst = content.worst ? `; worst ${content.worst.text}` : '';
  return `Recovered ${clockTime(end, timezone)} after ${lengthText(since, end)}${worst}`;
}

/** `14:32` in the zone. */
export function clockTime(at: Temporal.Instant, timezone: string): string {
  return at.toZonedDateTimeISO(timezone).toPlainTime().toString({ smallestUnit: 'minute' });
}

/** `14:05`, with its day where that is not the day of `now`: a message is read later. Epoch milliseconds. */
export function momentText(at: number, now: number, timezone: string): string {
  const local = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone);
  const time = local(at).toPlainTime().toString({ smallestUnit: 'minute' });
  const date = local(at).toPlainDate();
  return date.equals(local(now).toPlainDate()) ? time : `${formatDate(date.toString(), { year: false })} ${time}`;
}

/** `10 Nov, 09:12` in the zone: messages are read on other days too. */
export function dateTimeText(at: Temporal.Instant, timezone: string): string {
  const date = at.toZonedDateTimeISO(timezone).toPlainDate().toString();
  return `${formatDate(date, { year: false })}, ${clockTime(at, timezone)}`;
}

/** What is told where nobody has acknowledged it since then. */
export function escalatedText(since: Temporal.Instant, now: Temporal.Instant): string {
  return `Nobody has acknowledged it for ${lengthText(since, now)}: told to more people`;
}

function lengthText(from: Temporal.Instant, to: Temporal.Instant): string {
  return formatDuration(Math.max(0, from.until(to).total('seconds')));
}
