import { type KpiRequest, parseRequest } from '../answers/parse.ts';
import { splitWords } from '../answers/words.ts';
import { type DateRange, parsePeriod } from '../domain/period.ts';
import { phraseOf, type Rolling, rollingOf, stretchTo } from './period.ts';

/**
 * A question of a template for one report: the words of /kpi with the report's dates written out, so that asking them
 * again asks about the same days.
 */
export function questionFor(words: string, period: DateRange): KpiRequest {
  const { rest, rolling } = take(words);
  const phrase = phraseOf(rolling ? stretchTo(period.to, rolling) : period);
  const request = parseRequest([...rest, phrase]);
  if (request.kind !== 'kpi') throw new Error(`a question of a report is not understood: ${words}`);
  return { ...request, question: { ...request.question, grain: grainOf(rolling) } };
}

/** What is wrong with a question in a template, in a sentence; null for one that can be asked. */
export function problemWith(words: string): string | null {
  const request = parseRequest(splitWords(words));
  if (request.kind === 'misunderstood') {
    const { what, text, choices } = request;
    const near = choices.length > 0 ? `; did you mean ${choices.slice(0, 3).join(' or ')}?` : '';
    return what === 'word' ? `"${text}" is not understood${near}` : `"${text}" is no ${nouns[what]}${near}`;
  }
  if (request.kind !== 'kpi') return 'is no question about a KPI';
  if (request.show === 'csv') return 'a report has no CSV; leave out csv';
  if (request.question.asOfDate !== undefined) return 'a report has its own dates; leave out as-of:';
  const { period } = request.question;
  const isRolling = period === null || period.kind === 'last-days' || period.kind === 'last-units';
  return isRolling ? null : 'a report has its own dates; 28d, 8w or 6m end with it';
}

const nouns = { kpi: 'KPI', dimension: 'dimension of this KPI', period: 'period' } as const;

/** The words without the stretch, and the stretch. */
function take(words: string): { rest: string[]; rolling: Rolling | null } {
  const all = splitWords(words);
  // What follows `by` or `vs` is no period of its own.
  const at = all.findIndex((word, index) => all[index - 1] !== 'vs' && parsePeriod(word) !== null);
  return { rest: all.filter((_, index) => index !== at), rolling: at === -1 ? null : rollingOf(all[at]!) };
}

/** Weeks are drawn by week and months by month; else as the length of the period has it. */
function grainOf(rolling: Rolling | null): KpiRequest['question']['grain'] {
  return rolling?.kind === 'last-units' ? rolling.unit : null;
}
