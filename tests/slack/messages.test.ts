import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/answers/answer.ts';
import { parseRequest } from '../../src/answers/parse.ts';
import type { Reprint } from '../../src/answers/reprint.ts';
import { splitWords } from '../../src/answers/words.ts';
import type { KpiResult } from '../../src/domain/kpi-result.ts';
import { groups } from '../../src/kpis/groups.ts';
import { kpiOf, kpis } from '../../src/kpis/index.ts';
import { validateBlocks } from '../../src/sandbox/blocks/validate.ts';
import { askAbout } from '../../src/slack/action-ids.ts';
import type { Message } from '../../src/slack/blocks.ts';
import type { Refusal } from '../../src/slack/find-people.ts';
import { limits } from '../../src/slack/limits.ts';
import { digestMessages } from '../../src/slack/messages/digest.ts';
import { homeMessage } from '../../src/slack/messages/home.ts';
import { answerMessage } from '../../src/slack/messages/index.ts';
import {
  failureMessage,
  lookingUpMessage,
  notInstalledMessage,
  restartingMessage,
  unknownActionMessage,
  unknownCommandMessage,
} from '../../src/slack/messages/notices.ts';
import { refusalMessage } from '../../src/slack/messages/refusal.ts';
import { leadMessage, resultMessage } from '../../src/slack/messages/result.ts';
import { shareNotice } from '../../src/slack/messages/share-notice.ts';
import { aDigest, aLine } from '../digests/digests.ts';
import { noAlerts } from './incidents.ts';
import { aBreakdown, aFunnel, aLeaderboard, aMatrix, anAnswer, aPerson, aResult, aWorkload } from './results.ts';

const view = { locale: 'en', canShare: true };
const image = { kind: 'image', fileId: 'F1', altText: 'SLA by day, rising to 94 % on Sunday' } as const;
const missing = { kind: 'missing' } as const;
const owners = [
  { name: 'Daniel Okafor', slackUserId: null },
  { name: 'Sari', slackUserId: 'U0SUPV0001' },
];
const sla = kpiOf('sla-reported')!;

const refusals: readonly Refusal[] = [
  { why: 'unchecked' },
  ...(['guest', 'foreign', 'bot', 'deactivated'] as const).map((standing): Refusal => ({ why: 'outsider', standing })),
  { why: 'no address' },
  ...(['no operator', 'inactive', 'no role'] as const).map((why): Refusal => ({ why, email: 'kim@example.com' })),
  { why: 'ambiguous', source: 'crm', operators: ['op-1', 'op-2'], email: 'kim@example.com' },
];

const homeNow = Temporal.Instant.from('2026-11-16T01:25:00Z');

function answered(text: string): Answer {
  const request = parseRequest(splitWords(text));
  if (request.kind === 'misunderstood' || request.kind === 'help') return request;
  if (request.kind === 'list') return { kind: 'list', kpis: kpis.filter(({ group }) => group === 'support') };
  if (request.kind === 'explain') {
    return { kind: 'explain', kpi: request.kpi, owner: 'Customer Success', criticality: 'high', target: 0.9 };
  }
  throw new Error(`"${text}" has an answer of its own`);
}

function aReprint(): Reprint {
  const { request } = anAnswer('sla-reported 2026-11-09..2026-11-15');
  const answeredAt = Temporal.Instant.from('2026-11-16T01:25:00Z');
  return {
    ...{ kind: 'receipt', code: 'k7f3a2', answeredAt, request },
    result: aResult({ receipt: 'k7f3a2' }),
    since: { kind: 'unchanged' },
  };
}

