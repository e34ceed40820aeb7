import { type Misunderstood, parseRequest } from '../answers/parse.ts';
import { misunderstoodSentence, placeOf, placeWords, type SubscribeTo } from '../answers/subscribe.ts';
import { quoteWord } from '../answers/words.ts';
import type { Kpi } from '../kpis/kpi.ts';
import {
  type MarkUnit,
  markWord,
  offeredMarks,
  readMarkAs,
  stretchWord,
  takeMark,
  takeStretch,
} from './marks-in-words.ts';

/** A rule that was understood; what was not said is filled in. */
export interface AlertRequest {
  kind: 'alert';
  kpi: Kpi;
  /** What is watched, in canonical words of /kpi. */
  question: string;
  side: Side;
  /**
   * Of a threshold in the KPI's unit: ratios from 0 to 1, durations in seconds, money in major units. Of a change the smallest
   * one that is told, as a share.
   */
  mark: number;
  /** Where it is well again; null: at the mark itself. */
  clear: number | null;
  /** Of a change, what it is told against. */
  against: Against;
  /** How long it has to be so; null: as is usual. */
  forSeconds: number | null;
  to: SubscribeTo;
  /** The canonical form, without the command's name: read again, it means the same. */
  words: string;
}

export type ThresholdSide = 'below' | 'above';
export type ChangeSide = 'worse' | 'better' | 'up' | 'down' | 'any';
export type Side = ThresholdSide | ChangeSide;
export type Against = 'previous' | 'baseline';

/** Whether a rule is about a change rather than a value. */
export function isChange(side: Side): side is ChangeSide {
  return side !== 'below' && side !== 'above';
}

/** What could not be understood, in a sentence, with the closest choices and a whole command that works. */
export interface AlertMisunderstood {
  kind: 'alert-misunderstood';
  said: string;
  /** The part that made sense, in canonical words. */
  understood: string;
  choices: string[];
  /** For each choice the whole command with it in place. */
  commands: string[];
  example: string;
  /** Which part of the wish is wrong. */
  about: AlertPart;
}

export type AlertPart = 'question' | 'mark' | 'clear' | 'against' | 'for' | 'to';

interface Reading {
  side: Side | null;
  /** Values as they were written: what they mean is said by the KPI, which may come behind them. */
  mark: string | null;
  clear: string | null;
  against: Against | null;
  forSeconds: number | null;
  to: SubscribeTo | null;
  /** Words of the question. */
  rest: readonly string[];
}

/** What is wrong, and what could stand in its place. */
interface Problem {
  about: AlertPart;
  said: string;
  choices: readonly { choice: string; change: Partial<Reading> }[];
}

type Taken = { used: number; change: Partial<Reading>; problem?: Problem };

const sides: Readonly<Record<string, Side>> = {
  ...{ below: 'below', under: 'below', '<': 'below', '&lt;': 'below' },
  ...{ above: 'above', over: 'above', '>': 'above', '&gt;': 'above' },
  ...{ worse: 'worse', worsens: 'worse', better: 'better', improves: 'better' },
  ...{ up: 'up', rises: 'up', down: 'down', falls: 'down', drops: 'down', changed: 'any', changes: 'any' },
};

/** The word of a side that is read as the same. */
const sideWord = (side: Side): string => (side === 'any' ? 'changed' : side);

const opponents: Readonly<Record<string, Against>> = {
  ...{ before: 'previous', previous: 'previous', usual: 'baseline', baseline: 'baseline' },
};

/** A smaller change, as a share, tells nobody anything where nothing else is said. */
const usualLeast = '10%';

export const alertExample = 'alert sla by team below 85% clear 87% to me';

/**
 * Reads what is behind `/kpi alert`: the words of a question, `below VALUE` or `above VALUE`, or `worse by 10%` (`better`, `up`,
 * `down`, `changed`) with `against before` or `against usual`, and in any order `for 2h`, `clear VALUE`, and `in #channel`, `in here`, `to me`, `to @person` or `to a@b.c`. Values are of the KPI's unit: `85%`,
 * `30 min`, `200`, `IDR 5,000,000`; what could mean two things is asked for. `currency`: of the tenant.
 */
export function parseAlert(
  words: readonly string[],
  { currency }: { currency: string },
): AlertRequest | AlertMisunderstood {
  let reading: Reading = { side: null, mark: null, clear: null, against: null, forSeconds: null, to: null, rest: [] };
  let problem: Problem | undefined;
  // Read to the end whatever is wrong: a choice then comes with everything else that was said.
  for (let index = 0; index < words.length; ) {
    const taken = take(words.slice(index), reading);
    problem ??= taken.problem;
    reading = { ...reading, ...taken.change };
    index += taken.used;
  }
  return problem ? misunderstood(problem, reading) : complete(reading, currency);
}

