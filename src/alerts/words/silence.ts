import { quoteWord } from '../../answers/words.ts';
import { closest } from '../../lib/closest.ts';
import { alertRooms } from '../kinds/index.ts';
import { stretchWord, takeStretch } from './marks.ts';

/** What is to be kept quiet, and for how long, as it was said. */
export interface SilenceRequest {
  kind: 'silence';
  /** Name or number of a rule; null: of incidents by their labels. */
  rule: string | null;
  /** All of them have to hold; of several values of one label one does. */
  labels: ReadonlyMap<string, readonly string[]>;
  seconds: number;
  /** Empty where nothing was said. */
  why: string;
}

/** What could not be understood, with whole commands that work. */
export interface SilenceMisunderstood {
  kind: 'silence-misunderstood';
  said: string;
  understood: string;
  choices: string[];
  commands: string[];
  example: string;
}

export const silenceExample = 'alerts silence team:Delivery 2h because maintenance';

const labelNames: readonly string[] = [...new Set(alertRooms.flatMap(({ labels }) => labels))];

interface Reading {
  rule: string | null;
  labels: Map<string, string[]>;
  seconds: number | null;
  why: string;
}

/**
 * Reads what is behind `/kpi alerts silence`: a rule by name or number, or labels as `team:Delivery`, and for how long, then
 * `because` and the reason.
 */
export function parseSilence(words: readonly string[]): SilenceRequest | SilenceMisunderstood {
  const end = words.findIndex((word) => /^because:?$/i.test(word));
  const reading: Reading = {
    ...{ rule: null, labels: new Map<string, string[]>(), seconds: null },
    why: end === -1 ? '' : words.slice(end + 1).join(' '),
  };
  const said = end === -1 ? words : words.slice(0, end);
  for (let index = 0; index < said.length; ) {
    const word = said[index]!;
    const lead = /^for$/i.test(word) ? 1 : 0;
    const stretch = takeStretch(said.slice(index + lead));
    if (stretch) {
      if (reading.seconds !== null) return wrong(`“${word}” says for how long a second time.`, reading, []);
      reading.seconds = stretch.seconds;
      index += lead + stretch.used;
      continue;
    }
    const problem = takeWhat(word, reading);
    if (problem) return problem;
    index += 1;
  }
  const { rule, labels, seconds, why } = reading;
  if (rule === null && labels.size === 0) return wrong('What is to be kept quiet?', reading, []);
  if (rule !== null && labels.size > 0)
    return wrong(`A rule and labels together are too much: “${rule}” already says which incidents.`, reading, []);
  if (seconds === null)
    return wrong('For how long?', reading, [
      { choice: 'for 2 h', change: { seconds: 7_200 } },
      { choice: 'for 1 d', change: { seconds: 86_400 } },
    ]);
  return { kind: 'silence', rule, labels, seconds, why };
}

function takeWhat(word: string, reading: Reading): SilenceMisunderstood | undefined {
  const [, label, text = ''] = /^([a-z]+)[:=](.*)$/i.exec(word) ?? [];
  const name = label?.toLowerCase();
  const value = text.trim();
  if (name === undefined || name === 'rule') {
    if (reading.rule !== null) return wrong(`“${word}” is a second rule.`, reading, []);
    reading.rule = name === undefined ? word : value;
    return undefined;
  }
  if (!labelNames.includes(name)) {
    const choices = closest(name, labelNames).map((choice) => ({
      ...{ choice: `${choice}:${value}` },
      change: { labels: new Map([...reading.labels, [choice, [value]]]), seconds: reading.seconds ?? 7_200 },
    }));
    return wrong(`Incidents have no label “${label}”; they have ${labelNames.join(', ')}.`, reading, choices);
  }
  if (value === '') return wrong(`Which ${name}?`, reading, []);
  reading.labels.set(name, [...(reading.labels.get(name) ?? []), value]);
  return undefined;
}

function wrong(
  said: string,
  reading: Reading,
  choices: readonly { choice: string; change: Partial<Reading> }[],
): SilenceMisunderstood {
  return {
    ...{ kind: 'silence-misunderstood', said, understood: commandOf(reading) },
    choices: choices.map(({ choice }) => choice),
    commands: choices.map(({ change }) => commandOf({ ...reading, ...change })),
    example: silenceExample,
  };
}

function commandOf({ rule, labels, seconds, why }: Reading): string {
  return [
    'alerts silence',
    ...(rule === null ? [] : [quoteWord(rule)]),
    ...[...labels].flatMap(([name, values]) => values.map((value) => `${name}:${quoteWord(value)}`)),
    ...(seconds === null ? [] : [stretchWord(seconds)]),
    ...(why === '' ? [] : [`because ${why}`]),
  ].join(' ');
}
