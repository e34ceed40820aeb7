/** The groups of the catalogue, in the order they are shown in. */
export const groups = [
  { id: 'support', title: 'Support' },
  { id: 'engagement', title: 'Engagement' },
  { id: 'growth', title: 'Growth' },
  { id: 'adoption', title: 'Adoption' },
  { id: 'campaigns', title: 'Campaigns' },
  { id: 'sales', title: 'Sales' },
  { id: 'business', title: 'Business' },
] as const;

export type GroupId = (typeof groups)[number]['id'];

/** Things of the groups by group, in the order of the list; groups without any are left out. */
export function byGroup<T extends { group: GroupId }>(things: readonly T[]): { title: string; id: GroupId; of: T[] }[] {
  return groups.flatMap(({ id, title }) => {
    const of = things.filter((thing) => thing.group === id);
    return of.length === 0 ? [] : [{ id, title, of }];
  });
}
