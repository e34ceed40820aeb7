import { type Cadence, cadenceWords, readTime, takeCadence, zoneNamed, zonesLike } from '../domain/cadence.ts';
import { closest } from '../lib/closest.ts';
import { readAddress } from '../lib/mailbox.ts';
import { type Misunderstood, parseRequest } from './parse.ts';
import { quoteWord } from './words.ts';

/** Where it goes, as it was said. */
export type SubscribeTo =
  | { kind: 'me' }
  /** The conversation in which it was said. */
  | { kind: 'here' }
  | { kind: 'channel'; id: string }
  | { kind: 'channel name'; name: string }
  | { kind: 'person'; id: string }
  | { kind: 'address'; address: string };

export type SubscribeWhat = { kind: 'digest' | 'report' | 'kpi'; subject: string };

/** A wish that was understood; what was not said is filled in but for the zone, which is the person's. */
export interface SubscribeRequest {
  kind: 'subscribe';
  what: SubscribeWhat;
  cadence: Cadence;
  /** `HH:MM` */
  at: string;
  timezone: string | null;
  to: SubscribeTo;
  /** The canonical form, without the command's name: read again, it means the same. */
  words: string;
}

/** What could not be understood, in a sentence, with the closest choices and a whole command that works. */
export interface SubscribeMisunderstood {
  kind: 'subscribe-misunderstood';
  said: string;
  /** The part that made sense, in canonical words. */
  understood: string;
  choices: string[];
  /** For each choice the whole command with it in place. */
  commands: string[];
  example: string;
}

/** Templates there are, by what they are of. The first of each is meant where none is named. */
export interface Templates {
  digest: readonly string[];
  report: readonly string[];
}

/** Those that are there without any configuration. */
export const builtInTemplates: Templates = { digest: ['morning-coffee'], report: ['weekly', 'monthly'] };

const usual = {
  digest: { cadence: { kind: 'weekdays' }, at: '08:30' },
  report: { cadence: { kind: 'weekly', day: 1 }, at: '08:00' },
  kpi: { cadence: { kind: 'daily' }, at: '09:00' },
} as const satisfies Record<SubscribeWhat['kind'], { cadence: Cadence; at: string }>;

const examples = {
  digest: 'subscribe digest weekdays at 08:30',
  report: 'subscribe report weekly mon at 08:00 in #leadership',
  kpi: 'subscribe sla 7d by team daily at 09:00',
} as const;

interface Reading {
  kind: 'digest' | 'report' | null;
  cadence: Cadence | null;
  at: string | null;
  timezone: string | null;
  to: SubscribeTo | null;
  /** Words of the question, or the name of the template. */
  rest: string[];
}

/** A part of the wish at the head of words, or why it makes none. */
type Taken = { used: number; change: Partial<Reading> } | { problem: SubscribeMisunderstood };

/**
 * Reads what is behind `/kpi subscribe`: `ID...`, `digest [NAME]` or `report [NAME]`, with `daily`, `weekdays`,
 * `weekly mon` or `monthly 1`, `at 08:30`, `in ZONE`, and `in #channel`, `to me`, `to @person` or `to a@b.c`, in any order.
 * Channels, people and addresses may come as Slack writes them: `<#C012AB3CD|general>`, `<@U012AB3CD>`, `<mailto:a@b.c|a@b.c>`.
 */
export function parseSubscribe(
  words: readonly string[],
  templates: Templates,
): SubscribeRequest | SubscribeMisunderstood {
  let reading: Reading = { kind: null, cadence: null, at: null, timezone: null, to: null, rest: [] };
  for (let index = 0; index < words.length; ) {
    const taken = take(words.slice(index), reading, templates);
    if ('problem' in taken) return taken.problem;
    reading = { ...reading, ...taken.change };
    index += taken.used;
  }
  return reading.kind === null ? ofQuestion(reading) : ofTemplate(reading.kind, reading, templates);
}

