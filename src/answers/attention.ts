import { formatDuration, formatNumber } from '../domain/format.ts';
import type { Attention, Freshness, KpiResult } from '../domain/kpi-result.ts';
import { dimensionOf, plainLabel } from '../kpis/dimensions.ts';

/**
 * `9 tickets breach within 60 min, the first in 14 min, 3 of them unassigned.` What is said of now rests on data that may
 * be older: then its age stands with it.
 */
export function attentionSentence(attention: Attention, { asOf }: Freshness, locale: string): string {
  const { tickets, unassigned, withinMinutes, first } = attention;
  const age =
    asOf === null ? 0 : Temporal.Instant.from(asOf).until(Temporal.Instant.from(attention.at)).total('seconds');
  const old = age > oldAfterSeconds ? ` The data is ${formatDuration(age)} old.` : '';
  if (tickets === 0) return `No ticket ${old ? 'is known to breach' : 'breaches'} within ${withinMinutes} min.${old}`;
  const soonest = first[0] ? leftOf(attention, first[0].dueAt) : '';
  const count = `${formatNumber(tickets, locale)} ${tickets === 1 ? 'ticket breaches' : 'tickets breach'}`;
  const when = tickets === 1 ? `in ${soonest}` : `within ${withinMinutes} min, the first in ${soonest}`;
  const free = tickets === 1 ? 'unassigned' : `${formatNumber(unassigned, locale)} of them unassigned`;
  return `${count} ${when}${unassigned > 0 ? `, ${free}` : ''}.${old}`;
}

/** Data older than this may have missed a reply, or a ticket. */
const oldAfterSeconds = 15 * 60;

/** A ticket of the list: `INC-12 · Critical · first response due in 14 min · Kim Tan`, without its id. */
export interface AttentionLine {
  id: string;
  facts: string;
}

/** The first tickets one by one, and how many more there are. */
export function attentionLines(attention: Attention): { lines: AttentionLine[]; more: number } {
  const priority = dimensionOf('priority');
  const lines = attention.first.map(({ id, priority: level, operator, team, half, dueAt }) => ({
    id,
    facts: [
      plainLabel(priority, level ?? ''),
      `${half.replace('-', ' ')} due ${timeIn(attention.timezone, dueAt)} (in ${leftOf(attention, dueAt)})`,
      operator ?? (team === null ? 'unassigned' : `unassigned in ${team}`),
    ].join(' · '),
  }));
  return { lines, more: attention.tickets - lines.length };
}

/** Whether a person has to act: then it stands first in an answer. */
export function isUrgent(result: KpiResult): boolean {
  return (result.attention?.tickets ?? 0) > 0;
}

/** Whole minutes: a due time is no countdown. */
function leftOf({ at }: Attention, dueAt: string): string {
  const seconds = Temporal.Instant.from(at).until(Temporal.Instant.from(dueAt)).total('seconds');
  return seconds < 60 ? 'less than a minute' : formatDuration(Math.floor(seconds / 60) * 60);
}

function timeIn(timezone: string, at: string): string {
  return Temporal.Instant.from(at).toZonedDateTimeISO(timezone).toPlainTime().toString({ smallestUnit: 'minute' });
}
