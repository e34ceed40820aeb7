import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Backtest } from '../../src/alerts/backtest.ts';
import { validateBlocks } from '../../src/sandbox/blocks/validate.ts';
import { validateView } from '../../src/sandbox/blocks/view.ts';
import type { Message } from '../../src/slack/blocks.ts';
import { type AlertFormView, alertForm } from '../../src/slack/messages/alert-form.ts';
import { howToWatchMessage, watchedMessage } from '../../src/slack/messages/alert-rule.ts';
import {
  alertsMessage,
  incidentGoneMessage,
  incidentSaidMessage,
  mayNotActMessage,
  mayNotSilenceMessage,
  ruleSaidMessage,
} from '../../src/slack/messages/alerts.ts';
import { incidentMessage, incidentReply } from '../../src/slack/messages/incident.ts';
import { type ShownSilence, silencedMessage, silencesMessage } from '../../src/slack/messages/silences.ts';
import { anIncident, aRule, aView, began, someContent, someHistory, states, zone } from './incidents.ts';

const past = (name: string, count: number): Backtest => ({
  ...{
    from: began.subtract({ hours: 24 * 90 }),
    to: began,
    fired: count,
    longestSeconds: 10_800,
    totalSeconds: 20_000,
  },
  ...{ outsideHours: 4, notes: [name], suggestion: `With clear: 87 % ${name}` },
  episodes: Array.from({ length: count }, (_, index) => ({
    ...{ labels: {}, name, from: began.subtract({ hours: 30 * (count - index) }), to: began },
    worst: { value: 1, text: name },
  })),
});

/** Every message about alerts, with words from outside wherever some can stand, and as many of them as there may be. */
function messagesWith(name: string): Message[] {
  const long = {
    ...{ ...someContent, stateWord: 'Breached', headline: name, threshold: name, more: 4_000, words: 'sla' },
    ...{ lines: [name, name, name, name, name], assigned: [name, name], worst: { rank: 1, text: name } },
  };
  const rule = aRule({ policy: { ...aRule().policy, title: name }, stateReason: name, state: 'paused' });
  const own = { ...rule, name: null, owner: 'slack:U0EXEC0001' };
  const history = Array.from({ length: 60 }, (_, index) => ({
    ...someHistory[1]!,
    ...{ entry: index, text: `says ${name}`, personName: name },
  }));
  const silence: ShownSilence = {
    ...{ silenceId: 3, matchers: {}, what: name, from: began, until: began.add({ hours: 2 }) },
    ...{ createdBy: name, person: null, comment: name },
  };
  const silences = Array.from({ length: 30 }, (_, index) => ({ ...silence, silenceId: index + 1 }));
  const rest = { rule, history, notUsefulTo: [name] };
  const shown = [
    aView({ content: long, acknowledgedAt: began, acknowledgedBy: name, assignedTo: name, muted: name }, rest),
    aView({ content: long, snoozedUntil: began, snoozedBy: name }, { ...rest, rule: own }),
    aView({ content: { ...long, unknown: { since: began.toString(), reason: name } }, muted: null }, rest),
    aView({ content: long, state: 'resolved', resolvedAt: began }, rest),
    aView({ content: { ...long, closed: name }, state: 'resolved', resolvedAt: began }, rest),
  ];
  const incidents = Array.from({ length: 12 }, (_, index) => ({
    incident: anIncident({ incidentId: index + 1, content: long, snoozedUntil: began, acknowledgedAt: began }),
    rule,
  }));
  const rules = Array.from({ length: 12 }, (_, index) => ({ ...own, ruleId: index + 1 }));
  return [
    ...shown.map(incidentMessage),
    incidentReply(history[0]!),
    alertsMessage({ incidents, rules, silences, tenant: zone, all: true }),
    alertsMessage({ incidents: [], rules: [], silences: [], tenant: zone, all: false }),
    ...[silencesMessage(silences, zone), silencesMessage([], zone), silencedMessage(silence, zone, began)],
    mayNotSilenceMessage(name, [{ name, slackUserId: null }]),
    watchedMessage('Watching', own, past(name, 40), zone),
    watchedMessage('You have this already', own, { unknown: name }, zone),
    watchedMessage('Watching', own, null, zone),
    howToWatchMessage(),
    ruleSaidMessage(`Not saved: ${name}`),
    incidentSaidMessage(`Snoozed by ${name}`, 42),
    incidentGoneMessage(42),
    mayNotActMessage(42, name, [{ name, slackUserId: null }]),
  ];
}