function take(words: readonly string[], reading: Reading, templates: Templates): Taken {
  const [word = '', next = ''] = words;
  const lower = word.toLowerCase();
  if ((lower === 'digest' || lower === 'report') && reading.kind === null) {
    // `report weekly` names it, `report weekly mon` says how often.
    const isNamed = templates[lower].includes(next.toLowerCase()) && takeCadence(words.slice(1))?.used !== 2;
    return isNamed
      ? { used: 2, change: { kind: lower, rest: [...reading.rest, next] } }
      : { used: 1, change: { kind: lower } };
  }
  const cadence = takeCadence(words);
  if (cadence) return once(reading, 'cadence', cadence.cadence, cadence.used, words);
  if (lower === 'at') {
    const time = readTime(next);
    if (time === undefined)
      return misread(
        next === '' ? 'At what time?' : `“${next}” is no time of day.`,
        ['08:30', '18:00'],
        reading,
        (at) => ({ at }),
      );
    return once(reading, 'at', time, 2, words);
  }
  const time = /^\d{1,2}[:.]\d{2}/.test(word) || /^\d{1,2}[ap]m$/i.test(word) ? readTime(word) : undefined;
  if (time !== undefined) return once(reading, 'at', time, 1, words);
  const place = placeOf(word);
  if (place) return once(reading, 'to', place, 1, words);
  if (lower === 'to') {
    const to = next.toLowerCase() === 'me' ? ({ kind: 'me' } as const) : placeOf(next);
    if (to) return once(reading, 'to', to, 2, words);
    return misread(
      next === '' ? 'To whom?' : `“${next}” is neither me, a channel, a person nor an e-mail address.`,
      ['me'],
      reading,
      () => ({
        to: { kind: 'me' },
      }),
    );
  }
  if (lower === 'in') return takeIn(words, reading);
  if (word.includes('/')) {
    const zone = zoneNamed(word);
    if (zone !== undefined) return once(reading, 'timezone', zone, 1, words);
  }
  return { used: 1, change: { rest: [...reading.rest, word] } };
}

function takeIn(words: readonly string[], reading: Reading): Taken {
  const [, next = ''] = words;
  if (next.toLowerCase() === 'here') return once(reading, 'to', { kind: 'here' }, 2, words);
  const place = placeOf(next);
  if (place) return once(reading, 'to', place, 2, words);
  const zone = zoneNamed(next);
  if (zone !== undefined) return once(reading, 'timezone', zone, 2, words);
  const near = zonesLike(next, closest);
  return misread(
    next === '' ? 'In which channel or time zone?' : `“${next}” is neither a time zone nor a #channel.`,
    near.length > 0 ? near : ['Europe/Berlin', 'America/New_York', 'Asia/Jakarta'],
    reading,
    (timezone) => ({ timezone }),
  );
}

/** Said a second time, with something else, it is not clear what is meant. */
function once<Key extends 'cadence' | 'at' | 'timezone' | 'to'>(
  reading: Reading,
  key: Key,
  value: NonNullable<Reading[Key]>,
  used: number,
  words: readonly string[],
): Taken {
  if (reading[key] === null) return { used, change: { [key]: value } };
  const said = words.slice(0, used).join(' ');
  const what = { cadence: 'how often', at: 'the time', timezone: 'the time zone', to: 'where it goes' }[key];
  return {
    problem: {
      ...{ kind: 'subscribe-misunderstood', understood: understoodOf(reading), choices: [], commands: [] },
      said: `“${said}” says ${what} a second time.`,
      example: exampleOf(reading),
    },
  };
}

/** A channel, person or address as Slack writes them or as people type them. */
export function placeOf(word: string): SubscribeTo | undefined {
  const channel = /^<#([CG][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(word)?.[1];
  if (channel !== undefined) return { kind: 'channel', id: channel };
  const person = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(word)?.[1];
  if (person !== undefined) return { kind: 'person', id: person };
  const name = /^#([^\s#<>@]{1,80})$/.exec(word)?.[1];
  if (name !== undefined) return { kind: 'channel name', name: name.toLowerCase() };
  const address = /^<mailto:([^|>]+)(?:\|[^>]*)?>$/.exec(word)?.[1] ?? word;
  const read = readAddress(address);
  return read === undefined ? undefined : { kind: 'address', address: read };
}

function ofQuestion(reading: Reading): SubscribeRequest | SubscribeMisunderstood {
  const { rest } = reading;
  if (rest.length === 0) {
    const choices = ['digest', 'report', 'sla'];
    return misunderstood('Subscribe to what?', choices, reading, (choice) => withWords(reading, choice));
  }
  const request = parseRequest(rest);
  if (request.kind === 'kpi') return complete({ kind: 'kpi', subject: request.words }, reading);
  const problem = request.kind === 'misunderstood' ? request : parseRequest(['', ...rest]);
  if (problem.kind !== 'misunderstood') return misunderstood(`I cannot send “${rest.join(' ')}”.`, [], reading, String);
  const kinds = problem.what === 'kpi' ? closest(problem.text, ['digest', 'report']) : [];
  const said = misunderstoodSentence(problem);
  const questions = problem.choices.map((choice, index) => [choice, problem.commands[index] ?? choice] as const);
  const offers = [...kinds.map((kind) => [kind, kind] as const), ...questions].slice(0, 5);
  return {
    ...{
      kind: 'subscribe-misunderstood',
      said,
      understood: understoodOf({ ...reading, rest: [] }, problem.understood),
    },
    choices: offers.map(([choice]) => choice),
    commands: offers.map(([, command]) => `subscribe ${withWords(reading, command)}`),
    example: examples.kpi,
  };
}