function take(words: readonly string[], reading: Reading): Taken {
  const [word = '', next = ''] = words;
  const lower = word.toLowerCase();
  const side = Object.hasOwn(sides, lower) ? sides[lower] : undefined;
  if (side) {
    // `worse by 10%`; but `worse by team` breaks the question down.
    const by = isChange(side) && next.toLowerCase() === 'by' && takeMark(words.slice(2)) ? 1 : 0;
    const mark = takeMark(words.slice(1 + by));
    const used = 1 + by + (mark?.used ?? 0);
    if (reading.side !== null) return again('mark', used, word);
    return { used, change: { side, mark: mark?.text ?? null } };
  }
  if (lower === 'clear') {
    const head = next.toLowerCase() === 'at' ? 2 : 1;
    const mark = takeMark(words.slice(head));
    if (!mark) return wrong('clear', head, 'Well again at which value?', []);
    if (reading.clear !== null) return again('clear', head + mark.used, word);
    return { used: head + mark.used, change: { clear: mark.text } };
  }
  if (lower === 'against') {
    const against = Object.hasOwn(opponents, next.toLowerCase()) ? opponents[next.toLowerCase()] : undefined;
    const used = next === '' ? 1 : 2;
    if (reading.against !== null) return again('against', used, word);
    if (against) return { used, change: { against } };
    return wrong('against', used, next === '' ? 'Against what?' : `“${next}” is nothing to compare with.`, [
      { choice: 'against before', change: { against: 'previous' } },
      { choice: 'against usual', change: { against: 'baseline' } },
    ]);
  }
  if (lower === 'for') {
    const stretch = takeStretch(words.slice(1));
    if (!stretch)
      return wrong('for', next === '' ? 1 : 2, next === '' ? 'For how long?' : `“${next}” is no length of time.`, [
        { choice: 'for 30 min', change: { forSeconds: 1800 } },
        { choice: 'for 2 h', change: { forSeconds: 7200 } },
      ]);
    if (reading.forSeconds !== null) return again('for', 1 + stretch.used, word);
    return { used: 1 + stretch.used, change: { forSeconds: stretch.seconds } };
  }
  return takePlace(words, reading) ?? { used: 1, change: { rest: [...reading.rest, word] } };
}

function takePlace(words: readonly string[], reading: Reading): Taken | undefined {
  const [word = '', next = ''] = words;
  const isLed = /^(in|to)$/i.test(word);
  const used = isLed ? 2 : 1;
  const to = isLed ? placeBehind(word, next) : placeOf(word);
  if (to === undefined) {
    if (!isLed) return undefined;
    const said = next === '' ? 'Where to?' : `“${next}” is neither me, a channel, a person nor an e-mail address.`;
    return wrong('to', next === '' ? 1 : 2, said, [{ choice: 'to me', change: { to: { kind: 'me' } } }]);
  }
  if (reading.to !== null) return again('to', used, words.slice(0, used).join(' '));
  return { used, change: { to } };
}

function placeBehind(word: string, next: string): SubscribeTo | undefined {
  const named = `${word} ${next}`.toLowerCase();
  if (named === 'to me') return { kind: 'me' };
  return named === 'in here' || named === 'to here' ? { kind: 'here' } : placeOf(next);
}

function wrong(about: AlertPart, used: number, said: string, choices: Problem['choices']): Taken {
  return { used, change: {}, problem: { about, said, choices } };
}

/** Said a second time it is not clear what is meant. */
function again(about: AlertPart, used: number, word: string): Taken {
  return wrong(about, used, `“${word}” says ${partNames[about]} a second time.`, []);
}

const partNames: Readonly<Record<AlertPart, string>> = {
  ...{ question: 'what is watched', mark: 'where it fires', clear: 'where it is well again' },
  ...{ against: 'what it is compared with', for: 'for how long', to: 'where it goes' },
};

function complete(reading: Reading, tenantCurrency: string): AlertRequest | AlertMisunderstood {
  const request = parseRequest(reading.rest);
  if (request.kind !== 'kpi') return misunderstood(problemOf(request, reading), withoutQuestion(request, reading));
  const { kpi } = request;
  // A rule shows no table.
  const question = request.words.replace(/ (?:table|csv)$/, '');
  const asked = { ...reading, rest: [question] };
  const unit = { ...kpi, currency: kpi.currency ?? tenantCurrency };
  const { side } = reading;
  if (side === null) return misunderstood(withoutMark(asked, kpi, unit), asked);
  return isChange(side) ? ofChange(side, asked, kpi) : ofThreshold(side, asked, { kpi, unit });
}

function ofThreshold(
  side: ThresholdSide,
  asked: Reading,
  { kpi, unit }: { kpi: Kpi; unit: MarkUnit },
): AlertRequest | AlertMisunderstood {
  if (asked.against !== null) {
    const choices = [{ choice: 'worse by 10%', change: { side: 'worse' as const, mark: usualLeast, clear: null } }];
    return misunderstood({ about: 'against', said: 'A value is compared with nothing.', choices }, asked);
  }
  if (asked.mark === null) return misunderstood(withoutMark(asked, kpi, unit), asked);
  const mark = readMarkAs(asked.mark, unit);
  if ('said' in mark) return misunderstood(chosen(mark, 'mark'), { ...asked, mark: null });
  const marked = { ...asked, mark: markWord(mark.value, unit) };
  const clear = asked.clear === null ? mark : readMarkAs(asked.clear, unit);
  if ('said' in clear) return misunderstood(chosen(clear, 'clear'), { ...marked, clear: null });
  if (side === 'below' ? clear.value < mark.value : clear.value > mark.value) {
    const said = `At ${markWord(clear.value, unit)} it is still ${side} ${marked.mark}, where it fires.`;
    return misunderstood({ about: 'clear', said, choices: [] }, { ...marked, clear: null });
  }
  const isOther = clear.value !== mark.value;
  const whole = { ...marked, clear: isOther ? markWord(clear.value, unit) : null };
  return request(whole, { kpi, side, mark: mark.value, clear: isOther ? clear.value : null, against: 'previous' });
}