function expectFine(message: Message): void {
  let ids = 0;
  const verdict = validateBlocks(message.blocks, { surface: 'message', fileReady: () => true }, () => `b${ids++}`);
  expect(verdict).toMatchObject({ ok: true });
  expect(message.text.length).toBeGreaterThan(0);
  expect(message.text.length).toBeLessThanOrEqual(4_000);
}

describe('the message of an incident', () => {
  test.each(Object.entries(states))('of %s is as it was', (_, view) => {
    const shown = incidentMessage(view);
    expectFine(shown);
    expect(shown).toMatchSnapshot();
  });

  test('says the state first, for whoever only hears or glances at it', () => {
    const words = Object.values(states).map((view) => incidentMessage(view).text.split(':')[0]);
    expect(new Set(words)).toEqual(new Set(['Low', 'Breached', 'Recovered', 'Closed']));
  });

  test('has other block ids for its buttons with each version, and only numbers in their values', () => {
    const of = (version: number) => incidentMessage(aView({ version })).blocks.find(({ type }) => type === 'actions')!;
    expect(of(3).block_id).not.toBe(of(4).block_id);
    const values = JSON.stringify(of(3)).matchAll(/"value":"([^"]*)"/g);
    for (const [, value] of values) expect(value).toMatch(/^((30min|4h|tomorrow) )?42$/);
  });
});

describe('messages about alerts', () => {
  test.each([
    ['empty names', ''],
    ['names of 200 characters', 'W'.repeat(200)],
    ['names that look like markup', '<!channel> *bold* `code` <@U0EXEC0001> &amp; https://example.com :smile:'],
    ['names of control characters', '\u202E\n\t\u0000x'],
    ['names of astral characters', '👩‍👩‍👧‍👦'.repeat(40)],
    ['names of 3,000 characters', 'm'.repeat(3_000)],
  ])('are taken by Slack with %s', (_, name) => {
    for (const message of messagesWith(name)) expectFine(message);
  });

  test('are taken by Slack whatever the CRM calls things', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
        for (const message of messagesWith(name)) expectFine(message);
      }),
      { numRuns: 6, seed: 42 },
    );
  });

  test('never let words from outside mention anybody', () => {
    for (const message of messagesWith('<!channel> <@U0EXEC0002>')) {
      expect(JSON.stringify(message)).not.toMatch(/"mrkdwn","text":"[^"]*<[!@](?:channel|U0EXEC0002)/);
      expect(message.text).not.toContain('<!channel>');
    }
  });
});

describe('the form for a rule', () => {
  const form: AlertFormView['form'] = {
    ...{ watch: 'number', team: '', account: '', priority: [], metrics: [], before: '', risk: 'all' },
    ...{
      question: 'sla by team',
      side: 'below',
      mark: '85%',
      clear: '',
      against: 'previous',
      for: '',
      where: 'channel',
      channel: '',
    },
  };
  const view: AlertFormView = {
    ...{ form, email: 'maya@example.com', maySendIntoChannels: true, from: 'C0GENERAL1', tried: null, tenant: zone },
  };

  test.each([
    ['new', view],
    ['with a problem', { ...view, problem: 'x'.repeat(3_000) }],
    ['tried', { ...view, tried: { words: `sla ${'w'.repeat(400)}`, past: past('n'.repeat(300), 40) } }],
    ['about a change', { ...view, form: { ...form, side: 'any' as const, against: 'baseline' as const } }],
    [
      'about tickets at risk',
      { ...view, form: { ...form, watch: 'sla-risk' as const, team: 'Delivery', priority: ['high', 'critical'] } },
    ],
    ['with long words', { ...view, form: { ...form, question: 'q'.repeat(900), mark: 'm'.repeat(90) } }],
  ])('is taken by Slack when it is %s', (_, shown) => {
    let ids = 0;
    expect(validateView(alertForm(shown), { fileReady: () => true } as never, () => `b${ids++}`)).toMatchObject({
      ok: true,
    });
  });

  test('asks to test first and to save what was tested', () => {
    expect(alertForm(view).submit?.text).toBe('Test');
    expect(alertForm({ ...view, tried: { words: 'sla', past: past('x', 1) } }).submit?.text).toBe('Save');
  });
});