/** What of a question was not understood, in a sentence. */
export function misunderstoodSentence({ what, text }: Pick<Misunderstood, 'what' | 'text'>): string {
  switch (what) {
    case 'kpi':
      return `There is no KPI “${text}”.`;
    case 'dimension':
      return text === '' ? 'By what?' : `This KPI has no dimension “${text}”.`;
    case 'period':
      return `“${text}” is no period I know, or one too many.`;
    case 'word':
      return `I do not understand “${text}”.`;
  }
}

/** A report that is named by how often it comes needs no name. */
function ofTemplate(
  kind: 'digest' | 'report',
  reading: Reading,
  templates: Templates,
): SubscribeRequest | SubscribeMisunderstood {
  const known = templates[kind];
  const [name, ...more] = reading.rest;
  const byCadence = reading.cadence && known.find((one) => one === reading.cadence?.kind);
  if (name === undefined) return complete({ kind, subject: byCadence ?? known[0] ?? kind }, reading);
  const found = known.find((one) => one === name.toLowerCase());
  if (found === undefined || more.length > 0) {
    const wrong = found === undefined ? name : (more[0] ?? '');
    const near = found === undefined ? closest(wrong, known) : [];
    return misunderstood(
      found === undefined ? `There is no ${kind} “${wrong}”.` : `I do not understand “${wrong}”.`,
      found === undefined ? (near.length > 0 ? near : known).slice(0, 5) : [],
      { ...reading, rest: found === undefined ? [] : [found] },
      (choice) => withWords(reading, `${kind} ${choice}`),
    );
  }
  return complete({ kind, subject: found }, reading);
}

function complete(what: SubscribeWhat, reading: Reading): SubscribeRequest {
  const { timezone } = reading;
  // What is called monthly comes monthly unless somebody says otherwise.
  const named = what.kind === 'report' ? takeCadence([what.subject])?.cadence : undefined;
  const cadence = reading.cadence ?? named ?? usual[what.kind].cadence;
  const at = reading.at ?? usual[what.kind].at;
  const to = reading.to ?? { kind: 'me' };
  const request = { kind: 'subscribe', what, cadence, at, timezone, to } as const;
  return { ...request, words: subscribeWords(request) };
}

/** In the words it is read by. */
export function subscribeWords({
  what,
  cadence,
  at,
  timezone,
  to,
}: Pick<SubscribeRequest, 'what' | 'cadence' | 'at' | 'timezone' | 'to'>): string {
  return [
    ...(what.kind === 'kpi' ? [] : [what.kind]),
    // `report weekly mon` is the weekly one without its being named.
    ...(what.kind === 'report' && what.subject === cadence.kind ? [] : [what.subject]),
    ...scheduleWords({ cadence, at, timezone, to }),
  ].join(' ');
}

function scheduleWords({ cadence, at, timezone, to }: Pick<Reading, 'cadence' | 'at' | 'timezone' | 'to'>): string[] {
  return [
    ...(cadence ? [cadenceWords(cadence)] : []),
    ...(at === null ? [] : [`at ${at}`]),
    ...(timezone === null ? [] : [`in ${timezone}`]),
    ...(to === null ? [] : [placeWords(to)]),
  ];
}

/** In the words it is read by. */
export function placeWords(to: SubscribeTo): string {
  switch (to.kind) {
    case 'me':
      return 'to me';
    case 'here':
      return 'in here';
    case 'channel':
      return `in <#${to.id}>`;
    case 'channel name':
      return `in #${to.name}`;
    case 'person':
      return `to <@${to.id}>`;
    case 'address':
      return `to ${to.address}`;
  }
}

function misread(
  said: string,
  choices: readonly string[],
  reading: Reading,
  change: (choice: string) => Partial<Reading>,
): { problem: SubscribeMisunderstood } {
  return {
    problem: misunderstood(said, choices, reading, (choice) =>
      understoodOf({ ...reading, ...change(choice) }).replace(/^subscribe ?/, ''),
    ),
  };
}

function misunderstood(
  said: string,
  choices: readonly string[],
  reading: Reading,
  command: (choice: string) => string,
): SubscribeMisunderstood {
  return {
    ...{ kind: 'subscribe-misunderstood', said, understood: understoodOf(reading), choices: [...choices] },
    commands: choices.map((choice) => `subscribe ${command(choice)}`.trim()),
    example: exampleOf(reading),
  };
}

function exampleOf({ kind }: Reading): string {
  return examples[kind ?? 'kpi'];
}

function understoodOf(reading: Reading, question = reading.rest.map(quoteWord).join(' ')): string {
  const words = [reading.kind ?? '', question].filter((word) => word !== '');
  return ['subscribe', ...words, ...scheduleWords(reading)].join(' ');
}

/** The schedule of a reading with other words in front. */
function withWords(reading: Reading, words: string): string {
  return [words, ...scheduleWords(reading)].join(' ');
}
