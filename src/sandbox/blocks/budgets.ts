import { isObject, type Json } from '../json.ts';
import { problem } from './schema.ts';

/** What counts over a whole message. Slack documents all but the block sum, which was found by trial (about 13,200). */
export const blockSumLimit = 13_200;
const tableCharLimit = 10_000;
const dataTableCharLimit = 20_000;
const markdownCharLimit = 12_000;
const chartLimit = 2;

function textsOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + textsOf(each), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [name, field]) => sum + (name === 'text' && typeof field === 'string' ? field.length : textsOf(field)),
    0,
  );
}

function ofType(blocks: readonly Json[], type: string): Json[] {
  return blocks.filter((each) => each.type === type);
}

/** Characters of text outside tables, which have budgets of their own. */
export function blockSum(blocks: readonly Json[]): number {
  return textsOf(blocks.filter((each) => each.type !== 'table' && each.type !== 'data_table'));
}

export function overBudget(blocks: readonly Json[]): string[] {
  const tables = ofType(blocks, 'table');
  const checks: [boolean, string][] = [
    [tables.length > 1, 'only_one_table_allowed'],
    [textsOf(tables) > tableCharLimit, `table text must be less than ${tableCharLimit + 1} characters`],
    [
      textsOf(ofType(blocks, 'data_table')) > dataTableCharLimit,
      `data_table text must be less than ${dataTableCharLimit + 1} characters`,
    ],
    [
      textsOf(ofType(blocks, 'markdown')) > markdownCharLimit,
      `markdown text must be less than ${markdownCharLimit + 1} characters`,
    ],
    [ofType(blocks, 'data_visualization').length > chartLimit, `no more than ${chartLimit} data_visualization blocks`],
  ];
  return checks.filter(([over]) => over).map(([, message]) => problem(message, '/blocks'));
}
