/** Of the straight line through the values, by least squares; per step. */
export function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const top = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  const bottom = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return bottom === 0 ? 0 : top / bottom;
}
