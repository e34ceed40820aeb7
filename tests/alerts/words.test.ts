import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MarkUnit, markWord, readMarkAs, stretchWord, takeStretch } from '../../src/alerts/words/marks.ts';
import { parseAlert } from '../../src/alerts/words/parse.ts';
import type { NumberWish } from '../../src/alerts/words/wish.ts';
import { splitWords } from '../../src/answers/words.ts';
import { kpis } from '../../src/kpis/index.ts';

const tenant = { currency: 'IDR' };
const read = (text: string) => parseAlert(splitWords(text), tenant);

describe('/kpi alert', () => {
  test.each([
    ['sla below 85%', 'sla below 85% to me'],
    ['sla 7d by team under 85 % clear at 87%', 'sla 7d by team below 85% clear 87% to me'],
    ['SLA by TEAM &lt; 85', 'sla by team below 85% to me'],
    ['below 99.5% sla in #Support', 'sla below 99.5% in #support'],
    ['for 2 h backlog above 1,200 in here', 'backlog above 1200 for 2h in here'],
    ['resolution-time over 1 h 30 min to maya@example.com', 'resolution-time above 1h30min to maya@example.com'],
    ['resolution-time above 2 days to <@U0EXEC0001|maya>', 'resolution-time above 2d to <@U0EXEC0001>'],
    ['csat below 4.2 of 5 in <#C0GENERAL1|general>', 'csat below 4.2 in <#C0GENERAL1>'],
    ['nps below −10 points for 30 min', 'nps below -10 for 30min to me'],
    ['revenue-won below IDR 5,000,000', 'revenue-won below 5000000 to me'],
    ['revenue-won below 5,000,000 idr', 'revenue-won below 5000000 to me'],
    ['tickets team:"Tier 2" above 30 table', 'tickets team:"Tier 2" above 30 to me'],
    ['sla by team worse', 'sla by team worse by 10% against before to me'],
    ['tickets 7d up by 25 % against usual for 1 d in here', 'tickets 7d up by 25% against usual for 1d in here'],
    ['csat changes 5% against previous', 'csat changed by 5% against before to me'],
    ['backlog falls by priority', 'backlog by priority down by 10% against before to me'],
    ['sla below 85% clear 85%', 'sla below 85% to me'],
  ])('reads %s', (text, words) => {
    expect(read(text)).toMatchObject({ kind: 'alert', words });
  });

  test.each([
    ['sla-risk', 'sla-risk before 30min to me', { at_risk: true, before: 1800, keep: 86_400 }],
    [
      'sla at risk team:"Tier 2" TEAM:delivery before 1 h in #support',
      'sla-risk team:"Tier 2" team:delivery before 1h in #support',
      { team: ['Tier 2', 'delivery'], before: 3600 },
    ],
    [
      'only breaches priority:High,critical account:Acme at risk by team for 5min',
      'sla-risk by team priority:high priority:critical account:Acme before 30min only breaches for 5min to me',
      { at_risk: false, priority: ['critical', 'high'], account: ['Acme'], group_by: ['team'] },
    ],
    [
      'before 15min sla-risk metric:resolution metric:first-response',
      'sla-risk before 15min metric:first-response metric:resolution to me',
      { metrics: ['first-response', 'resolution'] },
    ],
    [
      'sla-risk metric:first-response,next-response,resolution',
      'sla-risk before 30min to me',
      { metrics: ['first-response', 'next-response', 'resolution'] },
    ],
  ])('reads tickets at risk: %s', (text, words, settings) => {
    const wish = read(text);
    expect(wish).toMatchObject({
      kind: 'alert',
      watch: 'sla-risk',
      words,
      settings: { kind: 'sla-risk', ...settings },
    });
    expect(read(words)).toEqual(wish);
  });

  test('keeps of tickets at risk the SLA of the same tickets as the question that has to be allowed', () => {
    expect(read('sla-risk team:"Tier 2" priority:low before 2h')).toMatchObject({
      question: 'sla team:"Tier 2" priority:low',
    });
  });

  test.each([
    ['sla-risk below 85%', 'before', 'Tickets at risk have no value to be compared with: it is told so long before.'],
    ['sla-risk before soon', 'before', '“soon” is no length of time.'],
    ['sla-risk before 1h before 2h', 'before', '“before” says how long before a second time.'],
    ['sla-risk metric:speed', 'metrics', '“speed” is no target of tickets.'],
    ['sla-risk team:Delivery priority:urgent', 'priority', 'There is no priority “urgent”.'],
    ['sla-risk team:', 'team', 'Which team?'],
    ['sla-risk by channel', 'question', '“channel” says nothing of tickets at risk'],
    ['sla-risk 7d', 'question', '“7d” says nothing of tickets at risk'],
    ['backlog above 5 before 1h', 'question', 'How long before, and which targets, is said of tickets at risk.'],
  ])('says what is wrong with tickets at risk: “%s”', (text, about, said) => {
    const wrong = read(text);
    expect(wrong).toMatchObject({ kind: 'alert-misunderstood', about, said: expect.stringContaining(said) });
    if (wrong.kind !== 'alert-misunderstood') return;
    for (const command of [...wrong.commands, wrong.example])
      expect(read(command.replace(/^alert /, ''))).toMatchObject({ kind: 'alert' });
  });

  test('keeps the other filters where one is wrong', () => {
    expect(read('sla-risk team:"Tier 2" priority:hihg account:Acme')).toMatchObject({
      understood: 'alert sla-risk "team:Tier 2" account:Acme',
      commands: [expect.stringContaining('alert sla-risk "team:Tier 2" priority:high account:Acme')],
    });
  });

  test.each([
    ['', 'question', 'Which number?'],
    ['slaa below 85%', 'question', 'There is no KPI “slaa”.'],
    ['list below 3', 'question', '“list” is no number that can be watched.'],
    ['sla', 'mark', 'Below or above which value?'],
    ['sla below', 'mark', 'Below which value?'],
    ['sla below 0.85', 'mark', 'Is “0.85” 85 % or 0.85 %?'],
    ['sla below 1', 'mark', 'Is “1” 100 % or 1 %?'],
    ['sla below 4 h', 'mark', '“4 h” is no share.'],
    ['resolution-time above 30', 'mark', '30 of what?'],
    ['backlog above 85%', 'mark', '“85%” is no count.'],
    ['csat below 4 of 10', 'mark', '“4 of 10” is no score.'],
    ['revenue-won below $5,000', 'mark', 'These amounts are in IDR, not in USD.'],
    ['sla below 85% above 90%', 'mark', '“above” says where it fires a second time.'],
    ['sla below 85% clear 80%', 'clear', 'At 80% it is still below 85%, where it fires.'],
    ['sla below 85% clear soon', 'clear', 'Well again at which value?'],
    ['sla worse clear 80%', 'clear', 'A change is over when it is; it clears at no value.'],
    ['sla worse by 150%', 'mark', 'A change of more than 100 % is out of reach.'],
    ['sla worse by 4h', 'mark', '“4h” is no share.'],
    ['sla worse against them', 'against', '“them” is nothing to compare with.'],
    ['sla below 85% against usual', 'against', 'A value is compared with nothing.'],
    ['sla below 85% for ages', 'for', '“ages” is no length of time.'],
    ['sla below 85% for 1h for 2h', 'for', '“for” says for how long a second time.'],
    ['sla below 85% to nobody', 'to', '“nobody” is neither me, a channel, a person nor an e-mail address.'],
    ['sla below 85% to me in #general', 'to', '“in #general” says where it goes a second time.'],
  ])('says what is wrong with “%s”', (text, about, said) => {
    expect(read(text)).toMatchObject({ kind: 'alert-misunderstood', about, said });
  });

  test('offers choices that work and carry on with everything else that was said', () => {
    for (const text of [
      'sla for 2h below 0.85 in #general',
      'for ages backlog above 3',
      'slaa by team below 85% for 2h',
    ]) {
      const wrong = read(text);
      if (wrong.kind !== 'alert-misunderstood') throw new Error(text);
      expect(wrong.commands.length).toBeGreaterThan(0);
      for (const command of wrong.commands) {
        expect(command).toMatch(/^alert /);
        expect(read(command.replace(/^alert /, ''))).toMatchObject({ kind: 'alert' });
      }
      expect(read(wrong.example.replace(/^alert /, ''))).toMatchObject({ kind: 'alert' });
    }
    expect(read('sla below 85% against usual')).toMatchObject({ commands: ['alert sla worse by 10% against usual'] });
    expect(read('sla for 2h below 0.85 in #general')).toMatchObject({
      commands: ['alert sla below 85% for 2h in #general', 'alert sla below 0.85% for 2h in #general'],
    });
  });

  const place = fc.constantFrom(
    'to me',
    'in here',
    'in #general',
    'in <#C0GENERAL1>',
    'to <@U0EXEC0001>',
    'to a@b.example',
  );
  const stretch = fc.integer({ min: 60, max: 30 * 86_400 });
  const value = fc.integer({ min: 2, max: 1_000_000 });

  test('reads its own words as what they mean', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...kpis),
        fc.constantFrom('below', 'above'),
        value,
        fc.option(stretch),
        fc.boolean(),
        place,
        (kpi, side, number, seconds, clears, to) => {
          const unit: MarkUnit = { ...kpi, currency: 'IDR' };
          const mark = kpi.unit === 'ratio' ? number / 1e7 : number;
          const other = side === 'below' ? mark * 2 : mark / 2;
          const words = [
            ...[kpi.id, side, markWord(mark, unit)],
            ...(seconds === null ? [] : [`for ${stretchWord(seconds)}`]),
            ...(clears ? [`clear ${markWord(other, unit)}`] : []),
            to,
          ].join(' ');
          const first = read(words) as NumberWish;
          expect(first).toMatchObject({ kind: 'alert', kpi: { id: kpi.id }, side, forSeconds: seconds });
          expect(first.mark).toBeCloseTo(mark, 9);
          expect(read(first.words)).toEqual(first);
        },
      ),
      { seed: 42 },
    );
  });

  test('comes to an end with whatever is typed, and what it offers is no longer wrong in the same way', () => {
    const word = fc.constantFrom(
      'sla',
      'below',
      'above',
      'for',
      'clear',
      'to',
      'in',
      'me',
      '85%',
      '2h',
      '1',
      '#x',
      'by',
      'team',
      '“',
      '',
      'sla-risk',
      'before',
      'only',
      'breaches',
      'team:x',
      'metric:resolution',
      'priority:high',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 9 }), (words) => {
        const found = parseAlert(words, tenant);
        if (found.kind === 'alert') expect(read(found.words)).toEqual(found);
        else expect(found.choices).toHaveLength(found.commands.length);
      }),
      { seed: 42, numRuns: 500 },
    );
  });
});

describe('a value in words', () => {
  test.each([
    ['ratio', '85', 0.85],
    ['ratio', '120%', 1.2],
    ['ratio', '0', 0],
    ['duration', '90 s', 90],
    ['hours', '90 min', 1.5],
    ['days', '36 h', 1.5],
    ['count', '1,200', 1200],
    ['points', '+5', 5],
    ['score', '4.5', 4.5],
    ['money', '€', null],
    ['money', '12,34', null],
    ['count', '1e9', null],
    ['duration', '-4 h', null],
  ] as const)('of %s, %s, is %s', (unit, text, expected) => {
    const found = readMarkAs(text, { unit, currency: 'IDR', outOf: 5 });
    expect('value' in found ? found.value : null).toBe(expected);
  });

  test('of a length of time is read back as the same length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
        expect(takeStretch([stretchWord(seconds)])).toEqual({ seconds, used: 1 });
      }),
      { seed: 42 },
    );
  });
});
