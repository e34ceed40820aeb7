import { type KpiRequest, parseRequest } from '../../answers/parse.ts';
import { splitWords } from '../../answers/words.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { askKpi } from '../../kpis/ask.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import type { KpiQuestion } from '../../kpis/question.ts';
import { usageError } from '../../lib/errors.ts';
import type { LookContext } from './room.ts';

/** The question that a rule watches, in the words of /kpi. Throws a usage error with the closest that is understood. */
export function watchedQuestion(words: string): KpiRequest {
  const request = parseRequest(splitWords(words));
  if (request.kind === 'kpi') return request;
  if (request.kind === 'misunderstood') {
    const [near] = request.commands;
    throw usageError(
      'ALERT_QUESTION',
      `"${request.text}" is not understood${near ? `; did you mean "${near}"?` : ''}`,
      `An example: ${request.example}`,
    );
  }
  throw usageError('ALERT_QUESTION', `"${words}" is no question about a KPI`, 'An example: sla 7d by team');
}

/**
 * The question that a rule watches, of days that move on with time. Throws a usage error for dates that stay where they are:
 * their numbers are of one month for ever.
 */
export function movingQuestion(words: string): KpiRequest {
  const request = watchedQuestion(words);
  const { kpi, question } = request;
  const { period, asOfDate } = question;
  if (asOfDate === undefined && period?.kind !== 'calendar' && period?.kind !== 'dates') return request;
  throw usageError(
    'ALERT_PERIOD',
    `"${request.words}" is about dates that stay where they are, and a rule goes on`,
    `Leave the dates out (${kpi.id}: the latest complete days), or write yesterday, 7d or "last month"`,
  );
}

/** What a KPI's numbers are made of: a change of one of these may change them. */
export function topicsOf({ rollups }: Kpi): string[] {
  const facts = rollups.some((rollup) => rollup.stream === 'ticket' && rollup.unsettled) ? ['sla'] : [];
  return [...rollups.map(({ id }) => id), ...facts];
}

/** What asking came to: the result, or why nobody knows. */
export type Asked =
  | { kind: 'result'; result: KpiResult }
  | { kind: 'unknown'; reason: string; late?: readonly string[] };

/** Asks each distinct question once, whoever wants it; of one turn. */
export function createAsking(
  context: LookContext,
): (viewer: string, kpi: Kpi, question: KpiQuestion) => Promise<Asked> {
  const asked = new Map<string, Promise<Asked>>();
  return (viewer, kpi, question) => {
    const key = JSON.stringify([viewer, kpi.id, question]);
    const known = asked.get(key) ?? ask(context, viewer, kpi, question);
    asked.set(key, known);
    return known;
  };
}

async function ask(context: LookContext, viewer: string, kpi: Kpi, question: KpiQuestion): Promise<Asked> {
  const { db, tenant, now, settings, lateStreams } = context;
  const late = lateStreams.filter(({ stream }) => (kpi.streams as readonly string[]).includes(stream));
  if (late.length > 0)
    return {
      kind: 'unknown',
      reason: 'the data is late',
      late: late.map(({ source, stream }) => `${source}: ${stream}`),
    };
  const { target, scenarios } = settings[kpi.id] ?? {};
  const outcome = await askKpi({ db, tenant, viewer, now, target, scenarios }, kpi, question);
  switch (outcome.kind) {
    case 'answered':
      return { kind: 'result', result: outcome.result };
    case 'unknown-value':
      return { kind: 'unknown', reason: `there is no ${outcome.dimension} "${outcome.value}"` };
    case 'unknown-scenario':
      return { kind: 'unknown', reason: `there is no scenario "${outcome.scenario}"` };
    case 'no-snapshots':
      return { kind: 'unknown', reason: 'what was believed on a date is not kept for it' };
    case 'not-permitted':
      return { kind: 'unknown', reason: 'whoever made the rule may not ask it any more' };
  }
}

/** Whether what a question is about may be another one now: what it reads has changed, or the day has. */
export function mayDiffer(
  { changed, lookedAt, health }: { changed: boolean; lookedAt: Temporal.Instant | null; health: string },
  { now, tenant }: Pick<LookContext, 'now' | 'tenant'>,
): boolean {
  if (changed || lookedAt === null || health !== 'ok') return true;
  const dateOf = (at: Temporal.Instant) => at.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
  return dateOf(lookedAt) !== dateOf(now);
}
