import type { KpiRequest } from '../../../answers/parse.ts';
import { changePhrase, shapeOf } from '../../../answers/wording.ts';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import { formatDateRange, formatValue } from '../../../domain/format.ts';
import type { Better, Comparison, KpiResult } from '../../../domain/kpi-result.ts';
import type { DateRange } from '../../../domain/period.ts';
import { dimensionOf } from '../../../kpis/dimensions.ts';
import type { KpiQuestion } from '../../../kpis/question.ts';
import type { Condition, Labels } from '../../condition.ts';
import { type Judged, knownSince } from '../days.ts';
import { ofEach } from '../past.ts';
import type { Asked, Asking } from '../questions.ts';
import type { LookContext, RuleOf } from '../room.ts';
import { stretchesBefore, usualIn, usualOf } from './baseline.ts';

type Rule = RuleOf<'kpi-change'>;
type Direction = AlertRuleOf<'kpi-change'>['direction'];

/** What a rule asks with. */
export interface ChangeDeps {
  ask: Asking;
  /** As of when stretches are asked that were over long before. */
  known: LookContext;
}

/**
 * What has changed in an answer, as of the moment of the context: of the whole, or of each row. `result`: the answer without a
 * comparison, whose period is compared.
 */
export async function changesOf(
  rule: Rule,
  request: KpiRequest,
  result: KpiResult,
  deps: ChangeDeps,
  context: LookContext,
): Promise<Judged> {
  const { kpi, question } = request;
  const { by } = question;
  if (!by) {
    const judged = await changeOf(
      rule,
      request,
      { labels: { kpi: kpi.id }, name: result.title, filters: [] },
      deps,
      context,
    );
    return 'unknown' in judged ? judged : judged.conditions;
  }
  const rows = (result.breakdown?.rows ?? []).filter(({ key }) => key !== null && key !== '');
  const judged = await ofEach(rows, (row) => {
    const own = {
      labels: { kpi: kpi.id, [by]: row.key! },
      name: `${dimensionOf(by).title} ${row.label}`,
      filters: [{ dimension: by, value: row.key! }],
    };
    return changeOf(rule, request, own, deps, context);
  });
  // A row that cannot be told leaves the others known; it stays what it was.
  return judged.flatMap((one) => ('unknown' in one ? (one.held ?? []) : one.conditions));
}

interface Watched {
  labels: Labels;
  name: string;
  filters: KpiQuestion['filters'];
}

type Change = { conditions: Condition[] } | { unknown: string; held?: Condition[] };

async function changeOf(
  rule: Rule,
  { kpi, question, words }: KpiRequest,
  watched: Watched,
  { ask, known }: ChangeDeps,
  context: LookContext,
): Promise<Change> {
  const plain: KpiQuestion = {
    ...{ ...question, by: null, attention: false },
    filters: [...question.filters, ...watched.filters],
  };
  const asked =
    rule.settings.against === 'previous'
      ? await ask(context, rule.viewer, kpi, plain)
      : await againstUsual(
          (at, period, versus) =>
            ask(at, rule.viewer, kpi, { ...plain, ...(period ? { period: datesOf(period) } : {}), versus }),
          context,
          known,
        );
  if (asked === 'usual') return { conditions: [] };
  if (asked.kind === 'unknown') return { unknown: asked.reason };
  const { result } = asked;
  const { comparison } = result;
  const facts = factsOf(watched, result, words, context);
  const severity = rule.policy.importance === 'high' ? 3 : 2;
  const condition = { labels: watched.labels, severity, since: knownSince(result, context), facts } as const;
  switch (stateOf(rule.settings, comparison, kpi.better)) {
    case 'changed':
      return { conditions: [{ ...condition, status: 'firing' }] };
    // Nobody can tell, which is no news: what it was, it stays.
    case 'few':
      return { conditions: [{ ...condition, status: 'between' }] };
    case 'unknown':
      return {
        unknown: comparison ? changePhrase(result, context.tenant.locale) : 'it can be compared with nothing',
        held: [{ ...condition, status: 'between' }],
      };
    case 'same':
      return { conditions: [] };
  }
}

function datesOf({ from, to }: DateRange): KpiQuestion['period'] {
  return { kind: 'dates', from, to };
}

/** The answer against what is usual for such days; `usual` where it is. */
async function againstUsual(
  ask: (at: LookContext, period: DateRange | null, versus: KpiQuestion['versus']) => Promise<Asked>,
  context: LookContext,
  known: LookContext,
): Promise<Asked | 'usual'> {
  const now = await ask(context, null, { kind: 'none' });
  if (now.kind === 'unknown') return now;
  const { period, value } = now.result;
  if (value === null) return { kind: 'unknown', reason: 'there is no number for it' };
  const before = await ofEach(stretchesBefore(period), (stretch) => ask(known, stretch, { kind: 'none' }));
  const stretches = before.flatMap((one) => (one.kind === 'result' ? (usualIn(one.result) ?? []) : []));
  const usual = usualOf(stretches, Number(value));
  if (usual === null) return { kind: 'unknown', reason: `not enough history: ${stretches.length} such stretches` };
  if (usual === 'inside') return 'usual';
  return ask(context, period, { kind: 'dates', ...usual.period });
}

/** Judged by what both numbers rest on, never by the numbers alone; then by what is worth telling. Pure. */
export function stateOf(
  { direction, least }: Pick<AlertRuleOf<'kpi-change'>, 'direction' | 'least'>,
  comparison: Pick<Comparison, 'verdict' | 'change' | 'changeRatio'> | null,
  better: Better,
): 'changed' | 'same' | 'few' | 'unknown' {
  if (!comparison) return 'unknown';
  const { verdict, change, changeRatio } = comparison;
  if (verdict === 'partial' || verdict === 'not-mature' || verdict === 'no-baseline') return 'unknown';
  if (verdict === 'few-cases') return 'few';
  if (verdict === 'same' || verdict === 'too-close' || change === null) return 'same';
  const isWanted = isInDirection(direction, change, better);
  // From nothing to something is a change of more than any share.
  return isWanted && (changeRatio === null || Math.abs(changeRatio) >= least) ? 'changed' : 'same';
}

/** Of what is neither better nor worse every change counts as both. */
export function isInDirection(direction: Direction, change: number, better: Better): boolean {
  switch (direction) {
    case 'any':
      return true;
    case 'up':
      return change > 0;
    case 'down':
      return change < 0;
    default:
      return better === 'neither' || (direction === 'better') === (change > 0 === (better === 'up'));
  }
}

function factsOf({ labels, name }: Watched, result: KpiResult, words: string, { tenant }: LookContext) {
  const { locale } = tenant;
  const { comparison, period } = result;
  const valueText = formatValue(result.value, result.unit, shapeOf(result, locale));
  const days = formatDateRange(period.from, period.to, { year: false });
  const change = comparison?.changeRatio ?? comparison?.change ?? 0;
  const names = Object.fromEntries(
    Object.keys(labels).flatMap((label) => (label === 'kpi' ? [] : [[label, name.slice(name.indexOf(' ') + 1)]])),
  );
  return {
    line: `${name}: ${valueText} (${days}), ${changePhrase(result, locale)}`,
    rank: Math.abs(change),
    value: Number(result.value),
    valueText,
    ...{ words, names },
    extra: { subject: result.kpi, change: Math.sign(comparison?.change ?? 0) },
  };
}