const noData = aResult({ value: null, comparison: null, target: null, parts: {} });
const stale = aResult({ freshness: { ...aResult().freshness, asOf: '2026-11-13T01:00:00Z', stale: true, pending: 3 } });
const few = aResult({ interval: { low: 0.71, high: 0.98 }, period: { ...aResult().period, complete: false } });
const money = aResult({
  ...{ title: 'Pipeline', kind: 'stock', unit: 'money', currency: 'EUR', value: '1250000.50', parts: {} },
  ...{ scenario: 'weighted', asOfDate: '2026-10-01' },
  target: { value: 1_000_000, met: true },
  comparison: {
    period: { from: '2026-11-02', to: '2026-11-09', label: 'before' },
    ...{ value: '1200000.00', change: 50_000.5, changeRatio: 0.0417, verdict: 'higher' },
  },
});
const severalStreams = aResult({
  freshness: {
    ...{ asOf: '2026-11-15T23:10:00Z', stale: false, pending: 0 },
    sources: [
      { source: 'crm', stream: 'ticket', asOf: '2026-11-16T01:00:00Z', ageSeconds: 60, late: false },
      { source: 'crm <x>', stream: 'contact', asOf: '2026-11-15T23:10:00Z', ageSeconds: 6_660, late: true },
    ],
  },
});
const byTeam = aResult({ breakdown: { ...aBreakdown((index) => `Account ${index + 1}`)!, by: 'team' } });
const unknownValue: Answer = {
  kind: 'unknown-value',
  request: anAnswer('tickets').request,
  dimension: 'team',
  value: 'Tier 3',
  choices: ['Tier 1', 'Tier 2'],
  commands: ['tickets team:"Tier 1"', 'tickets team:"Tier 2"'],
};

