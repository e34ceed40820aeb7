import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSilence } from '../../src/alerts/words/silence.ts';
import { splitWords } from '../../src/answers/words.ts';

const read = (text: string) => parseSilence(splitWords(text));

describe('/kpi alerts silence', () => {
  test.each([
    ['team:Delivery 2h because maintenance', { rule: null, labels: { team: ['Delivery'] }, seconds: 7_200 }],
    ['for 1 d team="Tier 2" TEAM:Returns priority:low', { labels: { team: ['Tier 2', 'Returns'], priority: ['low'] } }],
    ['low-sla 4 h', { rule: 'low-sla', labels: {}, seconds: 14_400 }],
    ['rule:3 30 min because of the move, 2h at most', { rule: '3', why: 'of the move, 2h at most', seconds: 1_800 }],
    ['3 2h', { rule: '3', seconds: 7_200, why: '' }],
  ])('reads %s', (text, expected) => {
    const found = read(text);
    if (found.kind !== 'silence') throw new Error(found.said);
    expect({ ...found, labels: Object.fromEntries(found.labels) }).toMatchObject(expected);
  });

  test.each([
    ['', 'What is to be kept quiet?'],
    ['2h', 'What is to be kept quiet?'],
    ['team:Delivery', 'For how long?'],
    ['team:Delivery 2h 3h', '“3h” says for how long a second time.'],
    ['low-sla high-sla 2h', '“high-sla” is a second rule.'],
    ['low-sla team:Delivery 2h', 'A rule and labels together are too much: “low-sla” already says which incidents.'],
    ['team: 2h', 'Which team?'],
    ['tema:Delivery 2h', 'Incidents have no label “tema”'],
  ])('says what is wrong with “%s”, and offers only what works', (text, said) => {
    const wrong = read(text);
    expect(wrong).toMatchObject({ kind: 'silence-misunderstood', said: expect.stringContaining(said) });
    if (wrong.kind !== 'silence-misunderstood') return;
    for (const command of [...wrong.commands, wrong.example])
      expect(read(command.replace(/^alerts silence /, ''))).toMatchObject({ kind: 'silence' });
  });

  test('comes to an end with whatever is typed', () => {
    const word = fc.constantFrom('team:x', 'low-sla', '2h', 'for', 'because', 'rule:', '=', '3', '“', '');
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 8 }), (words) => {
        const found = parseSilence(words);
        if (found.kind === 'silence') expect(found.seconds).toBeGreaterThan(0);
        else expect(found.choices).toHaveLength(found.commands.length);
      }),
      { seed: 42, numRuns: 300 },
    );
  });
});
