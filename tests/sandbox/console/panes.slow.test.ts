import type { App } from '@slack/bolt';
import type { Page } from 'puppeteer-core';
import { describe, expect, test } from 'vitest';
import { fixedClock, movableClock } from '../../../src/lib/clock.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { agent, executive, general, supervisor, support, supportLead } from '../../../src/sandbox/workspace.ts';
import { call, startBolt, startSandbox } from '../harness.ts';
import { shows, textOf, useBrowser } from './browsing.ts';

const { open, shot } = useBrowser();
const direct = 'D0AGENT001';
const plain = (text: string) => ({ type: 'plain_text' as const, text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text });
const option = (value: string, text: string) => ({ text: plain(text), value });
const button = (action_id: string, text: string, more: object = {}) => ({
  ...{ type: 'button' as const, action_id, text: plain(text), value: action_id },
  ...more,
});
const input = (block_id: string, label: string, element: object, more: object = {}) => ({
  ...{ type: 'input' as const, block_id, label: plain(label), element: { action_id: 'value', ...element } },
  ...more,
});

/** A form with every element a person can fill in. */
function alertForm() {
  return {
    ...{ type: 'modal', callback_id: 'alert', title: plain('New alert'), submit: plain('Save alert') },
    blocks: [
      { type: 'section', text: mrkdwn('Tells a channel when a number leaves its range.') },
      input('name', 'Name', { type: 'plain_text_input', placeholder: plain('SLA at risk'), min_length: 3 }),
      input('kpi', 'Number', {
        ...{ type: 'static_select', initial_option: option('sla', 'Ticket SLA compliance') },
        options: [option('sla', 'Ticket SLA compliance'), option('backlog', 'Open tickets')],
      }),
      input(
        'limit',
        'Below',
        { type: 'number_input', is_decimal_allowed: true, min_value: '0', max_value: '100' },
        { hint: plain('Percent, from 0 to 100') },
      ),
      input('how', 'How often', {
        ...{ type: 'radio_buttons', initial_option: option('once', 'Once per incident') },
        options: [option('once', 'Once per incident'), option('hourly', 'Every hour while it lasts')],
      }),
      input(
        'days',
        'On',
        {
          ...{ type: 'checkboxes', initial_options: [option('work', 'Working days')] },
          options: [option('work', 'Working days'), option('weekend', 'Weekends')],
        },
        { optional: true },
      ),
      input('where', 'Where', { type: 'conversations_select', filter: { include: ['public', 'private'] } }),
      input('who', 'Whom to ask', { type: 'users_select' }, { optional: true }),
      input('from', 'From', { type: 'timepicker', initial_time: '08:30' }, { optional: true }),
      input('since', 'Starting', { type: 'datepicker', initial_date: '2026-11-17' }, { optional: true }),
      input('until', 'Until', { type: 'datetimepicker', initial_date_time: 1_794_999_960 }, { optional: true }),
      input('copy', 'Copy to', { type: 'email_text_input' }, { optional: true }),
      { type: 'actions', block_id: 'row', elements: [button('preview', 'Preview')] },
    ],
  };
}

function homeView(note: string) {
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: plain('Good morning, Rafael') },
      {
        type: 'section',
        fields: [mrkdwn('*Ticket SLA*\n91.2 %  ▲ 3.4 points ✓'), mrkdwn('*Open tickets*\n24  ▼ 3')],
      },
      { type: 'divider' },
      {
        type: 'section',
        text: mrkdwn('*My subscriptions*\nMorning digest, working days at 08:30'),
        accessory: button('edit', 'Edit'),
      },
      { type: 'actions', elements: [button('alert', 'New alert', { style: 'primary' }), button('refresh', 'Refresh')] },
      { type: 'context', elements: [mrkdwn(note)] },
    ],
  };
}

interface Heard {
  sandbox: Sandbox;
  app: App;
  submitted: Record<string, Record<string, unknown>>[];
}