/** Every outcome there is. */
const messages: readonly (readonly [string, Message])[] = [
  ['an answer with its chart', resultMessage(anAnswer('sla-reported'), { ...view, picture: image })],
  ['an answer while its chart is under way', resultMessage(anAnswer('sla-reported'), view)],
  ['the number alone', leadMessage(anAnswer('sla-reported'), 'en')],
  ['an answer whose chart is missing', resultMessage(anAnswer('sla-reported'), { ...view, picture: missing })],
  ['an answer in a direct message', resultMessage(anAnswer('sla-reported'), { locale: 'en', picture: image })],
  ['an answer on data that is behind', resultMessage(anAnswer('sla-reported', stale), { ...view, picture: image })],
  ['an answer on few cases', resultMessage(anAnswer('sla-reported', few), { ...view, picture: image })],
  ['a breakdown', resultMessage(anAnswer('sla-reported by team', byTeam), { ...view, picture: image })],
  [
    'a breakdown whose chart is missing',
    resultMessage(anAnswer('sla-reported by team', byTeam), { ...view, picture: missing }),
  ],
  ['a table', answerMessage(anAnswer('sla-reported by team table', byTeam), view)],
  ['CSV', answerMessage(anAnswer('sla-reported csv'), view)],
  ['a board without a chart', answerMessage(anAnswer('leaderboard', aLeaderboard()), view)],
  ['a board with its chart', resultMessage(anAnswer('workload', aWorkload()), { ...view, picture: image })],
  ['a board whose chart is missing', resultMessage(anAnswer('workload', aWorkload()), { ...view, picture: missing })],
  ['a board as CSV', answerMessage(anAnswer('leaderboard csv', aLeaderboard()), view)],
  ['a shared answer', resultMessage(anAnswer('sla-reported'), { ...view, picture: image, sharedBy: 'U0EXEC0001' })],
  [
    'an answer that was shared',
    resultMessage(anAnswer('sla-reported'), { locale: 'en', picture: image, notice: shareNotice({ kind: 'shared' }) }),
  ],
  [
    'no data in the period',
    answerMessage(
      { ...anAnswer('sla-reported', noData), kind: 'no-data', data: { from: '2026-01-01', to: '2026-11-01' } },
      view,
    ),
  ],
  [
    'nothing this person may see',
    answerMessage(
      { ...anAnswer('sla-reported', noData), kind: 'no-data', data: null },
      { ...view, administrators: owners },
    ),
  ],
  [
    'a source that does not deliver it',
    answerMessage(
      {
        ...anAnswer('sla-reported', { ...noData, requires: ['no SLA flags in source crm'] }),
        kind: 'no-data',
        data: null,
      },
      view,
    ),
  ],
  ['an unknown value', answerMessage(unknownValue, view)],
  ['an unknown value without choices', answerMessage({ ...unknownValue, choices: [], commands: [] }, view)],
  [
    'a scenario there is none of',
    answerMessage(
      {
        ...{ kind: 'unknown-scenario', request: anAnswer('tickets').request, scenario: 'rosy' },
        ...{
          choices: ['weighted', 'unweighted'],
          commands: ['tickets scenario:weighted', 'tickets scenario:unweighted'],
        },
      },
      view,
    ),
  ],
  [
    'a scenario of a KPI without any',
    answerMessage(
      {
        ...{ kind: 'unknown-scenario', request: anAnswer('tickets').request, scenario: 'rosy' },
        ...{ choices: [], commands: ['tickets'] },
      },
      view,
    ),
  ],
  [
    'a belief that is not kept',
    answerMessage({ kind: 'no-snapshots', request: anAnswer('tickets').request, commands: ['tickets'] }, view),
  ],
  [
    'a KPI for supervisors',
    answerMessage({ kind: 'not-permitted', request: anAnswer('tickets').request }, { ...view, administrators: owners }),
  ],
  ['money under assumptions', answerMessage(anAnswer('tickets', money), view)],
  ['an answer from several streams', answerMessage(anAnswer('sla-reported', severalStreams), view)],
  ['a funnel with its chart', resultMessage(anAnswer('tickets', aFunnel()), { ...view, picture: image })],
  ['a funnel whose chart is missing', resultMessage(anAnswer('tickets', aFunnel()), { ...view, picture: missing })],
  ['a heatmap with its chart', resultMessage(anAnswer('tickets', aMatrix()), { ...view, picture: image })],
  ['a heatmap whose chart is missing', resultMessage(anAnswer('tickets', aMatrix()), { ...view, picture: missing })],
  ['a heatmap as a table', answerMessage(anAnswer('tickets table', aMatrix()), view)],
  ['stages as CSV', answerMessage(anAnswer('tickets csv', aFunnel()), view)],
  ['an unknown KPI', answerMessage(answered('slaa'), view)],
  ['an unknown dimension', answerMessage(answered('sla-reported by colour'), view)],
  ['a dimension left out', answerMessage(answered('sla-reported by'), view)],
  ['an unknown period', answerMessage(answered('sla-reported by priority 7dd'), view)],
  ['an unknown word', answerMessage(answered('sla-reported please'), view)],
  ['the overview', answerMessage({ kind: 'overview', results: [aResult(), stale] }, view)],
  ['the overview of nothing', answerMessage({ kind: 'overview', results: [] }, view)],
  ['help', answerMessage(answered('help'), view)],
  ['help about a KPI', answerMessage(answered('help sla-reported'), view)],
  ['the list', answerMessage(answered('list'), view)],
  [
    'the list of several groups',
    answerMessage({ kind: 'list', kpis: kpis.filter(({ id }) => id === 'reply-rate' || id === 'tickets') }, view),
  ],
  ['a receipt', answerMessage(aReprint(), { ...view, picture: image })],
  [
    'a receipt whose number has changed',
    answerMessage(
      {
        ...aReprint(),
        since: {
          kind: 'changed',
          changes: [
            { name: '', now: '90.9 %', was: '91.2 %' },
            { name: 'Average', now: '4 h 05 min', was: '3 h 10 min' },
          ],
          redefined: true,
        },
      },
      view,
    ),
  ],
  ['a digest', digestMessages(aDigest(), { locale: 'en', readers: '#general, weekdays 08:30' }).main],
  ['the thread of a digest', digestMessages(aDigest(), { locale: 'en' }).thread!],
  [
    'a digest of a late source that has nothing to say',
    digestMessages(
      aDigest({
        ...{ findings: [], chart: null, scope: 'team Delivery only' },
        late: [{ source: 'crm', streams: ['survey', 'ticket'], asOf: '2026-11-22T04:10:00Z', isLate: true }],
      }),
      { locale: 'en' },
    ).main,
  ],
  ['a digest whose chart is missing', digestMessages(aDigest(), { locale: 'en', picture: 'missing' }).main],
  ['a digest of nothing', digestMessages(aDigest({ lines: [], chart: null, asOf: null }), { locale: 'en' }).main],
  ['no receipt', answerMessage({ kind: 'no-receipt', code: 'k7f3a2' }, view)],
  ['a receipt without its code', answerMessage({ kind: 'no-receipt', code: '' }, view)],
  ['the list of nothing', answerMessage({ kind: 'list', kpis: [] }, view)],
  ['an explanation', answerMessage(answered('explain resolution-time'), view)],
  ...refusals.map((refusal): [string, Message] => [
    `a refusal, ${refusal.why === 'outsider' ? refusal.standing : refusal.why}`,
    refusalMessage(refusal, owners, 'U0NOCRM001'),
  ]),
  ['a refusal with nobody to ask', refusalMessage({ why: 'no address' }, [], 'U0NOCRM001')],
  [
    'a part that was shared',
    resultMessage(anAnswer('sla-reported', { ...aResult(), scope: 'teams', scopeLabel: 'team Delivery only' }), {
      ...{ locale: 'en', picture: image },
      notice: shareNotice({ kind: 'shared', label: 'team Delivery only', because: ['Kim Example'] }),
    }),
  ],
  [
    'the Home of a supervisor',
    homeMessage({
      ...{ subscriptions: [], alerts: noAlerts },
      person: aPerson('Sari Wijaya'),
      results: [aResult(), stale],
      now: homeNow,
      locale: 'en',
    }),
  ],
  [
    'the Home of an executive without numbers',
    homeMessage({
      person: {
        ...aPerson('Maya Hartono'),
        ...{ role: 'executive', configured: true, own: [], rights: { all: true, teams: [], operators: [] } },
      },
      ...{ results: [], subscriptions: [], alerts: noAlerts, now: homeNow, locale: 'en' },
    }),
  ],
  ['looking it up', lookingUpMessage()],
  ['a failure', failureMessage('k7f3a2')],
  ['a restart', restartingMessage()],
  ['an unknown command', unknownCommandMessage('/kpis')],
  ['an old button', unknownActionMessage()],
  ['another workspace', notInstalledMessage()],
];

