import { describe, expect, test } from 'vitest';
import type { Surface } from '../../../src/sandbox/blocks/schema.ts';
import { validateBlocks } from '../../../src/sandbox/blocks/validate.ts';

const text = (value: string, type = 'mrkdwn') => ({ type, text: value });
const plain = (value: string) => text(value, 'plain_text');
const section = (value: string) => ({ type: 'section', text: text(value) });
const button = (extra: object = {}) => ({
  type: 'button',
  text: plain('Why?'),
  action_id: 'why',
  value: 'sla',
  ...extra,
});
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (value: string) => ({ text: plain(value), value });
const options = (count: number) => Array.from({ length: count }, (_, index) => option(`o${index}`));
const raw = (value: string) => ({ type: 'raw_text', text: value });
const rows = (count: number, width = 1, value = 'a') =>
  Array.from({ length: count }, () => Array(width).fill(raw(value)));
const image = (extra: object) => ({ type: 'image', alt_text: 'a chart', ...extra });
const repeat = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);
const line = (series: object[], categories: string[]) => ({
  type: 'data_visualization',
  title: 'SLA',
  chart: { type: 'line', series, axis_config: { categories } },
});
const points = (count: number) => Array.from({ length: count }, (_, index) => ({ label: `d${index}`, value: index }));
const labels = (count: number) => points(count).map(({ label }) => label);

function judge(blocks: unknown, surface: Surface = 'message') {
  let ids = 0;
  const fileReady = (file: { id?: string }) => file.id === 'F0READY';
  return validateBlocks(blocks, { surface, fileReady }, () => `id${ids++}`);
}

function faults(...blocks: unknown[]): string[] {
  const verdict = judge(blocks);
  return verdict.ok ? [] : [...verdict.messages, ...(verdict.error === 'invalid_blocks' ? [] : [verdict.error])];
}

describe('what Slack accepts passes', () => {
  test.each<[string, unknown]>([
    ['a header of 150 characters', { type: 'header', text: plain('x'.repeat(150)) }],
    ['a section of 3,000 characters', section('x'.repeat(3000))],
    ['ten fields of 1,300 characters', { type: 'section', fields: repeat(10, text('x'.repeat(1300))) }],
    ['a section with a button beside it', { ...section('x'), accessory: button() }],
    ['ten context elements', { type: 'context', elements: repeat(10, text('x')) }],
    ['25 buttons', actions(...Array.from({ length: 25 }, (_, i) => button({ action_id: `a${i}` })))],
    [
      'a button with every field',
      actions(
        button({
          style: 'primary',
          url: 'https://example.com/a',
          accessibility_label: 'x',
          confirm: { text: text('Sure') },
        }),
      ),
    ],
    ['an overflow menu of five', actions({ type: 'overflow', options: options(5) })],
    ['a select of a hundred', actions({ type: 'static_select', placeholder: plain('Period'), options: options(100) })],
    ['a ready file', image({ slack_file: { id: 'F0READY' } })],
    ['a public image', image({ image_url: 'https://example.com/a.png', title: plain('Chart') })],
    ['a divider', { type: 'divider', block_id: 'd' }],
    ['a table of 100 rows', { type: 'table', rows: rows(100, 2), column_settings: [{ align: 'right' }] }],
    ['a data table of 101 rows', { type: 'data_table', caption: 'c', rows: rows(101), page_size: 100 }],
    ['a line chart of 20 points', line([{ name: 'SLA', data: points(20) }], labels(20))],
    [
      'rich text',
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'a', style: { bold: true } }] }],
      },
    ],
    ['standard markdown', { type: 'markdown', text: '**bold**' }],
    ['a container', { type: 'container', title: plain('More'), child_blocks: [section('x')] }],
  ])('%s', (_what, block) => {
    expect(faults(block)).toEqual([]);
  });

  test('50 blocks', () => {
    expect(faults(...repeat(50, { type: 'divider' }))).toEqual([]);
  });
});

