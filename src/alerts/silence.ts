import type { Person } from '../answers/people.ts';
import type { Rights } from '../answers/rights.ts';
import type { Queryable } from '../db/db.ts';
import { closest } from '../lib/closest.ts';
import { knownNames, type NamedThing, named, readNames } from './kinds/names.ts';
import { type May, mayAct, teamsOf } from './may-act.ts';
import type { Rule } from './rule.ts';
import type { Silence } from './stages/mute.ts';
import type { SilenceRequest } from './words/silence.ts';

type Matchers = Silence['matchers'];

/** What people call by names, and labels by ids. */
const things: readonly NamedThing[] = ['team', 'account'];

/**
 * The labels that are meant by what was said: names of teams and accounts become their ids, with their source and, where no
 * other source has the same one, without it, as labels may have either. A sentence where there is nothing of a name.
 */
export async function matchersOf(
  reader: Queryable,
  tenantId: number,
  labels: SilenceRequest['labels'],
  rights: Rights,
): Promise<Matchers | string> {
  const wanted = { team: labels.get('team') ?? [], account: labels.get('account') ?? [] };
  const names = await readNames(reader, tenantId, wanted);
  const keys = (thing: NamedThing) => wanted[thing].flatMap((text) => named(names, thing, text)?.keys ?? []);
  const ids = (thing: NamedThing) => keys(thing).map(idIn);
  const alone = await readNames(reader, tenantId, { team: ids('team'), account: ids('account') });
  const matchers: Record<string, string[]> = {};
  for (const [name, values] of labels) {
    const thing = things.find((one) => one === name);
    if (!thing) {
      matchers[name] = name === 'priority' ? values.map((value) => value.toLowerCase()) : [...values];
      continue;
    }
    const missing = values.find((text) => !named(names, thing, text));
    if (missing !== undefined) {
      // Names of teams are nobody's secret to the database, but those of others are no help.
      const own = thing === 'team' ? rights.teams.map(({ name }) => name) : [];
      const known = rights.all ? await knownNames(reader, tenantId, thing) : own;
      const near = closest(missing, known);
      const offered = (near.length > 0 ? near : known.slice(0, 5)).map((one) => `“${one}”`).join(', ');
      return `There is no ${thing} “${missing}”.${offered === '' ? '' : ` Known: ${offered}.`}`;
    }
    const plain = ids(thing).filter((id) => named(alone, thing, id)?.keys.length === 1);
    matchers[name] = [...new Set([...keys(thing), ...plain])];
  }
  return matchers;
}

function idIn(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

/** What silences are about, in the words of people: `team Delivery, low`, `rule SLA below 85 %`. */
export async function silenceTexts(
  reader: Queryable,
  tenantId: number,
  silences: readonly Pick<Silence, 'silenceId' | 'matchers'>[],
  rules: readonly Pick<Rule, 'ruleId' | 'name' | 'policy'>[],
): Promise<ReadonlyMap<number, string>> {
  const values = (name: string) => silences.flatMap(({ matchers }) => matchers[name] ?? []);
  const names = await readNames(reader, tenantId, { team: values('team'), account: values('account') });
  const called = (name: string, value: string): string => {
    const thing = things.find((one) => one === name);
    if (thing) return named(names, thing, value)?.name ?? value;
    if (name !== 'rule') return value;
    return ruleMeant({ rule: [value] }, rules)?.policy.title ?? value;
  };
  const textOf = ({ matchers }: Pick<Silence, 'matchers'>) =>
    Object.entries(matchers)
      .map(([name, all]) => `${name} ${[...new Set(all.map((value) => called(name, value)))].join(' or ')}`)
      .join(', ');
  return new Map(silences.map((silence) => [silence.silenceId, textOf(silence)]));
}

/** The rule that a silence is about; undefined for one by labels, or of a rule that is gone. */
export function ruleMeant<R extends Pick<Rule, 'ruleId' | 'name'>>(
  { rule }: Matchers,
  rules: readonly R[],
): R | undefined {
  return (
    rule && rules.find(({ ruleId, name }) => rule.includes(String(ruleId)) || (name !== null && rule.includes(name)))
  );
}

/**
 * Whether somebody may keep incidents quiet, and end that. Pure. Of a rule: who may act on all it tells. By labels: who may
 * act on whatever has them, which is where one of the labels makes it theirs. `maker`: rights of whoever made the rule.
 */
export function maySilence(
  person: Pick<Person, 'viewer' | 'role' | 'own' | 'rights'>,
  matchers: Matchers,
  about: { rule: Rule; maker: Rights | null } | null,
): May {
  if (about) {
    const { rule, maker } = about;
    return mayAct(person, {
      ...{ members: [], teams: teamsOf(rule) },
      maker: rule.name === null ? { owner: rule.owner, rights: maker } : null,
    });
  }
  const theirs = ['team', 'operator'].some(
    (name) =>
      (matchers[name] ?? []).length > 0 &&
      matchers[name]!.every((value) => mayAct(person, aboutOne({ [name]: value })).kind === 'may'),
  );
  return theirs ? { kind: 'may' } : mayAct(person, aboutOne({}));
}

function aboutOne(labels: Readonly<Record<string, string>>) {
  return { members: [labels], teams: [], maker: null };
}
