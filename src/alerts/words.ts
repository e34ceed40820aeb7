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
  /** In the KPI's unit: ratios from 0 to 1, durations in seconds, money in major units. */
  mark: number;
  /** Where it is well again; null: at the mark itself. */
  clear: number | null;
  /** How long it has to be so; null: as is usual. */
  forSeconds: number | null;
  to: SubscribeTo;
  /** The canonical form, without the command's name: read again, it means the same. */
  words: string;
}

export type Side = 'below' | 'above';

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

export type AlertPart = 'question' | 'mark' | 'clear' | 'for' | 'to';

interface Reading {
  side: Side | null;
  /** Values as they were written: what they mean is said by the KPI, which may come behind them. */
  mark: string | null;
  clear: string | null;
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
};

export const alertExample = 'alert sla by team below 85% clear 87% to me';

/**
 * Reads what is behind `/kpi alert`: the words of a question, `below VALUE` or `above VALUE`, and in any order `for 2h`,
 * `clear VALUE`, and `in #channel`, `in here`, `to me`, `to @person` or `to a@b.c`. Values are of the KPI's unit: `85%`,
 * `30 min`, `200`, `IDR 5,000,000`; what could mean two things is asked for. `currency`: of the tenant.
 */
export function parseAlert(
  words: readonly string[],
  { currency }: { currency: string },
): AlertRequest | AlertMisunderstood {
  let reading: Reading = { side: null, mark: null, clear: null, forSeconds: null, to: null, rest: [] };
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
    const mark = takeMark(words.slice(1));
    const used = 1 + (mark?.used ?? 0);
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
  ...{ for: 'for how long', to: 'where it goes' },
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
  if (side === null || reading.mark === null) return misunderstood(withoutMark(asked, kpi, unit), asked);
  const mark = readMarkAs(reading.mark, unit);
  if ('said' in mark) return misunderstood(chosen(mark, 'mark'), { ...asked, mark: null });
  const marked = { ...asked, mark: markWord(mark.value, unit) };
  const clear = reading.clear === null ? mark : readMarkAs(reading.clear, unit);
  if ('said' in clear) return misunderstood(chosen(clear, 'clear'), { ...marked, clear: null });
  if (side === 'below' ? clear.value < mark.value : clear.value > mark.value) {
    const said = `At ${markWord(clear.value, unit)} it is still ${side} ${marked.mark}, where it fires.`;
    return misunderstood({ about: 'clear', said, choices: [] }, { ...marked, clear: null });
  }
  const isOther = clear.value !== mark.value;
  const to = reading.to ?? ({ kind: 'me' } as const);
  const whole = { ...marked, clear: isOther ? markWord(clear.value, unit) : null, to };
  return {
    ...{ kind: 'alert', kpi, question, side, mark: mark.value, clear: isOther ? clear.value : null },
    ...{ forSeconds: reading.forSeconds, to, words: wordsOf(whole) },
  };
}

function withoutMark({ side }: Reading, { better }: Kpi, unit: MarkUnit): Problem {
  const meant = side ?? (better === 'down' ? 'above' : 'below');
  const said = side === null ? 'Below or above which value?' : `${side === 'below' ? 'Below' : 'Above'} which value?`;
  const choices = offeredMarks(unit).map((mark) => ({ choice: `${meant} ${mark}`, change: { side: meant, mark } }));
  return { about: 'mark', said, choices };
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
function wordsOf({ rest, side, mark, clear, forSeconds, to }: Reading): string {
  return [
    ...(rest.length === 1 ? rest : rest.map(quoteWord)),
    ...(side === null ? [] : [side]),
    ...(mark === null ? [] : [mark]),
    ...(forSeconds === null ? [] : [`for ${stretchWord(forSeconds)}`]),
    ...(clear === null ? [] : [`clear ${clear}`]),
    ...(to === null ? [] : [placeWords(to)]),
  ].join(' ');
}
