import { placeOf, placeWords, type SubscribeTo } from '../../answers/subscribe.ts';
import { quoteWord } from '../../answers/words.ts';
import { slaMetrics } from '../../config/alerts.ts';
import { stretchWord, takeMark, takeStretch } from './marks.ts';
import {
  type Against,
  type AlertMisunderstood,
  type AlertPart,
  alertExample,
  isChange,
  riskExample,
  type Side,
} from './wish.ts';

/** What was read so far; null: not said. */
export interface Reading {
  side: Side | null;
  /** Values as they were written: what they mean is said by the KPI, which may come behind them. */
  mark: string | null;
  clear: string | null;
  against: Against | null;
  forSeconds: number | null;
  to: SubscribeTo | null;
  /** It is about tickets at risk, not about a number. */
  isRisk: boolean;
  /** Seconds before a target passes. */
  before: number | null;
  /** Not what is at risk as the policy has it, only what is about to breach. */
  isOnlyBreaches: boolean;
  metrics: readonly SlaMetric[];
  /** Words of the question, or filters of tickets. */
  rest: readonly string[];
}

/** What is wrong, and what could stand in its place. */
export interface Problem {
  about: AlertPart;
  said: string;
  choices: readonly { choice: string; change: Partial<Reading> }[];
}

export type SlaMetric = (typeof slaMetrics)[number];

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
export const usualLeast = '10%';

/** Reads words to their end whatever is wrong, so that a choice comes with everything else that was said. */
export function readWish(words: readonly string[]): { reading: Reading; problem: Problem | undefined } {
  let reading: Reading = {
    ...{ side: null, mark: null, clear: null, against: null, forSeconds: null, to: null, rest: [] },
    ...{ isRisk: false, before: null, isOnlyBreaches: false, metrics: [] },
  };
  let problem: Problem | undefined;
  for (let index = 0; index < words.length; ) {
    const taken = take(words.slice(index), reading);
    problem ??= taken.problem;
    reading = { ...reading, ...taken.change };
    index += taken.used;
  }
  return { reading, problem };
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
  return (
    takeRisk(words, reading) ?? takePlace(words, reading) ?? { used: 1, change: { rest: [...reading.rest, word] } }
  );
}

/** `sla-risk`, `before 30min`, `only breaches` and `metric:resolution`. */
function takeRisk(words: readonly string[], reading: Reading): Taken | undefined {
  const [word = '', next = ''] = words.map((one) => one.toLowerCase());
  const [, name] =
    /^(?:(sla[- ](?:at[- ])?risk|at[- ]risk))(?: |$)/.exec(words.slice(0, 3).join(' ').toLowerCase()) ?? [];
  if (name) {
    const used = name.split(' ').length;
    return reading.isRisk ? again('question', used, name) : { used, change: { isRisk: true } };
  }
  if (word === 'before') {
    const stretch = takeStretch(words.slice(1));
    if (!stretch)
      return wrong(
        'before',
        next === '' ? 1 : 2,
        next === '' ? 'How long before?' : `“${words[1]}” is no length of time.`,
        [
          { choice: 'before 30 min', change: { before: 1800 } },
          { choice: 'before 2 h', change: { before: 7200 } },
        ],
      );
    if (reading.before !== null) return again('before', 1 + stretch.used, word);
    return { used: 1 + stretch.used, change: { before: stretch.seconds } };
  }
  if ((word === 'only' && next === 'breaches') || (word === 'breaches' && next === 'only'))
    return { used: 2, change: { isOnlyBreaches: true } };
  if (!word.startsWith('metric:')) return undefined;
  const named = word.slice('metric:'.length).split(',');
  const metrics = slaMetrics.filter((one) => reading.metrics.includes(one) || named.includes(one));
  const unknown = named.find((one) => !slaMetrics.some((known) => known === one));
  if (unknown === undefined) return { used: 1, change: { metrics } };
  const offered = slaMetrics.map((one) => ({ choice: `metric:${one}`, change: { metrics: [one] } }));
  return wrong('metrics', 1, `“${unknown}” is no target of tickets.`, offered);
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
  ...{ team: 'which teams', priority: 'which priorities', account: 'which accounts' },
  ...{ before: 'how long before', metrics: 'which targets' },
};

/** What is wrong with what was read, with whole commands that put it right. */
export function misunderstood({ about, said, choices }: Problem, reading: Reading): AlertMisunderstood {
  return {
    ...{ kind: 'alert-misunderstood', said, understood: `alert ${wordsOf(reading)}`.trim() },
    choices: choices.map(({ choice }) => choice),
    commands: choices.map(({ change }) => `alert ${wordsOf({ ...reading, ...change })}`),
    ...{ example: reading.isRisk ? riskExample : alertExample, about },
  };
}

/** In the words it is read by; `rest` is one piece where it is canonical, else single words. */
export function wordsOf(reading: Reading): string {
  const { rest, side, mark, clear, against, forSeconds, to, isRisk, before, isOnlyBreaches, metrics } = reading;
  return [
    ...(isRisk ? ['sla-risk'] : []),
    ...(rest.length === 1 ? rest : rest.map(quoteWord)),
    ...(side === null ? [] : [sideWord(side)]),
    ...(mark === null ? [] : side !== null && isChange(side) ? [`by ${mark}`] : [mark]),
    ...(before === null ? [] : [`before ${stretchWord(before)}`]),
    ...(isOnlyBreaches ? ['only breaches'] : []),
    ...metrics.map((one) => `metric:${one}`),
    ...(against === null ? [] : [`against ${against === 'baseline' ? 'usual' : 'before'}`]),
    ...(forSeconds === null ? [] : [`for ${stretchWord(forSeconds)}`]),
    ...(clear === null ? [] : [`clear ${clear}`]),
    ...(to === null ? [] : [placeWords(to)]),
  ].join(' ');
}
