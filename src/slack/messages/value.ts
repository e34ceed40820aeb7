import type { KnownBlock, MrkdwnElement } from '@slack/types';
import { shapePhrases } from '../../answers/shapes.ts';
import {
  asOfPhrase,
  casesOf,
  caveatPhrases,
  changeMark,
  changePhrase,
  filterPhrase,
  partPhrases,
  periodPhrase,
  shownValue,
  sourcesPhrase,
  targetPhrase,
} from '../../answers/wording.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { context, formatted, header, mrkdwn, paragraph } from '../blocks.ts';

/** The parts of an answer that every message about a result shares. */

export function titleBlock(result: KpiResult, locale: string): KnownBlock {
  const filters = filterPhrase(result, locale);
  return header(filters ? `${result.title} · ${filters}` : result.title);
}

/** `*91.2 %*  ▲ up 3.4 points vs 2–8 Nov (better) · target 90 % met ✓ · 912 of 1,000`: our own words only. */
export function valueBlock(result: KpiResult, locale: string): KnownBlock {
  return formatted(valueLine(result, locale));
}

export function valueLine(result: KpiResult, locale: string): string {
  const target = targetPhrase(result, locale);
  const facts = [
    `${changeMark(result)} ${changePhrase(result, locale)}`.trim(),
    result.target?.met ? `${target} ✓` : target,
    casesOf(result, locale),
  ].filter((fact) => fact !== '');
  return `*${shownValue(result, locale)}*  ${facts.join(' · ')}`.trimEnd();
}

/** Before the value: data that does not reach as far as the question. */
export function staleBlocks(result: KpiResult, locale: string): KnownBlock[] {
  return result.freshness.stale ? caveatPhrases(result, locale).slice(0, 1).map(paragraph) : [];
}

/** Behind the value: its parts, and what it has to be read with. */
export function detailBlocks(result: KpiResult, locale: string): KnownBlock[] {
  const parts = partPhrases(result, locale).join(' · ');
  const caveats = caveatPhrases(result, locale)
    .slice(result.freshness.stale ? 1 : 0)
    .join(' ');
  return [parts, ...shapePhrases(result, locale), caveats].filter((text) => text !== '').map(paragraph);
}

/** `9–15 Nov 2026 · Asia/Jakarta · as of today 08:25 · fresh`; the time in each reader's own zone. */
export function footBlock(result: KpiResult, locale: string, ...more: (string | MrkdwnElement)[]): KnownBlock {
  const facts = [
    periodPhrase(result, locale),
    result.period.timezone,
    asOf(result, locale),
    result.freshness.stale ? 'data is behind' : 'fresh',
    ...(result.receipt ? [`receipt ${result.receipt}`] : []),
  ];
  // Names of sources are from outside: as plain text, whose times are those of the zone before.
  const sources = sourcesPhrase(result, locale);
  return context(mrkdwn(facts.join(' · ')), ...(sources === '' ? [] : [sources]), ...more);
}

function asOf(result: KpiResult, locale: string): string {
  const spoken = asOfPhrase(result, locale);
  if (!result.freshness.asOf) return spoken;
  return `as of ${dateMark(Temporal.Instant.from(result.freshness.asOf), spoken.replace(/^as of /, ''))}`;
}

/** A moment that every reader sees in the own zone; `otherwise` where Slack cannot. For mrkdwn. */
export function dateMark(at: Temporal.Instant, otherwise: string): string {
  return `<!date^${Math.floor(at.epochMilliseconds / 1000)}^{date_short_pretty} {time}|${otherwise}>`;
}
