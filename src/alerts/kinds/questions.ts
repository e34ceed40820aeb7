import { type KpiRequest, parseRequest } from '../../answers/parse.ts';
import { splitWords } from '../../answers/words.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { type AskContext, type AskOutcome, askKpi } from '../../kpis/ask.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import type { KpiQuestion } from '../../kpis/question.ts';
import { CremaError, usageError } from '../../lib/errors.ts';
import type { Look } from '../condition.ts';
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

/** Asks with the rights of a viewer, as of the moment of a context. */
export type Asking = (context: LookContext, viewer: string, kpi: Kpi, question: KpiQuestion) => Promise<Asked>;

/** Asks each distinct question once, whoever wants it; of one turn. */
export function createAsking(): Asking {
  const asked = new Map<string, Promise<unknown>>();
  return (context, viewer, kpi, question) => {
    const answers = context.answers ?? asked;
    const key = JSON.stringify(['asked', context.now, viewer, kpi.id, question]);
    const known = (answers.get(key) as Promise<Asked> | undefined) ?? ask(context, viewer, kpi, question);
    answers.set(key, known);
    return known;
  };
}

/** Looks at rules one by one; settings that mean nothing any more keep their own rule from being known, and no other. */
export async function lookAtEach<R extends { ruleId: number }>(
  rules: readonly R[],
  look: (rule: R) => Promise<Look>,
): Promise<Map<number, Look>> {
  const looks = new Map<number, Look>();
  for (const rule of rules) {
    try {
      looks.set(rule.ruleId, await look(rule));
    } catch (error) {
      if (!(error instanceof CremaError)) throw error;
      looks.set(rule.ruleId, { kind: 'unknown', reason: error.message });
    }
  }
  return looks;
}

async function ask(context: LookContext, viewer: string, kpi: Kpi, question: KpiQuestion): Promise<Asked> {
  const late = lateFor(kpi, context);
  if (late) return late;
  const outcome = await askKpi(askedWith(context, viewer, kpi), kpi, question);
  return outcome.kind === 'answered' ? { kind: 'result', result: outcome.result } : unknownFrom(outcome);
}

type Unknown = Extract<Asked, { kind: 'unknown' }>;

/** Numbers of late data are not looked at: nobody knows what they would be. */
export function lateFor(kpi: Kpi, { lateStreams }: LookContext): Unknown | null {
  const late = lateStreams.filter(({ stream }) => (kpi.streams as readonly string[]).includes(stream));
  if (late.length === 0) return null;
  return {
    kind: 'unknown',
    reason: 'the data is late',
    late: late.map(({ source, stream }) => `${source}: ${stream}`),
  };
}

/** With what a KPI is asked for a rule. */
export function askedWith({ db, tenant, now, settings }: LookContext, viewer: string, kpi: Kpi): AskContext {
  const { target, scenarios } = settings[kpi.id] ?? {};
  return { db, tenant, viewer, now, target, scenarios };
}

/** Why a question has no answer, in words. */
export function unknownFrom(outcome: Exclude<AskOutcome, { kind: 'answered' }>): Unknown {
  switch (outcome.kind) {
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

/** Whether data that a question needs is late. */
export function isLate({ streams }: Kpi, { lateStreams }: Pick<LookContext, 'lateStreams'>): boolean {
  return lateStreams.some(({ stream }) => (streams as readonly string[]).includes(stream));
}

/** The local date of a moment. */
export function localDay(at: Temporal.Instant, { tenant }: Pick<LookContext, 'tenant'>): string {
  return at.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
}
