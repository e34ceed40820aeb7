/** One line of CSV; undefined is an empty field. */
export function csvLine(values: readonly (string | number | boolean | undefined)[]): string {
  return `${values.map((value) => quoteWhereNeeded(value === undefined ? '' : String(value))).join(',')}\n`;
}

function quoteWhereNeeded(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
