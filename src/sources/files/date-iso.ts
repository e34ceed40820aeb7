import { digitAt, numberStep, offsetStep, type Parts, type Step } from './date-parts.ts';

const colonOffset = offsetStep({ colon: true, minutes: true, zulu: true });
const shortOffset = offsetStep({ colon: false, minutes: false, zulu: true });
const yearStep = numberStep('year', 4, 4);
const isoSteps = (['month', 'day', 'hour', 'minute', 'second'] as const).map((slot) => numberStep(slot, 2, 2));

/** `2026-03-01`, `2026-03-01T08:30`, with seconds, a fraction and an offset or Z; a space may stand for the T. */
export function readIso(text: string, start: number, parts: Parts): number {
  const [month, day, hour, minute, second] = isoSteps as [Step, Step, Step, Step, Step];
  let at = yearStep(text, start, parts);
  if (at < 0 || text[at] !== '-') return -1;
  at = month(text, at + 1, parts);
  if (at < 0 || text[at] !== '-') return -1;
  at = day(text, at + 1, parts);
  if (at < 0 || at === text.length) return at;
  if (text[at] !== 'T' && text[at] !== ' ' && text[at] !== 't') return -1;
  at = hour(text, at + 1, parts);
  if (at < 0 || text[at] !== ':') return -1;
  at = minute(text, at + 1, parts);
  if (at < 0) return -1;
  if (text[at] === ':') {
    at = second(text, at + 1, parts);
    if (at < 0) return -1;
    if (text[at] === '.' || text[at] === ',') {
      const first = at + 1;
      for (at = first; digitAt(text, at) >= 0; at++) {
        if (at - first < 6) parts.micro += digitAt(text, at) * 10 ** (5 - (at - first));
      }
      if (at === first) return -1;
    }
  }
  if (at === text.length) return at;
  const end = colonOffset(text, at, parts);
  return end < 0 ? shortOffset(text, at, parts) : end;
}
