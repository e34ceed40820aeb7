import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSubscribe, type SubscribeMisunderstood, type SubscribeRequest } from '../../src/answers/subscribe.ts';
import { splitWords } from '../../src/answers/words.ts';

const templates = { digest: ['morning-coffee', 'support'], report: ['weekly', 'monthly'] };
const parse = (text: string) => parseSubscribe(splitWords(text), templates);
const wordsOf = (text: string) => (parse(text) as SubscribeRequest).words;
const trouble = (text: string) => parse(text) as SubscribeMisunderstood;

describe('a wish to subscribe', () => {
  test.each([
    ['digest', 'digest morning-coffee weekdays at 08:30 to me'],
    ['report', 'report weekly mon at 08:00 to me'],
    ['sla', 'sla daily at 09:00 to me'],
    ['sla 7d by team', 'sla 7d by team daily at 09:00 to me'],
    ['report monthly', 'report monthly 1 at 08:00 to me'],
    ['report monthly 15', 'report monthly 15 at 08:00 to me'],
    ['monthly report', 'report monthly 1 at 08:00 to me'],
    ['weekly report fri', undefined],
    ['report weekly daily 7am', 'report weekly daily at 07:00 to me'],
    ['report weekly weekly tue', 'report weekly tue at 08:00 to me'],
    ['support digest daily', 'digest support daily at 08:30 to me'],
    ['digest weekly friday at 7pm in asia/kolkata', 'digest morning-coffee weekly fri at 19:00 in Asia/Kolkata to me'],
    [
      'at 8 in Europe/Berlin backlog monthly last in #support',
      'backlog monthly last at 08:00 in Europe/Berlin in #support',
    ],
    [
      'tickets "last month" channel:email vs year 07.15',
      'tickets "last month" channel:email vs year daily at 07:15 to me',
    ],
    ['sla team:"Tier 2" in here', 'sla team:"Tier 2" daily at 09:00 in here'],
    ['digest in <#C012AB3CD|general>', 'digest morning-coffee weekdays at 08:30 in <#C012AB3CD>'],
    ['digest to <@U012AB3CD|sam>', 'digest morning-coffee weekdays at 08:30 to <@U012AB3CD>'],
    ['report to <mailto:sam@example.com|sam@example.com>', 'report weekly mon at 08:00 to sam@example.com'],
    ['report sam+kpi@example.co.id', 'report weekly mon at 08:00 to sam+kpi@example.co.id'],
    ['digest UTC', undefined],
    ['digest in utc', 'digest morning-coffee weekdays at 08:30 in UTC to me'],
  ])('“%s” is read', (text, words) => {
    const request = parse(text);
    if (words === undefined) expect(request.kind).toBe('subscribe-misunderstood');
    else expect((request as SubscribeRequest).words).toBe(words);
  });

  test.each([
    ['', 'Subscribe to what?', 'subscribe digest', 'subscribe'],
    ['daily at 7', 'Subscribe to what?', 'subscribe digest daily at 07:00', 'subscribe daily at 07:00'],
    ['digest at noon', '“noon” is no time of day.', 'subscribe digest at 08:30', 'subscribe digest'],
    ['digest at 25:00', '“25:00” is no time of day.', 'subscribe digest at 08:30', 'subscribe digest'],
    [
      'digest in jakarta',
      '“jakarta” is neither a time zone nor a #channel.',
      'subscribe digest in Asia/Jakarta',
      'subscribe digest',
    ],
    [
      'digest in +07:00',
      '“+07:00” is neither a time zone nor a #channel.',
      'subscribe digest in Europe/Berlin',
      'subscribe digest',
    ],
    [
      'digest to sam',
      '“sam” is neither me, a channel, a person nor an e-mail address.',
      'subscribe digest to me',
      'subscribe digest',
    ],
    ['digest to', 'To whom?', 'subscribe digest to me', 'subscribe digest'],
    ['digest suport', 'There is no digest “suport”.', 'subscribe digest support', 'subscribe digest'],
    ['report yearly', 'There is no report “yearly”.', undefined, 'subscribe report'],
    ['sla by taem daily', 'This KPI has no dimension “taem”.', 'subscribe sla by team daily', 'subscribe sla daily'],
    ['slaa 7d', 'There is no KPI “slaa”.', undefined, 'subscribe 7d'],
    ['digets weekdays', 'There is no KPI “digets”.', 'subscribe digest weekdays', 'subscribe weekdays'],
    ['sla 7dd', '“7dd” is no period I know, or one too many.', undefined, 'subscribe sla'],
    ['digest daily weekdays', '“weekdays” says how often a second time.', undefined, 'subscribe digest daily'],
    ['sla to me in #support', '“in #support” says where it goes a second time.', undefined, 'subscribe sla to me'],
    ['digest at 8 09:00', '“09:00” says the time a second time.', undefined, 'subscribe digest at 08:00'],
  ])('“%s” is answered with what was not understood', (text, said, choice, understood) => {
    const problem = trouble(text);
    expect(problem).toMatchObject({ kind: 'subscribe-misunderstood', said, understood });
    if (choice !== undefined) expect(problem.commands[0]).toBe(choice);
    for (const command of problem.commands) expect(parse(command.replace(/^subscribe /, '')).kind).toBe('subscribe');
    expect(parse(problem.example.replace(/^subscribe /, '')).kind).toBe('subscribe');
  });

  const parts = fc.record({
    what: fc.constantFrom(
      ...[['digest'], ['digest', 'support'], ['report'], ['report', 'weekly'], ['sla'], ['sla', '7d', 'by', 'team']],
      ...[
        ['tickets', 'last month', 'channel:email'],
        ['backlog', '12w', 'table'],
      ],
    ),
    often: fc.constantFrom([], ['daily'], ['weekdays'], ['weekly', 'thu'], ['monthly', '31'], ['monthly', 'last']),
    at: fc.constantFrom([], ['at', '7'], ['at', '08:30'], ['17:45'], ['at', '6pm']),
    zone: fc.constantFrom([], ['in', 'Asia/Kolkata'], ['america/new_york'], ['in', 'UTC']),
    to: fc.constantFrom(
      [],
      ['to', 'me'],
      ['in', '#general'],
      ['<#C0GENERAL1|general>'],
      ['to', 'a@b.co'],
      ['in', 'here'],
    ),
  });

  test('means the same in any order, and its canonical form means itself', () => {
    fc.assert(
      fc.property(parts, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), ({ what, often, at, zone, to }, order) => {
        const chunks = [what, often, at, zone, to];
        const straight = parseSubscribe(chunks.flat(), templates) as SubscribeRequest;
        const shuffled = chunks.map((chunk, index) => ({ chunk, key: order[index]! })).sort((a, b) => a.key - b.key);
        const request = parseSubscribe(
          shuffled.flatMap(({ chunk }) => chunk),
          templates,
        );
        expect(straight.kind).toBe('subscribe');
        expect(request).toEqual(straight);
        expect(parse(straight.words)).toEqual(straight);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test('is never read with an error, whatever is typed; what is offered instead can be read', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom(
        'digest',
        'report',
        'sla',
        'at',
        'in',
        'to',
        'daily',
        'weekly',
        'monthly',
        '8:30',
        '#x',
        'a@b.co',
        '7d',
        'by',
        'me',
        'Asia/Tokyo',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (words) => {
        const request = parseSubscribe(words, templates);
        if (request.kind === 'subscribe') return;
        expect(request.said).not.toBe('');
        expect(request.commands).toHaveLength(request.choices.length);
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  test('keeps the words of a question', () => {
    expect(wordsOf('sla 7d by team weekly')).toBe('sla 7d by team weekly mon at 09:00 to me');
  });
});