function ofChange(side: ChangeSide, asked: Reading, kpi: Kpi): AlertRequest | AlertMisunderstood {
  const unit: MarkUnit = { unit: 'ratio', currency: '' };
  if (asked.clear !== null)
    return misunderstood(
      { about: 'clear', said: 'A change is over when it is; it clears at no value.', choices: [] },
      { ...asked, clear: null },
    );
  const least = readMarkAs(asked.mark ?? usualLeast, unit);
  if ('said' in least) return misunderstood(chosen(least, 'mark'), { ...asked, mark: null });
  if (least.value > 1) {
    const said = 'A change of more than 100 % is out of reach.';
    return misunderstood({ about: 'mark', said, choices: [] }, { ...asked, mark: null });
  }
  const against = asked.against ?? 'previous';
  const whole = { ...asked, mark: markWord(least.value, unit), against };
  return request(whole, { kpi, side, mark: least.value, clear: null, against });
}

function request(
  reading: Reading,
  read: Pick<AlertRequest, 'kpi' | 'side' | 'mark' | 'clear' | 'against'>,
): AlertRequest {
  const to = reading.to ?? ({ kind: 'me' } as const);
  const { forSeconds, rest } = reading;
  return { kind: 'alert', ...read, question: rest.join(' '), forSeconds, to, words: wordsOf({ ...reading, to }) };
}

function withoutMark({ side }: Reading, { better }: Kpi, unit: MarkUnit): Problem {
  const meant = side ?? (better === 'down' ? 'above' : 'below');
  const said = side === null ? 'Below or above which value?' : `${side === 'below' ? 'Below' : 'Above'} which value?`;
  const choices = offeredMarks(unit).map((mark) => ({ choice: `${meant} ${mark}`, change: { side: meant, mark } }));
  const change = { choice: 'worse by 10%', change: { side: 'worse' as const, mark: usualLeast, clear: null } };
  return { about: 'mark', said, choices: side === null ? [...choices, change] : choices };
}

function chosen({ said, choices }: { said: string; choices: readonly string[] }, key: 'mark' | 'clear'): Problem {
  return { about: key, said, choices: choices.map((choice) => ({ choice, change: { [key]: choice } })) };
}

type NoQuestion = Exclude<ReturnType<typeof parseRequest>, { kind: 'kpi' }>;

function problemOf(request: NoQuestion, { rest }: Reading): Problem {
  if (request.kind !== 'misunderstood') {
    const said = rest.length === 0 ? 'Which number?' : `“${rest.join(' ')}” is no number that can be watched.`;
    const choices = ['sla', 'backlog', 'csat'].map((id) => ({ choice: id, change: { rest: [id] } }));
    return { about: 'question', said, choices };
  }
  return {
    about: 'question',
    said: misunderstoodSentence(request),
    choices: request.choices.map((choice, index) => ({
      choice,
      change: { rest: [request.commands[index] ?? choice] },
    })),
  };
}

function withoutQuestion(request: NoQuestion | Misunderstood, reading: Reading): Reading {
  const understood = request.kind === 'misunderstood' ? request.understood : '';
  return { ...reading, rest: understood === '' ? [] : [understood] };
}

function misunderstood({ about, said, choices }: Problem, reading: Reading): AlertMisunderstood {
  return {
    ...{ kind: 'alert-misunderstood', said, understood: `alert ${wordsOf(reading)}`.trim() },
    choices: choices.map(({ choice }) => choice),
    commands: choices.map(({ change }) => `alert ${wordsOf({ ...reading, ...change })}`),
    ...{ example: alertExample, about },
  };
}

/** In the words it is read by; `rest` is one piece where it is canonical, else single words. */
function wordsOf({ rest, side, mark, clear, against, forSeconds, to }: Reading): string {
  return [
    ...(rest.length === 1 ? rest : rest.map(quoteWord)),
    ...(side === null ? [] : [sideWord(side)]),
    ...(mark === null ? [] : side !== null && isChange(side) ? [`by ${mark}`] : [mark]),
    ...(against === null ? [] : [`against ${against === 'baseline' ? 'usual' : 'before'}`]),
    ...(forSeconds === null ? [] : [`for ${stretchWord(forSeconds)}`]),
    ...(clear === null ? [] : [`clear ${clear}`]),
    ...(to === null ? [] : [placeWords(to)]),
  ].join(' ');
}
