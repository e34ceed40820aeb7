import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSubscribe } from '../../src/answers/subscribe.ts';
import { kpis } from '../../src/kpis/index.ts';
import { validateBlocks } from '../../src/sandbox/blocks/validate.ts';
import { validateView } from '../../src/sandbox/blocks/view.ts';
import type { Message } from '../../src/slack/blocks.ts';
import type { AlertsView } from '../../src/slack/messages/alerts.ts';
import { digestSettings } from '../../src/slack/messages/digest-settings.ts';
import { homeMessage } from '../../src/slack/messages/home.ts';
import { commandMisunderstoodMessage } from '../../src/slack/messages/misunderstood.ts';
import { type SubscribeFormView, subscribeForm } from '../../src/slack/messages/subscribe-form.ts';
import {
  deedMessage,
  nextTimesMessage,
  notSubscribedMessage,
  type SubscriptionView,
  subscribedMessage,
  subscriptionsMessage,
  troubleMessage,
} from '../../src/slack/messages/subscriptions.ts';
import { nextTimes } from '../../src/subscriptions/next-times.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { anIncident, aRule, someContent, zone } from './incidents.ts';
import { aPerson } from './results.ts';

const now = Temporal.Instant.from('2026-11-16T01:25:00Z');
const templates = { digest: ['morning-coffee'], report: ['weekly', 'monthly'] };

function aSubscription(more: Partial<Subscription> = {}): Subscription {
  return {
    ...{ tenantId: 1, subscriptionId: 3, name: null, kind: 'kpi', subject: 'sla 7d by team', carrier: 'slack' },
    ...{ recipient: 'C0GENERAL1', recipientName: '#general', viewer: null, owner: 'slack:U0EXEC0001' },
    ...{ cadence: { kind: 'weekdays' }, at: '08:30', timezone: 'Asia/Jakarta', holidays: null, locale: null },
    ...{ state: 'active', stateReason: null, unsubscribeKey: 'k', handledUntil: now, nextDueAt: now },
    ...more,
  };
}

const times = nextTimes({ cadence: { kind: 'daily' }, at: '08:30', timezone: 'Asia/Jakarta' }, now, 10);
const views = (name: string, count: number): SubscriptionView[] =>
  Array.from({ length: count }, (_, index) => ({
    subscription: aSubscription({
      ...{ subscriptionId: index + 1, subject: name, name: index % 3 === 0 ? 'coffee' : null },
      ...(index % 2 === 0 ? {} : { state: 'paused', stateReason: name, carrier: 'mail', recipient: name }),
    }),
    next: times[0],
  }));

/** Every message about subscriptions, with words from outside wherever some can stand. */
function messagesWith(name: string): Message[] {
  const subscription = aSubscription({ subject: name, recipientName: name, stateReason: name, state: 'paused' });
  const problem = parseSubscribe([name, 'daily'], templates);
  return [
    subscribedMessage('Subscribed', subscription, times.slice(0, 3)),
    subscriptionsMessage(views(name, 40), true),
    subscriptionsMessage([], false),
    nextTimesMessage(subscription, times),
    deedMessage(name, subscription),
    notSubscribedMessage(name),
    troubleMessage({ kind: 'paused', subscription, reason: name, slot: '2026-11-16' }),
    troubleMessage({ kind: 'missed', subscription, reason: name, slot: '2026-11-16' }),
    ...(problem.kind === 'subscribe' ? [] : [commandMisunderstoodMessage(problem, 'subscribe')]),
  ];
}

/** As many incidents and rules as Home shows, named so. */
function alertsWith(name: string): AlertsView {
  const content = { ...someContent, headline: name };
  const rule = aRule({ name: null, policy: { ...aRule().policy, title: name } });
  const numbers = Array.from({ length: 30 }, (_, index) => index + 1);
  return {
    incidents: numbers.map((incidentId) => ({ incident: anIncident({ incidentId, content }), rule })),
    rules: numbers.map((ruleId) => ({ ...rule, ruleId })),
    ...{ tenant: zone, all: false },
  };
}