/** A bot with a home, a form that it refuses once, and an alert with a thread. */
async function startBot(): Promise<Heard> {
  const clock = movableClock(fixedClock('2026-11-16T08:25:00Z'));
  const sandbox = await startSandbox({ clock, timezone: 'Asia/Jakarta' });
  const app = await startBolt(sandbox);
  const submitted: Heard['submitted'] = [];
  const publish = (user: string, note: string) =>
    call(sandbox, 'views.publish', { user_id: user, view: homeView(note) }).then(() => undefined);
  app.event('app_home_opened', ({ event }) => publish(event.user, 'Updated just now'));
  app.action('refresh', async ({ ack, body }) => {
    await ack();
    await publish(body.user.id, 'Refreshed by hand');
  });
  app.action('alert', async ({ ack, body, client }) => {
    await ack();
    await client.views.open({
      trigger_id: (body as never as { trigger_id: string }).trigger_id,
      view: alertForm() as never,
    });
  });
  app.action('preview', async ({ ack, body, client }) => {
    await ack();
    const view = {
      type: 'modal',
      title: plain('Preview'),
      blocks: [{ type: 'section', text: mrkdwn('*SLA at risk*: 3 tickets') }],
    };
    await client.views.push({ trigger_id: (body as never as { trigger_id: string }).trigger_id, view: view as never });
  });
  app.view('alert', async ({ ack, view }) => {
    submitted.push(view.state.values as never);
    if (submitted.length === 1)
      await ack({ response_action: 'errors', errors: { name: 'There is an alert of this name' } });
    else await ack();
  });
  app.event('app_mention', async ({ event, client }) => {
    await client.chat.postMessage({
      channel: event.channel,
      thread_ts: event.thread_ts ?? event.ts,
      text: 'SLA 91.2 %',
    });
  });
  return { sandbox, app, submitted };
}

const visible = (page: Page, selector: string) =>
  page.waitForSelector(selector, { visible: true, timeout: 5_000 }).then((found) => found!);

async function openForm(phone = false): Promise<Heard & { page: Page }> {
  const heard = await startBot();
  const page = await open(heard.sandbox, agent.id, direct, phone, '&tab=home');
  await shows(page, 'Good morning, Rafael');
  await page.click('button[data-action=alert]');
  await visible(page, '#modal[open] form');
  return { ...heard, page };
}

describe('the home of the bot', () => {
  test('is asked for when somebody opens it, drawn, and can be operated', async () => {
    const { sandbox } = await startBot();
    const page = await open(sandbox, agent.id, direct, false, '&tab=home');
    await shows(page, 'Updated just now');
    expect(sandbox.dispatches[0]?.payload).toMatchObject({ event: { type: 'app_home_opened', tab: 'home' } });
    expect(await page.$('#composer')).toBeNull();
    await shot(page, '20-home');
    await page.click('button[data-action=refresh]');
    await shows(page, 'Refreshed by hand');
    await page.click('#sidebar a[data-channel]');
    await visible(page, '#composer');
  });

  test('says why it is empty without a bot that publishes one', async () => {
    const sandbox = await startSandbox();
    const page = await open(sandbox, executive.id, 'D0EXEC0001', false, '&tab=home');
    await shows(page, 'has not published a home for you yet');
    await shot(page, '21-home-empty');
  });
});

