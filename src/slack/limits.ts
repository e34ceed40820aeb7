/**
 * Slack's sizes, in one place. Lengths are counted in UTF-16 units, the stricter reading where Slack does not say; texts
 * are cut between code points and the cut is always visible.
 */
export const limits = {
  /** What notifications and screen readers get: ours, far below Slack's 4,000. */
  notification: 150,
  header: 150,
  sectionText: 3_000,
  fields: 10,
  fieldText: 2_000,
  contextElements: 10,
  buttonText: 75,
  buttonValue: 2_000,
  optionText: 75,
  placeholder: 150,
  optionValue: 75,
  overflowOptions: 5,
  actions: 25,
  blockId: 255,
  altText: 2_000,
  blocks: 50,
  /** Characters over all blocks; Slack refuses at about 13,200 and does not document it. */
  blockSum: 12_000,
  /** Posts to one response URL. */
  responseUses: 5,
} as const;

/** Cut to `most` units with an ellipsis at the end. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > most - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/**
 * As many lines as fit into `most` units, then `and 7 more`. `rows`: at most so many lines, whatever their length.
 */
export function clipLines(lines: readonly string[], most: number, rows = Number.POSITIVE_INFINITY): string {
  const whole = lines.join('\n');
  if (whole.length <= most && lines.length <= rows) return whole;
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    const tail = moreOf(lines.length - kept.length).length + 1;
    if (kept.length >= rows || length + line.length + tail > most) break;
    kept.push(line);
    length += line.length + 1;
  }
  return [...kept, moreOf(lines.length - kept.length)].join('\n');
}

function moreOf(count: number): string {
  return `… and ${count.toLocaleString('en')} more`;
}