function verdictOn(message: Message) {
  let ids = 0;
  return validateBlocks(message.blocks, { surface: 'message', fileReady: () => true }, () => `b${ids++}`);
}

/** The words behind every button of a message. */
function commandsIn(message: Message): string[] {
  return message.blocks.flatMap((block) => {
    if (block.type !== 'actions') return [];
    const values = block.elements.flatMap((element) =>
      // Other buttons carry a number or a name.
      'value' in element && element.value && element.action_id?.startsWith('kpi.') ? [element.value] : [],
    );
    const about = block.block_id?.startsWith(askAbout) ? [block.block_id.slice(askAbout.length)] : [];
    return [...values, ...about];
  });
}

function every(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => every(each, name));
  if (typeof value !== 'object' || value === null) return [];
  const own =
    'type' in value && value.type === name && 'text' in value && typeof value.text === 'string' ? [value.text] : [];
  return [...own, ...Object.values(value).flatMap((each) => every(each, name))];
}

describe('a message for', () => {
  test.each(messages)('%s reads as agreed and is one that Slack takes', (_, message) => {
    expect(verdictOn(message)).toMatchObject({ ok: true });
    expect(message.text).not.toBe('');
    expect(message.text.length).toBeLessThanOrEqual(400);
    expect(message).toMatchSnapshot();
  });

  test.each(messages)('%s has buttons that are understood', (_, message) => {
    for (const command of commandsIn(message)) expect(parseRequest(splitWords(command)).kind).not.toBe('misunderstood');
  });
});

const hostile = [
  '<!channel> <!here> <!everyone>',
  '<@U0EXEC0001> <#C0GENERAL1>',
  '<https://evil.example|click me>',
  'https://evil.example/a?b=c www.evil.example evil.com',
  '*bold* _italic_ ~gone~ `code` ```block```',
  ':smile: > quote\n• list\n1. one',
  '&lt;!channel&gt; &amp;',
  '\u202Edetrevni\u202C \u2066isolated\u2069',
  'line\r\nbreak\ttab\u0000nul',
  '"quotes" “curly” \'single\' \\ back',
  '',
  ' ',
  '👩‍👩‍👧‍👦'.repeat(40),
  'ひらがな漢字'.repeat(60),
  'x'.repeat(5_000),
];