describe('a modal', () => {
  test('shows what is wrong at its field, keeps what was typed, and goes away once it went through', async () => {
    const { page, submitted, sandbox } = await openForm();
    await shot(page, '22-modal');
    await page.type('#field-name', 'ab');
    await page.click('#modal button[type=submit]');
    await shows(page, 'Please enter at least 3 characters');
    expect(
      await page.evaluate(
        () => (globalThis as never as { document: { activeElement: { id: string } } }).document.activeElement.id,
      ),
    ).toBe('field-name');
    await shot(page, '23-modal-errors');
    await page.type('#field-name', 'c');
    await page.type('#field-limit', '88.5');
    await page.select('#field-where', support.id);
    await page.click('#modal input[value=weekend]');
    await page.click('#modal button[type=submit]');
    await shows(page, 'There is an alert of this name');
    expect(await page.$eval('#field-limit', (field) => (field as never as { value: string }).value)).toBe('88.5');
    await page.type('#field-name', 'd');
    await page.click('#modal button[type=submit]');
    await page.waitForSelector('#modal:not([open])');
    expect(submitted.at(-1)).toMatchObject({
      name: { value: { value: 'abcd' } },
      kpi: { value: { selected_option: { value: 'sla' } } },
      limit: { value: { value: '88.5' } },
      how: { value: { selected_option: { value: 'once' } } },
      days: { value: { selected_options: [{ value: 'work' }, { value: 'weekend' }] } },
      where: { value: { selected_conversation: support.id } },
      from: { value: { selected_time: '08:30' } },
      since: { value: { selected_date: '2026-11-17' } },
      until: { value: { selected_date_time: 1_794_999_960 } },
    });
    expect(sandbox.modal(agent.id)).toBeUndefined();
  });

  test('stacks, goes back with Escape, and keeps what was typed below', async () => {
    const { page, sandbox } = await openForm();
    await page.type('#field-name', 'kept');
    await page.click('#modal button[data-action=preview]');
    await shows(page, 'SLA at risk: 3 tickets');
    await shot(page, '24-modal-pushed');
    await page.keyboard.press('Escape');
    await visible(page, '#field-name');
    expect(await page.$eval('#field-name', (field) => (field as never as { value: string }).value)).toBe('kept');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#modal:not([open])');
    expect(sandbox.modals(agent.id)).toEqual([]);
  });

  test('fits a phone', async () => {
    const { page } = await openForm(true);
    await shot(page, '25-modal-phone');
    const { right, bottom } = await page.$eval('#modal', (dialog) => {
      const box = (
        dialog as never as { getBoundingClientRect(): { right: number; bottom: number } }
      ).getBoundingClientRect();
      return { right: box.right, bottom: box.bottom };
    });
    expect(right).toBeLessThanOrEqual(390);
    expect(bottom).toBeLessThanOrEqual(844);
  });
});

describe('a thread', () => {
  async function withThread(phone = false): Promise<Heard & { page: Page }> {
    const heard = await startBot();
    const { sandbox } = heard;
    const { ts } = await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'SLA at risk: 3 tickets' });
    for (const text of ['Oldest has *14 min* left', 'Two are unassigned']) {
      await call(sandbox, 'chat.postMessage', { channel: support.id, text, thread_ts: ts });
    }
    const page = await open(sandbox, agent.id, support.id, phone);
    await page.click('a.thread');
    await visible(page, '#thread');
    return { ...heard, page };
  }

  test('opens beside the conversation, is answered there, and shows what the bot says to a mention', async () => {
    const { page, sandbox } = await withThread();
    expect(await textOf(page, '#thread')).toContain('2 replies');
    await page.type('#answer-text', '@Crema how much?');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      (globalThis as never as { document: { querySelector(s: string): { innerText: string } } }).document
        .querySelector('#thread')
        .innerText.includes('SLA 91.2 %'),
    );
    expect(await textOf(page, '#messages')).toContain('4 replies');
    expect(await textOf(page, '#messages')).not.toContain('how much?');
    await shot(page, '26-thread');
    expect(new URL(page.url()).searchParams.get('pane')).toMatch(/^thread:/);
    await page.click('#answer-broadcast');
    await page.type('#answer-text', 'On it');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() =>
      (globalThis as never as { document: { querySelector(s: string): { innerText: string } } }).document
        .querySelector('#messages')
        .innerText.includes('On it'),
    );
    expect(sandbox.conversation(support.id, supervisor.id).at(-1)).toMatchObject({ broadcast: true, text: 'On it' });
    await page.keyboard.press('Escape');
    await page.waitForSelector('#pane', { hidden: true });
  });

  test('covers a phone, and closes', async () => {
    const { page } = await withThread(true);
    await shot(page, '27-thread-phone');
    await page.click('#pane header a');
    await page.waitForSelector('#pane', { hidden: true });
  });
});