describe('what Slack refuses is refused, with the place of the fault', () => {
  test.each<[string, unknown, string]>([
    ['an unknown block', { type: 'chart' }, 'unsupported type: chart [json-pointer:/blocks/0/type]'],
    ['no type', {}, 'missing required field: type [json-pointer:/blocks/0]'],
    ['a bare string', 'hello', 'must provide an object [json-pointer:/blocks/0]'],
    [
      'an unknown field',
      { type: 'divider', color: 'red' },
      'invalid additional property: color [json-pointer:/blocks/0]',
    ],
    [
      'a field named as an object method',
      JSON.parse('{"type":"divider","constructor":1}'),
      'invalid additional property: constructor [json-pointer:/blocks/0]',
    ],
    [
      'emoji on mrkdwn',
      { type: 'section', text: { ...text('x'), emoji: true } },
      'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    ],
    ['empty text', section(''), 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
    [
      '3,001 characters',
      section('x'.repeat(3001)),
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    ['a section of nothing', { type: 'section' }, 'must define either `text` or `fields` [json-pointer:/blocks/0]'],
    [
      'eleven fields',
      { type: 'section', fields: repeat(11, text('x')) },
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    [
      'a field of 2,001 characters',
      { type: 'section', fields: [text('x'.repeat(2001))] },
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'a header of 151 characters',
      { type: 'header', text: plain('x'.repeat(151)) },
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'a mrkdwn header',
      { type: 'header', text: text('x') },
      'must be one of: plain_text [json-pointer:/blocks/0/text/type]',
    ],
    [
      'eleven context elements',
      { type: 'context', elements: repeat(11, text('x')) },
      'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'a button in a context',
      { type: 'context', elements: [button()] },
      'unsupported type: button [json-pointer:/blocks/0/elements/0/type]',
    ],
    ['no buttons', actions(), 'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
    [
      '26 buttons',
      actions(...Array.from({ length: 26 }, (_, i) => button({ action_id: `a${i}` }))),
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'a button text of 76 characters',
      actions(button({ text: plain('x'.repeat(76)) })),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'a mrkdwn button',
      actions(button({ text: text('x') })),
      'must be one of: plain_text [json-pointer:/blocks/0/elements/0/text/type]',
    ],
    [
      'a button value of 2,001 characters',
      actions(button({ value: 'x'.repeat(2001) })),
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'a made-up button style',
      actions(button({ style: 'default' })),
      'must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'a button address that is none',
      actions(button({ url: 'javascript:alert(1)' })),
      'invalid url [json-pointer:/blocks/0/elements/0/url]',
    ],
    [
      'two elements with one action id',
      actions(button(), button()),
      '`action_id` "why" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'six overflow options',
      actions({ type: 'overflow', options: options(6) }),
      'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'an option text of 76 characters',
      actions({ type: 'overflow', options: [option('x'.repeat(76))] }),
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]',
    ],
    [
      'an option without a value',
      actions({ type: 'overflow', options: [{ text: plain('x') }] }),
      'missing required field: value [json-pointer:/blocks/0/elements/0/options/0]',
    ],
    [
      'a link in a select option',
      actions({ type: 'static_select', options: [{ ...option('x'), url: 'https://example.com' }] }),
      'invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]',
    ],
    [
      '101 select options',
      actions({ type: 'static_select', options: options(101) }),
      'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'a select without options',
      actions({ type: 'static_select' }),
      'must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'eleven checkboxes',
      actions({ type: 'checkboxes', options: options(11) }),
      'no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'a choice made beforehand that is none of the options',
      actions({ type: 'static_select', options: options(2), initial_option: option('o2') }),
      'must exactly match one of the options [json-pointer:/blocks/0/elements/0/initial_option]',
    ],
    [
      'a day that is in no calendar',
      actions({ type: 'datepicker', initial_date: '2026-02-30' }),
      'must be a date in the format YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]',
    ],
    [
      'a time of 24 hours',
      actions({ type: 'timepicker', initial_time: '24:00' }),
      'must be a time in the format HH:mm [json-pointer:/blocks/0/elements/0/initial_time]',
    ],
    [
      'a least number that is none',
      {
        ...{ type: 'input', label: plain('Limit') },
        element: { type: 'number_input', is_decimal_allowed: true, min_value: 'few' },
      },
      'must be a number [json-pointer:/blocks/0/element/min_value]',
    ],
    [
      'a confirm title of 101 characters',
      actions(button({ confirm: { text: text('x'), title: plain('x'.repeat(101)) } })),
      'must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]',
    ],
    [
      'an image without alt text',
      { type: 'image', image_url: 'https://example.com/a.png' },
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
    ['an image from nowhere', image({}), 'must define either `image_url` or `slack_file` [json-pointer:/blocks/0]'],
    [
      'an image from two places',
      image({ image_url: 'https://example.com/a.png', slack_file: { id: 'F0READY' } }),
      'must define either `image_url` or `slack_file` [json-pointer:/blocks/0]',
    ],
    [
      'a file that is not ready',
      image({ slack_file: { id: 'F0FRESH' } }),
      'invalid slack file [json-pointer:/blocks/0/slack_file]',
    ],
    [
      'an image on this machine',
      image({ image_url: 'http://127.0.0.1:3000/a.png' }),
      'downloading image failed [json-pointer:/blocks/0/image_url]',
    ],
    [
      'a webp image',
      image({ image_url: 'https://example.com/a.webp' }),
      'downloading image failed [json-pointer:/blocks/0/image_url]',
    ],
    [
      'a block id of 256 characters',
      { type: 'divider', block_id: 'x'.repeat(256) },
      'must be less than 256 characters [json-pointer:/blocks/0/block_id]',
    ],
    [
      'an alert in a message',
      { type: 'alert', text: text('x') },
      'unsupported type: alert [json-pointer:/blocks/0/type]',
    ],
    [
      'a table of 101 rows',
      { type: 'table', rows: rows(101) },
      'no more than 100 items allowed [json-pointer:/blocks/0/rows]',
    ],
    [
      'a table of 21 columns',
      { type: 'table', rows: rows(1, 21) },
      'no more than 20 items allowed [json-pointer:/blocks/0/rows/0]',
    ],
    [
      'an empty cell',
      { type: 'table', rows: [[raw('')]] },
      'must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]',
    ],
    [
      '10,001 characters of table',
      { type: 'table', rows: rows(1, 1, 'x'.repeat(10_001)) },
      'table text must be less than 10001 characters [json-pointer:/blocks]',
    ],
    [
      'a data table of 102 rows',
      { type: 'data_table', caption: 'c', rows: rows(102) },
      'no more than 101 items allowed [json-pointer:/blocks/0/rows]',
    ],
    [
      'a data table without a caption',
      { type: 'data_table', rows: rows(2) },
      'missing required field: caption [json-pointer:/blocks/0]',
    ],
    [
      'a data table with a ragged row',
      { type: 'data_table', caption: 'c', rows: [...rows(2, 2), ...rows(1, 1)] },
      'all rows must have the same number of cells [json-pointer:/blocks/0/rows/2]',
    ],
    [
      'a chart of 21 points',
      line([{ name: 'SLA', data: points(21) }], labels(21)),
      'no more than 20 items allowed [json-pointer:/blocks/0/chart/series/0/data]',
    ],
    [
      'a chart with a category left out',
      line([{ name: 'SLA', data: points(4) }], labels(5)),
      'data labels must match the axis categories [json-pointer:/blocks/0/chart/series/0/data]',
    ],
  ])('%s', (_what, block, message) => {
    expect(faults(block)).toContain(message);
  });

  test('51 blocks', () => {
    expect(faults(...repeat(51, { type: 'divider' }))).toEqual([
      'no more than 50 items allowed [json-pointer:/blocks]',
    ]);
  });

  test('one block id twice', () => {
    const block = { type: 'divider', block_id: 'd' };
    expect(faults(block, block)).toEqual(['`block_id` "d" already exists [json-pointer:/blocks/1/block_id]']);
  });

  test('two tables and three charts', () => {
    const table = { type: 'table', rows: rows(1) };
    expect(faults(table, table)).toEqual(['only_one_table_allowed [json-pointer:/blocks]']);
    const chart = line([{ name: 'SLA', data: points(4) }], labels(4));
    expect(faults(chart, chart)).toEqual([]);
    expect(faults(chart, chart, chart)).toEqual(['no more than 2 data_visualization blocks [json-pointer:/blocks]']);
  });

  test('more than 13,200 characters over all blocks, tables apart', () => {
    const table = { type: 'table', rows: rows(1, 1, 'x'.repeat(9_000)) };
    expect(faults(...repeat(4, section('x'.repeat(3000))), section('x'.repeat(1200)), table)).toEqual([]);
    expect(faults(...repeat(4, section('x'.repeat(3000))), section('x'.repeat(1201)))).toEqual(['msg_blocks_too_long']);
  });

  test('anything that is not a list of blocks', () => {
    expect(judge('not json')).toMatchObject({ ok: false, error: 'invalid_blocks_format' });
    expect(judge({ type: 'divider' })).toMatchObject({ ok: false, error: 'invalid_blocks_format' });
    expect(judge('[{"type":"divider"}]')).toMatchObject({ ok: true });
  });

  test('an either-or is summed up before its details', () => {
    expect(faults(section('x'.repeat(3001)))[0]).toBe(
      'failed to match all allowed schemas [json-pointer:/blocks/0/text]',
    );
  });
});

test('surfaces differ: modals take alerts and a hundred blocks but no tables', () => {
  const alert = { type: 'alert', text: text('x') };
  expect(judge([alert], 'modal').ok).toBe(true);
  expect(judge([{ type: 'table', rows: rows(1) }], 'modal').ok).toBe(false);
  expect(judge([{ type: 'table', rows: rows(1) }], 'home').ok).toBe(true);
  expect(judge(repeat(100, { type: 'divider' }), 'modal').ok).toBe(true);
  expect(judge(repeat(101, { type: 'divider' }), 'modal').ok).toBe(false);
});

test('blocks and elements without ids get them, given ids stay', () => {
  const verdict = judge([
    actions({ type: 'button', text: plain('Go') }, button()),
    { type: 'divider', block_id: 'mine' },
  ]);
  expect(verdict).toMatchObject({
    ok: true,
    blocks: [{ block_id: 'id0', elements: [{ action_id: 'id1' }, { action_id: 'why' }] }, { block_id: 'mine' }],
  });
});