/** Messages that show names of the CRM or words that somebody typed. */
function foreignMessages(name: string): Message[] {
  const result = aResult({
    filters: { account: name, team: name },
    notes: [name],
    breakdown: aBreakdown((index) => `${name} ${index}`),
    freshness: { ...stale.freshness, sources: [{ source: name, stream: name, asOf: null }] },
  });
  const answer = anAnswer('sla-reported by account', result);
  const table = anAnswer('sla-reported by account table', result);
  const csv = anAnswer('sla-reported by account csv', result);
  const crowd = aWorkload(() => name);
  const [first] = crowd.breakdown!.rows;
  const many = Array.from({ length: 100 }, () => ({ ...first!, status: name }));
  const workload = { ...crowd, breakdown: { ...crowd.breakdown!, rows: many } };
  return [
    resultMessage(answer, { ...view, picture: { ...image, altText: name } }),
    resultMessage(answer, { ...view, picture: missing, notice: name, sharedBy: name }),
    leadMessage(answer, 'en'),
    answerMessage(table, view),
    answerMessage(csv, view),
    resultMessage(anAnswer('tickets', { ...aFunnel(() => name), ...severalNamed(name) }), {
      ...view,
      picture: missing,
    }),
    answerMessage(
      anAnswer(
        'tickets table',
        aMatrix(() => name, 2),
      ),
      view,
    ),
    answerMessage(
      {
        ...{ kind: 'unknown-scenario', request: anAnswer('tickets').request, scenario: name },
        ...{ choices: [name, name], commands: [name, name] },
      },
      view,
    ),
    resultMessage(anAnswer('tickets', aResult({ scenario: name })), view),
    answerMessage({ kind: 'no-receipt', code: name }, view),
    answerMessage(
      anAnswer(
        'leaderboard table',
        aLeaderboard(() => name),
      ),
      view,
    ),
    answerMessage(anAnswer('workload table', workload), view),
    answerMessage(
      { ...anAnswer('sla-reported', { ...result, value: null, requires: [name] }), kind: 'no-data', data: null },
      view,
    ),
    answerMessage(
      { ...unknownValue, value: name, choices: [name, name, name], commands: [name, name, name] } as Answer,
      view,
    ),
    answerMessage(
      {
        kind: 'misunderstood',
        what: 'kpi',
        text: name,
        understood: name,
        choices: [name],
        commands: [name],
        example: 'list',
      },
      view,
    ),
    answerMessage({ kind: 'explain', kpi: sla, owner: name, criticality: name, target: null }, view),
    refusalMessage(
      { why: 'no operator', email: name },
      [
        { name, slackUserId: name },
        { name, slackUserId: null },
      ],
      'U0NOCRM001',
    ),
    resultMessage(anAnswer('sla-reported'), {
      ...{ locale: 'en' },
      notice: shareNotice({ kind: 'no audience', why: { kind: 'without rights', names: [name] } }),
    }),
    homeMessage({
      subscriptions: [],
      alerts: noAlerts,
      person: aPerson(name),
      results: [aResult()],
      now: homeNow,
      locale: 'en',
    }),
    unknownCommandMessage(name),
    ...digestNamed(name),
  ];
}

/** A digest whose every word that may come from outside is that name, as long as one may be. */
function digestNamed(name: string): Message[] {
  const { main, thread } = digestMessages(
    aDigest({
      ...{ title: name, scope: name },
      lines: Array.from({ length: 8 }, () => aLine({ title: name })),
      findings: Array.from({ length: 3 }, () => ({ kind: 'unusual' as const, kpi: null, text: name, words: name })),
      late: Array.from({ length: 4 }, () => ({ source: name, streams: [name], asOf: null, isLate: true })),
      chart: { ...aDigest().chart!, altText: name },
    }),
    { locale: 'en', readers: name },
  );
  return thread ? [main, thread] : [main];
}

/** Two streams that differ, of sources of that name. */
function severalNamed(name: string): Pick<KpiResult, 'freshness'> {
  const [one, other] = severalStreams.freshness.sources;
  return { freshness: { ...severalStreams.freshness, sources: [one!, { ...other!, source: name, stream: name }] } };
}

