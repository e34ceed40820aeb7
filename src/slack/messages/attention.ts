import type { KnownBlock } from '@slack/types';
import { attentionLines, attentionSentence } from '../../answers/attention.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { context, richLine, richList } from '../blocks.ts';

/** What needs a person now: first in the answer where something does, else a quiet line. */
export function attentionBlocks({ attention, freshness }: KpiResult, locale: string): KnownBlock[] {
  if (!attention) return [];
  const sentence = attentionSentence(attention, freshness, locale);
  if (attention.tickets === 0) return [context(sentence)];
  const { lines, more } = attentionLines(attention);
  return [
    richLine({ bold: sentence }),
    richList([
      ...lines.map(({ id, facts }) => [{ bold: id }, ` · ${facts}`]),
      ...(more > 0 ? [[`and ${more} more`]] : []),
    ]),
  ];
}
