import { quoteWord, splitWords } from '../answers/words.ts';
import { parsePeriod } from '../domain/period.ts';

/** Edits of a canonical command, for buttons that ask the same with one thing changed. */

/** The same question for another period; what it is compared with stays only where it was named as `vs year`. */
export function withPeriod(command: string, period: string): string {
  const [kpi, ...rest] = splitWords(command);
  const kept = rest.filter((word, index) => parsePeriod(word) === null || rest[index - 1] === 'vs');
  return joined([kpi ?? '', period, ...kept]);
}

/** The same question broken down by a dimension, or not at all. */
export function withBreakdown(command: string, dimension: string | null): string {
  const words = splitWords(command);
  const kept = words.filter((word, index) => word !== 'by' && words[index - 1] !== 'by');
  return joined(dimension === null ? kept : [...kept, 'by', dimension]);
}

/** The same question with its picture instead of a table or CSV. */
export function asChart(command: string): string {
  return joined(splitWords(command).filter((word) => word !== 'table' && word !== 'csv'));
}

/** A filter is quoted behind its colon, everything else as a whole. */
function joined(words: readonly string[]): string {
  return words
    .map((word) => {
      const filter = /^([a-z]+):(.*)$/s.exec(word);
      return filter && parsePeriod(word) === null ? `${filter[1]}:${quoteWord(filter[2] ?? '')}` : quoteWord(word);
    })
    .join(' ');
}