function homeWith(name: string): object {
  const person = { ...aPerson(name), name };
  const { blocks } = homeMessage({
    ...{ person, results: [], subscriptions: views(name, 30), notice: name, now, locale: 'en' },
    alerts: alertsWith(name),
  });
  return { type: 'home', blocks };
}

function expectFine(message: Message): void {
  let ids = 0;
  const verdict = validateBlocks(message.blocks, { surface: 'message', fileReady: () => true }, () => `b${ids++}`);
  expect('messages' in verdict ? verdict.messages : []).toEqual([]);
  expect(message.text).not.toMatch(/[<>]/);
}

const form = (more: Partial<SubscribeFormView> = {}, name = 'sla 7d'): SubscribeFormView => ({
  form: {
    ...{ what: 'kpi', question: name, cadence: { kind: 'monthly', day: 10 }, at: '08:30', timezone: 'Asia/Jakarta' },
    ...{ where: 'channel', channel: 'C0GENERAL1' },
  },
  ...{
    templates,
    email: 'maya@example.com',
    maySendIntoChannels: true,
    place: '#general',
    changes: 3,
    from: 'C0GENERAL1',
  },
  ...{ times: times.slice(0, 3), ...more },
});

function expectView(view: object): void {
  let ids = 0;
  const scope = { fileReady: () => true };
  expect(validateView(view, scope, () => `b${ids++}`)).toMatchObject({ ok: true });
}

describe('messages about subscriptions', () => {
  test.each([
    '<!channel>',
    '*bold* `code`',
    '',
    ' ',
    '\u202Eright to left',
    'ひらがな'.repeat(100),
    '👩‍👩‍👧‍👦'.repeat(40),
    'x'.repeat(3_000),
  ])('are taken by Slack with %j anywhere', (name) => {
    for (const message of messagesWith(name)) expectFine(message);
    expectView(homeWith(name));
  });

  test('are taken whatever stands in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        for (const message of messagesWith(name)) expectFine(message);
        expectView(homeWith(name));
      }),
      { seed: 3, numRuns: 10 },
    );
  });

  test('say how many are not shown', () => {
    expect(JSON.stringify(subscriptionsMessage(views('sla', 40), true).blocks)).toContain('and 30 more');
  });

  test('offer no change of what crema.yaml says, and ask before they end anything', () => {
    const { blocks } = subscriptionsMessage(views('sla', 2), true);
    const buttons = blocks.flatMap((block) =>
      block.type === 'actions' ? [block.elements.map((one) => ('text' in one ? one.text?.text : ''))] : [],
    );
    expect(buttons).toEqual([
      ['Pause', 'Next times', 'Unsubscribe'],
      ['Change', 'Resume', 'Next times', 'Unsubscribe'],
      ['New subscription', 'My digest'],
    ]);
    expect(JSON.stringify(blocks)).toContain('"confirm":{"title":{"type":"plain_text","text":"Unsubscribe?"');
  });
});

describe('forms', () => {
  test('are taken by Slack, whatever was filled in', () => {
    expectView(subscribeForm(form()));
    expectView(subscribeForm(form({ changes: null, place: null, email: null, maySendIntoChannels: false, times: [] })));
    expectView(subscribeForm(form({ place: 'x'.repeat(300), problem: 'y'.repeat(4_000) }, 'z'.repeat(300))));
    const preferences = { locale: 'fi', timezone: 'Europe/Berlin', followed: [...kpis.map(({ id }) => id), 'gone'] };
    const usual = { locale: 'id', timezone: 'Asia/Jakarta' };
    expectView(digestSettings({ kpis, preferences, usual }));
    expectView(
      digestSettings({ kpis, preferences: { locale: null, timezone: null, followed: null }, usual, problem: 'no' }),
    );
  });

  test('show the fields that matter only', () => {
    const fields = (view: SubscribeFormView) =>
      subscribeForm(view).blocks.flatMap((block) => (block.type === 'input' ? [block.block_id] : []));
    expect(fields(form())).toEqual(['what', 'question', 'often', 'at', 'zone', 'where', 'channel']);
    const digest = { ...form().form, what: 'digest morning-coffee', where: 'me' as const };
    expect(fields(form({ form: digest }))).toEqual(['what', 'often', 'at', 'zone', 'where']);
  });
});
