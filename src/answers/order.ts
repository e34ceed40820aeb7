import { dimensionOf } from '../kpis/dimensions.ts';

/** Dimensions whose values have an order of their own that says more than their size: of severity, of the way to a sale. */
const ordered: readonly string[] = ['priority', 'stage'];

/** Values of such a dimension in their order; undefined for the others, whose rows come the largest first. */
export function orderOf(by: string): readonly string[] | undefined {
  return ordered.includes(by) ? dimensionOf(by).values : undefined;
}

/** Rows in the order of their dimension where it has one, what is not in it behind; else as they are. */
export function inOrder<T extends { key: string | null }>(by: string, rows: readonly T[]): readonly T[] {
  const order = orderOf(by);
  if (!order) return rows;
  const placeOf = ({ key }: T) => (order.includes(key ?? '') ? order.indexOf(key ?? '') : order.length);
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}
