import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asChart, withBreakdown, withPeriod } from '../../src/slack/command-words.ts';
import { clip, clipLines } from '../../src/slack/limits.ts';
import { tableText } from '../../src/slack/messages/table-text.ts';
import { escapeText, oneLine, userIdOf } from '../../src/slack/text.ts';

describe('a command', () => {
  test.each([
    ['tickets', '30d', 'tickets 30d'],
    ['tickets 7d by channel', 'last month', 'tickets "last month" by channel'],
    ['tickets "last week" team:"Tier 2" vs year', '12w', 'tickets 12w team:"Tier 2" vs year'],
    ['tickets 7d vs "last month"', 'mtd', 'tickets mtd vs "last month"'],
    ['tickets since:2026-10-01 account:a:b', '7d', 'tickets 7d account:a:b'],
  ])('"%s" asked for %s is "%s"', (command, period, asked) => {
    expect(withPeriod(command, period)).toBe(asked);
  });

  test.each([
    ['tickets 7d', 'team', 'tickets 7d by team'],
    ['tickets by channel 7d team:"Tier 2"', 'team', 'tickets 7d team:"Tier 2" by team'],
    ['tickets "last month" by channel', null, 'tickets "last month"'],
  ])('"%s" by %s is "%s"', (command, dimension, asked) => {
    expect(withBreakdown(command, dimension)).toBe(asked);
  });

  test('loses its table or CSV for a chart', () => {
    expect(asChart('tickets 7d table team:"Tier 2"')).toBe('tickets 7d team:"Tier 2"');
    expect(asChart('tickets csv')).toBe('tickets');
  });
});

describe('a cut text', () => {
  test('is never longer than allowed, says that it was cut, and breaks no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 40 }), (text, most) => {
        const cut = clip(text, most);
        expect(cut.length).toBeLessThanOrEqual(most);
        expect(cut).toBe(text.length <= most ? text : cut);
        expect(cut.endsWith('…') || cut === text).toBe(true);
        expect(cut.isWellFormed()).toBe(true);
      }),
    );
  });

  test('of lines ends with how many are missing, within the size', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    const cut = clipLines(lines, 100);
    expect(cut.length).toBeLessThanOrEqual(100);
    expect(cut.split('\n').at(-1)).toBe(`… and ${50 - cut.split('\n').length + 1} more`);
    expect(clipLines(lines, 10_000, 3)).toBe('line 0\nline 1\nline 2\n… and 47 more');
    expect(clipLines(lines.slice(0, 2), 13)).toBe('line 0\nline 1');
  });
});

describe('a table as text', () => {
  const table = {
    header: ['Team', 'A measure with a long name', 'Share'],
    rows: [
      ['Zoë', '90.0 %', '5 %'],
      ['美咲チーム', '1,234', '95 %'],
    ],
    numeric: [false, true, true],
  };

  test('aligns numbers right and counts wide characters twice', () => {
    expect(tableText(table, { rows: 9 })).toBe(
      'Team        A measure with a lo…  Share\nZoë                       90.0 %    5 %\n美咲チーム                 1,234   95 %',
    );
  });

  test('keeps the latest rows where they matter, and says what came before', () => {
    expect(tableText(table, { rows: 1, last: true }).split('\n')).toEqual([
      'Team        A measure with a lo…  Share',
      '… 1 earlier',
      '美咲チーム                 1,234   95 %',
    ]);
  });
});

describe('text from outside', () => {
  test.each([
    ['<!channel> & <@U1>', '&lt;!channel&gt; &amp; &lt;@U1&gt;'],
    ['https://evil.example', 'https:\u2060//evil.\u2060example'],
    ['91.2 %, 12:30', '91.2 %, 12:30'],
    ['*a*', '\u2060*\u2060a\u2060*\u2060'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  test('loses what turns or breaks a line', () => {
    expect(oneLine(' a\r\n\tb\u202Ec\u2066d\u0000 ')).toBe('a b c d');
  });

  test('becomes a mention only when it is a user id', () => {
    expect(['U0EXEC0001', 'W012AB', '!channel', 'U1|x', 'u0exec', '', null].map(userIdOf)).toEqual([
      ...['U0EXEC0001', 'W012AB', undefined, undefined, undefined, undefined, undefined],
    ]);
  });
});