function expectHarmless(message: Message): void {
  expect(verdictOn(message)).toMatchObject({ ok: true });
  // Slack parses mrkdwn and the top-level text; names are in neither but through the escape.
  for (const text of [message.text, ...every(message.blocks, 'mrkdwn')]) {
    const own = text.replaceAll(/<!date\^\d+\^[^<>|]*\|[^<>|]*>/g, '');
    expect(own).not.toMatch(/[<>]/);
    expect(own).not.toMatch(/https?:\/\/|www\.\w|evil\.\w/);
  }
  const literal = ['plain_text', 'text', 'raw_text'].flatMap((type) => every(message.blocks, type));
  for (const line of literal.flatMap((each) => each.split('\n'))) {
    // Whole pairs of isolates are ours: they keep a name from right to left inside its cell.
    const text = line.replaceAll(/\u2068([^\u202A-\u202E\u2066-\u2069]*)\u2069/gu, '$1');
    expect(text).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
  }
}

describe('names from outside', () => {
  test.each(hostile.map((name) => [name.slice(0, 40), name] as const))(
    'such as %j can neither mention, link nor break',
    (_, name) => {
      for (const message of foreignMessages(name)) expectHarmless(message);
    },
  );

  test('of any kind leave every message valid and within Slack’s limits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        for (const message of foreignMessages(name)) expectHarmless(message);
      }),
      { numRuns: 60 },
    );
  });

  test('never turn a menu or a share into a mention', () => {
    const shared = resultMessage(anAnswer('sla-reported'), { ...view, sharedBy: '!channel' });
    expect(JSON.stringify(shared)).not.toContain('<@');
  });
});

test('the list of a whole catalogue is one that Slack takes, every KPI in it', () => {
  const catalogue = Array.from({ length: 55 }, (_, index) => ({
    ...sla,
    ...{ id: `a-kpi-with-a-long-name-${index}`, group: groups[index % groups.length]!.id },
    question: 'How much of what came in was dealt with in time, by whom, and is it more than before?',
  }));
  const message = answerMessage({ kind: 'list', kpis: catalogue }, view);
  expect(verdictOn(message)).toMatchObject({ ok: true });
  expect(message.blocks.length).toBeLessThanOrEqual(limits.blocks / 2);
  for (const { id } of catalogue) expect(JSON.stringify(message)).toContain(`"${id}"`);
  expect(commandsIn(message)).toEqual(groups.map(({ id }) => `list ${id}`));
});

describe('long answers', () => {
  test('show what was left out', () => {
    const series = {
      grain: 'day',
      points: Array.from({ length: 400 }, (_, day) => ({ at: `day ${day}`, value: 1, complete: true })),
    } as const;
    const long = aResult({ series: { ...series, points: [...series.points] } });
    expect(JSON.stringify(answerMessage(anAnswer('sla-reported table', long), view))).toContain('… 360 earlier');
    expect(JSON.stringify(answerMessage(anAnswer('sla-reported csv', long), view))).toMatch(/… and \d+ more/);
    const some = aWorkload();
    const [row] = some.breakdown!.rows;
    const rows = Array.from({ length: 60 }, (_, index) => ({ ...row!, key: String(index) }));
    const crowd = { ...some, breakdown: { ...some.breakdown!, rows } };
    expect(JSON.stringify(answerMessage(anAnswer('workload', crowd), view))).toContain('… and 35 more');
    expect(JSON.stringify(answerMessage(anAnswer('workload table', crowd), view))).toContain('… and 20 more');
  });

  test('keep the number in a notification that is cut', () => {
    const result = aResult({ filters: { account: 'x'.repeat(300) } });
    const { text } = resultMessage(anAnswer('sla-reported', result), view);
    expect(text).toContain('91.2');
    expect(text.endsWith('…')).toBe(true);
  });

  test('drop a button or menu whose command does not fit rather than cut the command', () => {
    const words = `sla-reported account:${'x'.repeat(limits.buttonValue)}`;
    expect(commandsIn(resultMessage(anAnswer(words), view))).toEqual([]);
    const longish = commandsIn(resultMessage(anAnswer(`sla-reported account:${'x'.repeat(300)}`), view));
    expect(longish.length).toBeGreaterThan(0);
    expect(longish.every((command) => command.includes('x'.repeat(300)))).toBe(true);
  });
});
