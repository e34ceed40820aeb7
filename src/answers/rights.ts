/** What somebody may see, as the row policies have it: a record is visible by its team or by its operator. */
export interface Rights {
  /** Everything of the tenant; teams and operators then say nothing. */
  all: boolean;
  teams: readonly Named[];
  operators: readonly Named[];
}

/** Of owners, executives and Crema itself. */
export const seesAll: Rights = { all: true, teams: [], operators: [] };

/** A team or an operator: ids are a source's own. */
export interface Named {
  source: string;
  id: string;
  name: string;
}

/**
 * What all of them may see: never more than any of them, and as much as the one who may see least where the rights are
 * nested. The same intersection as the database makes for several viewers (ops.viewer_teams, ops.viewer_operators),
 * which is the one that is enforced; this one says beforehand whether there is anything to show. Of nobody: nothing.
 */
export function commonRights(people: readonly Rights[]): Rights {
  const [first, ...others] = people.filter((rights) => !rights.all);
  if (!first) return { all: people.length > 0, teams: [], operators: [] };
  return {
    all: false,
    teams: others.reduce((common, rights) => shared(common, rights.teams), first.teams),
    operators: others.reduce((common, rights) => shared(common, rights.operators), first.operators),
  };
}

export function seesNothing(rights: Rights): boolean {
  return !rights.all && rights.teams.length === 0 && rights.operators.length === 0;
}

/** Whether the first has all rights that the second has. */
export function covers(rights: Rights, other: Rights): boolean {
  if (rights.all || other.all) return rights.all;
  return (
    shared(other.teams, rights.teams).length === other.teams.length &&
    shared(other.operators, rights.operators).length === other.operators.length
  );
}

function shared(some: readonly Named[], others: readonly Named[]): readonly Named[] {
  const keys = new Set(others.map(keyOf));
  return some.filter((one) => keys.has(keyOf(one)));
}

function keyOf({ source, id }: Named): string {
  return JSON.stringify([source, id]);
}