describe('the clock', () => {
  test('moves to tomorrow morning, onwards, and back to real time; messages follow', async () => {
    const { sandbox } = await startBot();
    const page = await open(sandbox, agent.id, general.id);
    expect(await textOf(page, '#face')).toMatch(/15:25\s+Mon,? 16 Nov · Jakarta/);
    await page.click('#face');
    await visible(page, '#pane [data-move]');
    await page.click('[data-move=tomorrow-0830]');
    await expect.poll(() => textOf(page, '.big')).toBe('08:30');
    await shows(page, '17 h 5 min ahead of real time');
    await page.click('[data-move=hour]');
    await shows(page, '09:30');
    const said = sandbox.say({ user: agent.id, channel: general.id, text: 'tomorrow already' });
    expect(Temporal.Instant.fromEpochMilliseconds(Math.floor(Number(said.ts) * 1000)).toString()).toMatch(
      /^2026-11-17T02:30:00/,
    );
    await shows(page, 'tomorrow already');
    await shot(page, '28-clock');
    await page.click('[data-move=real]');
    await shows(page, 'Goes with real time');
    expect(await textOf(page, '#face')).not.toContain('moved');
  });

  test('that cannot be moved only shows the time', async () => {
    const sandbox = await startSandbox();
    const page = await open(sandbox, agent.id, general.id, false, '&pane=clock');
    await shows(page, 'cannot be moved here');
    expect(await page.$('[data-move]')).toBeNull();
  });
});

describe('"Make it fail"', () => {
  test('plans a fault once or until restored, and changes the workspace', async () => {
    const { sandbox } = await startBot();
    const page = await open(sandbox, supportLead.id, support.id);
    await page.click('#trouble');
    await visible(page, '#pane [data-fault]');
    expect(await textOf(page, '#pane')).toContain('Everything works');
    await page.click('[data-fault=rate-limited]:not([data-lasting])');
    await shows(page, 'next time');
    await page.click('[data-fault=token_revoked][data-lasting]');
    await shows(page, 'until restored');
    await shot(page, '29-trouble');
    expect(sandbox.pendingFaults()).toMatchObject([{ left: 1 }, { left: Number.POSITIVE_INFINITY }]);
    expect(await call(sandbox, 'auth.test')).toMatchObject({ error: 'ratelimited' });
    expect(await call(sandbox, 'auth.test')).toMatchObject({ error: 'token_revoked' });
    await expect.poll(() => textOf(page, '#pane')).not.toContain('next time');
    await page.click('[data-restore]');
    await shows(page, 'Everything works');
    await page.click('[data-workspace=archive]');
    await shows(page, 'This channel is archived');
    await visible(page, 'html.script [data-workspace=unarchive]');
    await page.click('[data-workspace=unarchive]');
    await visible(page, 'html.script #composer');
    await page.click('[data-workspace=deactivate]');
    await shows(page, 'Daniel Okafor is deactivated');
  });

  test('fits a phone', async () => {
    const { sandbox } = await startBot();
    const page = await open(sandbox, agent.id, support.id, true, '&pane=trouble');
    await visible(page, '#pane [data-fault]');
    await shot(page, '30-trouble-phone');
    const width = await page.evaluate(
      () =>
        (globalThis as never as { document: { documentElement: { scrollWidth: number } } }).document.documentElement
          .scrollWidth,
    );
    expect(width).toBeLessThanOrEqual(390);
  });
});
