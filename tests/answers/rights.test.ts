import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonView } from '../../src/answers/access.ts';
import type { Person } from '../../src/answers/people.ts';
import { commonRights, covers, type Named, type Rights, seesNothing } from '../../src/answers/rights.ts';

const named = (prefix: string) =>
  fc
    .record({ source: fc.constantFrom('a', 'b'), id: fc.constantFrom('1', '2', '3') })
    .map(({ source, id }): Named => ({ source, id, name: `${prefix} ${id}` }));
const several = (prefix: string) =>
  fc.uniqueArray(named(prefix), { maxLength: 5, selector: ({ source, id }) => `${source}/${id}` });
const rights: fc.Arbitrary<Rights> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ all: true, teams: [], operators: [] }) },
  { weight: 5, arbitrary: fc.record({ all: fc.constant(false), teams: several('team'), operators: several('op') }) },
);
const record = fc.record({ team: fc.option(named('team')), operator: fc.option(named('op')) });

/** The row policies, in words of their own: a record is visible by its team or by its operator. */
function sees(mine: Rights, row: { team: Named | null; operator: Named | null }): boolean {
  const has = (list: readonly Named[], one: Named | null) =>
    one !== null && list.some(({ source, id }) => source === one.source && id === one.id);
  return mine.all || has(mine.teams, row.team) || has(mine.operators, row.operator);
}

describe('what several people may all see', () => {
  test('is never more than any of them may see', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 1, maxLength: 5 }), record, (people, row) => {
        if (sees(commonRights(people), row)) expect(people.every((mine) => sees(mine, row))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is what one of them may see, where nobody may see less', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 1, maxLength: 4 }), record, (people, row) => {
        const least = people.find((mine) => people.every((other) => covers(other, mine)));
        if (least) expect(sees(commonRights(people), row)).toBe(sees(least, row));
      }),
      { numRuns: 2_000 },
    );
  });

  test('does not depend on their order, nor on who is there twice', () => {
    fc.assert(
      fc.property(fc.array(rights, { minLength: 1, maxLength: 4 }), record, (people, row) => {
        const common = sees(commonRights(people), row);
        expect(sees(commonRights(people.toReversed()), row)).toBe(common);
        expect(sees(commonRights([...people, ...people]), row)).toBe(common);
      }),
    );
  });

  test('is nothing for nobody', () => {
    expect(seesNothing(commonRights([]))).toBe(true);
  });

  test('who covers whom is who sees whatever the other sees', () => {
    fc.assert(
      fc.property(rights, rights, record, (mine, other, row) => {
        if (covers(mine, other) && sees(other, row)) expect(sees(mine, row)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what a channel is shown', () => {
  const team = (id: string): Named => ({ source: 'crm', id, name: id });
  const operator = (id: string): Named => ({ source: 'crm', id, name: `Operator ${id}` });
  const person = (name: string, role: Person['role'], teams: string[] = [], operators: string[] = []): Person => ({
    ...{ viewer: `slack:${name}`, name, role, configured: true, own: [] },
    rights: { all: role === 'executive', teams: teams.map(team), operators: operators.map(operator) },
  });
  const maya = person('Maya', 'executive');
  const sari = person('Sari', 'supervisor', ['Delivery', 'Returns'], ['rafael', 'ines']);
  const budi = person('Budi', 'supervisor', ['Returns', 'Billing']);
  const kim = person('Kim', 'agent', [], ['rafael']);
  const ines = person('Ines', 'agent', [], ['ines']);

  test.each([
    ['everybody sees everything', maya, [maya, person('Noor', 'executive')], { kind: 'everything' }],
    [
      'one may see no more than a team',
      maya,
      [maya, sari],
      { kind: 'part', label: 'teams Delivery and Returns only', because: ['Sari'] },
    ],
    [
      'teams overlap',
      maya,
      [maya, sari, budi],
      { kind: 'part', label: 'team Returns only', because: ['Sari', 'Budi'] },
    ],
    [
      'an agent is there',
      sari,
      [maya, sari, kim],
      { kind: 'part', label: 'records of Operator rafael only', because: ['Kim'] },
    ],
    [
      'the sharer may see least',
      kim,
      [maya, sari, kim],
      { kind: 'part', label: 'records of Operator rafael only', because: [] },
    ],
    ['two agents have nothing in common', maya, [kim, ines], { kind: 'nothing', because: ['Kim', 'Ines'] }],
    ['an agent is of another team', budi, [budi, kim], { kind: 'nothing', because: ['Kim'] }],
    ['the sharer is not listed', kim, [ines], { kind: 'nothing', because: ['Ines'] }],
  ] as const)('where %s', (_case, sharer, others, view) => {
    expect(commonView(sharer, others)).toEqual(view);
  });
});
