import { quoteWord } from '../../answers/words.ts';
import { type AlertRuleOf, alertRuleSchema, slaMetrics } from '../../config/alerts.ts';
import { ticketPriorities } from '../../domain/entities/support.ts';
import { closest } from '../../lib/closest.ts';
import { misunderstood, type Problem, type Reading, wordsOf } from './reading.ts';
import type { AlertMisunderstood, RiskSettings, RiskWish } from './wish.ts';

/** As it is where nothing is said. */
const usual = alertRuleSchema.parse({ kind: 'sla-risk' }) as AlertRuleOf<'sla-risk'>;

const cuts = ['team', 'priority', 'account'] as const;
type Cut = (typeof cuts)[number];
/** What an incident of its own can be made of each. */
const apart = [...cuts, 'operator'] as const;

interface Filters {
  by: string[];
  cut: Record<Cut, string[]>;
}

/** A rule on tickets at risk, or what is wrong with it. */
export function riskWish(reading: Reading): RiskWish | AlertMisunderstood {
  const { before, isOnlyBreaches, metrics, forSeconds } = reading;
  const plain = { ...reading, side: null, mark: null, clear: null, against: null };
  const said = reading.side ?? reading.clear ?? reading.against;
  if (said !== null) {
    const change = { before: before ?? usual.before };
    return misunderstood(
      {
        ...{ about: 'before', said: 'Tickets at risk have no value to be compared with: it is told so long before.' },
        choices: [{ choice: 'before 30 min', change }],
      },
      plain,
    );
  }
  const read = readFilters(reading.rest);
  if ('problem' in read) return misunderstood(read.problem, { ...plain, rest: read.without });
  const { by, cut } = read.filters;
  const filters = cuts.flatMap((name) => cut[name].map((value) => `${name}:${quoteWord(value)}`));
  const to = reading.to ?? ({ kind: 'me' } as const);
  const whole: Reading = {
    ...{ ...plain, to, before: before ?? usual.before },
    rest: [[...by.map((name) => `by ${name}`), ...filters].join(' ')].filter((one) => one !== ''),
    metrics: metrics.length === slaMetrics.length ? [] : metrics,
  };
  const settings: RiskSettings = {
    ...{ kind: 'sla-risk', at_risk: !isOnlyBreaches, before: whole.before!, keep: usual.keep },
    metrics: metrics.length === 0 ? usual.metrics : [...metrics],
    ...(cut.team.length > 0 ? { team: cut.team } : {}),
    ...(cut.priority.length > 0 ? { priority: ticketPriorities.filter((one) => cut.priority.includes(one)) } : {}),
    ...(cut.account.length > 0 ? { account: cut.account } : {}),
    ...(by.length > 0 ? { group_by: by } : {}),
  };
  const question = ['sla', ...filters].join(' ');
  return { ...{ kind: 'alert', watch: 'sla-risk', settings, question, forSeconds, to }, words: wordsOf(whole) };
}

/** Filters that were understood, or what is wrong with one of the words, and the words without it. */
type ReadFilters = { filters: Filters } | { problem: Problem; without: string[] };

/** `team:Delivery`, each as often as is needed, several priorities with commas between them, and `by team`. */
function readFilters(words: readonly string[]): ReadFilters {
  const filters: Filters = { by: [], cut: { team: [], priority: [], account: [] } };
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    const isBy = word.toLowerCase() === 'by';
    const problem = isBy ? readBy(words[index + 1], filters) : readCut(word, filters);
    const used = isBy && words[index + 1] !== undefined ? 2 : 1;
    if (problem) {
      const { choices, ...rest } = problem;
      const others = [words.slice(0, index), words.slice(index + used)].map((some) => some.map(quoteWord));
      const inPlace = (choice: string) => ({ rest: [[...others[0]!, choice, ...others[1]!].join(' ')] });
      return {
        problem: { ...rest, choices: choices.map((choice) => ({ choice, change: inPlace(choice) })) },
        without: [others.flat().join(' ')].filter((one) => one !== ''),
      };
    }
    index += used - 1;
  }
  return { filters };
}

interface Wrong {
  about: Problem['about'];
  said: string;
  choices: readonly string[];
}

function readBy(text: string | undefined, { by }: Filters): Wrong | undefined {
  const name = (text ?? '').toLowerCase();
  const choices = orAll(closest(name, apart), apart).map((one) => `by ${one}`);
  if (!apart.some((one) => one === name))
    return { about: 'question', said: name === '' ? 'By what?' : notOf(name), choices };
  if (!by.includes(name)) by.push(name);
  return undefined;
}

function readCut(word: string, { cut }: Filters): Wrong | undefined {
  const colon = word.indexOf(':');
  const name = cuts.find((one) => one === word.slice(0, Math.max(0, colon)).toLowerCase());
  if (!name) return { about: 'question', said: notOf(word), choices: [] };
  const value = word.slice(colon + 1).trim();
  if (value === '') return { about: name, said: `Which ${name}?`, choices: [] };
  const values = name === 'priority' ? value.toLowerCase().split(',') : [value];
  const unknown = values.find((one) => name === 'priority' && !ticketPriorities.some((known) => known === one));
  if (unknown !== undefined) {
    const choices = orAll(closest(unknown, ticketPriorities), ticketPriorities).map((one) => `priority:${one}`);
    return { about: 'priority', said: `There is no priority “${unknown}”.`, choices };
  }
  cut[name] = [...new Set([...cut[name], ...values])];
  return undefined;
}

function orAll(near: readonly string[], all: readonly string[]): readonly string[] {
  return near.length > 0 ? near : all;
}

function notOf(text: string): string {
  return `“${text}” says nothing of tickets at risk: they are cut by team:, priority: and account:.`;
}
