import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KpiRequest, parseRequest } from '../../src/answers/parse.ts';
import { quoteWord, splitWords } from '../../src/answers/words.ts';
import { periodExamples } from '../../src/domain/period.ts';
import { kpis } from '../../src/kpis/index.ts';

const parse = (text: string) => parseRequest(splitWords(text));
const understood = (text: string): KpiRequest => {
  const request = parse(text);
  if (request.kind !== 'kpi') throw new Error(`${text} gave ${JSON.stringify(request)}`);
  return request;
};

describe('the grammar', () => {
  test('takes the words of a question in any order', () => {
    const orders = [
      'sla-reported last month by priority channel:email vs year table',
      'by priority "last month" sla-reported vs year table channel:email',
      'table channel:email vs year sla-reported by priority last month',
    ];
    for (const order of orders) {
      expect(understood(order)).toMatchObject({
        kpi: { id: 'sla-reported' },
        question: {
          period: { kind: 'previous-unit', unit: 'month' },
          by: 'priority',
          filters: [{ dimension: 'channel', value: 'email' }],
          versus: { kind: 'year-before' },
        },
        show: 'table',
      });
    }
  });

  test('keeps spaces inside straight and curly quotes', () => {
    for (const text of ['tickets team:"Tier 2"', 'tickets team:“Tier 2”', 'tickets "team:Tier 2"']) {
      expect(understood(text).question.filters).toEqual([{ dimension: 'team', value: 'Tier 2' }]);
    }
  });

  test.each([...periodExamples])('reads the period %s after a KPI and after vs', (period) => {
    const word = quoteWord(period);
    expect(understood(`tickets ${word}`).question.period).not.toBeNull();
    expect(understood(`tickets 7d vs ${word}`).question.versus).toEqual(understood(`tickets ${word}`).question.period);
    expect(understood(`tickets ${period}`).question.period).toEqual(understood(`tickets ${word}`).question.period);
  });

  test('takes a scenario and the date of a belief, and says them in its canonical words', () => {
    const { question, words } = understood('scenario:"Best case" tickets as-of:2026-10-01 by team table');
    expect(question).toMatchObject({ scenario: 'Best case', asOfDate: '2026-10-01', by: 'team' });
    expect(words).toBe('tickets by team scenario:"Best case" as-of:2026-10-01 table');
    expect(understood(words)).toMatchObject({ question, words });
    expect(understood('tickets').question).not.toHaveProperty('scenario');
  });

  test.each(['as-of:2026-13-01', 'as-of:yesterday', 'as-of:', 'as-of:2026-10', 'as-of:2026-10-01 as-of:2026-10-02'])(
    'does not take %s for a date',
    (text) => {
      expect(parse(`tickets ${text}`)).toMatchObject({ kind: 'misunderstood', what: 'period' });
    },
  );

  test('a question has one scenario', () => {
    expect(parse('tickets scenario:a scenario:b')).toMatchObject({ kind: 'misunderstood', text: 'scenario:b' });
  });

  test('does not mind case', () => {
    expect(understood('SLA-Reported LAST WEEK BY Team')).toMatchObject({
      kpi: { id: 'sla-reported' },
      question: { by: 'team' },
    });
  });

  test('writes a canonical form that means the same', () => {
    const value = fc.stringMatching(/^[A-Za-zÀ-ÿ一-龯][A-Za-z0-9À-ÿ一-龯 ._-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.constantFrom(...kpis).chain((kpi) =>
          fc.record({
            kpi: fc.constant(kpi),
            by: fc.option(fc.constantFrom(...kpi.dimensions)),
            filters: fc.array(fc.record({ dimension: fc.constantFrom(...kpi.dimensions), value }), { maxLength: 3 }),
          }),
        ),
        fc.option(fc.constantFrom(...periodExamples)),
        fc.option(fc.constantFrom('year', 'last month', '2025')),
        fc.constantFrom('', 'table', 'csv'),
        ({ kpi, by, filters }, period, versus, show) => {
          const words = [
            kpi.id,
            ...(period ? [quoteWord(period)] : []),
            ...(by ? [`by ${by}`] : []),
            ...filters.map((filter) => `${filter.dimension}:${quoteWord(filter.value)}`),
            ...(versus ? [`vs ${quoteWord(versus)}`] : []),
            show,
          ].join(' ');
          const first = understood(words);
          expect(understood(first.words)).toEqual(first);
          expect(first.question.filters).toEqual(filters);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => void parse(text)),
      { numRuns: 1000 },
    );
  });

  test('knows the subcommands', () => {
    expect(parse('')).toEqual({ kind: 'overview' });
    expect(parse('help')).toEqual({ kind: 'help', kpi: null });
    expect(parse('help backlog')).toMatchObject({ kind: 'help', kpi: { id: 'backlog' } });
    expect(parse('explain Backlog')).toMatchObject({ kind: 'explain', kpi: { id: 'backlog' } });
    expect(parse('list support')).toEqual({ kind: 'list', group: 'support' });
  });
});

describe('what is not understood', () => {
  test.each([
    ['sla-reportd 30d', 'kpi', 'sla-reportd', 'sla-reported 30d'],
    ['slaa', 'kpi', 'slaa', 'sla'],
    ['explain backlgo', 'kpi', 'backlgo', 'explain backlog'],
    ['tickets by prio', 'dimension', 'prio', 'tickets by priority'],
    ['tickets by', 'dimension', '', 'tickets by priority'],
    ['tickets 30d tem:Blue', 'dimension', 'tem', 'tickets 30d team:Blue'],
    ['tickets yesterdya', 'period', 'yesterdya', 'tickets yesterday'],
    ['tickets 2026-02-30', 'period', '2026-02-30', undefined],
    ['tickets 30d vs lastyear', 'period', 'lastyear', 'tickets 30d vs year'],
    ['tickets priority', 'dimension', 'priority', 'tickets by priority'],
    ['tickets by channel by team', 'dimension', 'team', undefined],
    ['tickets hello', 'word', 'hello', 'tickets 7d'],
    ['nps operator:Anna', 'dimension', 'operator', 'nps account:Anna'],
    ['nps by operator', 'dimension', 'operator', 'nps by account'],
  ])('%s: names the %s "%s" and offers %s', (text, what, wrong, command) => {
    const request = parse(text);
    if (request.kind !== 'misunderstood') throw new Error(`${text} was understood`);
    expect(request).toMatchObject({ what, text: wrong });
    if (command) expect(request.commands).toContain(command);
    expect(request.commands.length).toBeLessThanOrEqual(5);
  });

  test('every command it offers is one it understands', () => {
    const typed = fc.tuple(
      fc.constantFrom('sla', 'tickts', 'tickets', 'backlog', 'resolution', 'xyz'),
      fc.array(fc.constantFrom('by', 'prio', 'team:x', '7d', '31x', 'vs', 'last', 'chanel:y', '"a b"', '2026-13'), {
        maxLength: 4,
      }),
    );
    fc.assert(
      fc.property(typed, ([first, rest]) => {
        const request = parse([first, ...rest].join(' '));
        if (request.kind !== 'misunderstood') return;
        // A command that fixes the first mistake may still hold a second one, but not the same.
        for (const command of request.commands) {
          const next = parse(command);
          if (next.kind === 'misunderstood')
            expect(`${next.what} ${next.text}`).not.toBe(`${request.what} ${request.text}`);
        }
      }),
      { numRuns: 300 },
    );
  });
});
