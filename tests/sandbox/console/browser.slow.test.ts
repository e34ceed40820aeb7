import type { Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { agent, archived, general, leadership, supervisor, support } from '../../../src/sandbox/workspace.ts';
import { call, startSandbox } from '../harness.ts';
import { startTinyBot } from '../tiny-bot.ts';
import { shows, textOf, useBrowser } from './browsing.ts';

const { open, shot, browser } = useBrowser();

const completions = [
  'help',
  'list',
  'hello',
  'sla',
  'sla-by-priority',
  'csat',
  '7d',
  '30d',
  'last week',
  'by',
  'table',
];

async function hello(sandbox: Sandbox, phone = false): Promise<Page> {
  await startTinyBot(sandbox);
  const page = await open(sandbox, agent.id, support.id, phone);
  await page.type('#text', '/kpi hello');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.picture img');
  return page;
}

describe('the console in a browser', () => {
  test('completes a command, sends it with Enter and shows the answer with its picture', async () => {
    const sandbox = await startSandbox({ completions });
    await startTinyBot(sandbox);
    const page = await open(sandbox, agent.id, support.id);
    await page.type('#text', '/kpi s');
    expect(await page.$$eval('#suggestions li', (items) => items.map(({ textContent }) => textContent))).toEqual([
      'sla',
      'sla-by-priority',
    ]);
    await shot(page, '1-completion');
    await page.keyboard.press('Backspace');
    await page.type('#text', 'he');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.$eval('#text', (field) => (field as unknown as { value: string }).value)).toBe('/kpi hello ');
    await page.keyboard.press('Enter');
    await shows(page, 'Ticket SLA compliance');
    expect(sandbox.dispatches[0]?.payload).toMatchObject({ text: 'hello', user_id: agent.id, channel_id: support.id });
    await page.waitForFunction(() => {
      const image = (
        globalThis as never as { document: { querySelector(s: string): { naturalWidth: number } | null } }
      ).document.querySelector('.picture img');
      return image !== null && image.naturalWidth === 600;
    });
    expect(await textOf(page, '#messages')).toContain('Only visible to you');
    expect(await textOf(page, '#messages')).toContain('@Rafael Costa');
    await shot(page, '2-answer');
  });

  test('completes what has a space in it, with Tab and with a click', async () => {
    const sandbox = await startSandbox({ completions });
    const page = await open(sandbox, agent.id, support.id);
    const typed = () => page.$eval('#text', (field) => (field as unknown as { value: string }).value);
    await page.type('#text', '/');
    await page.keyboard.press('Tab');
    await page.type('#text', 'sla last w');
    await page.keyboard.press('Tab');
    expect(await typed()).toBe('/kpi sla last week ');
    await page.type('#text', 'tab');
    await page.click('#suggestions li');
    expect(await typed()).toBe('/kpi sla last week table ');
    await page.keyboard.press('Escape');
    expect(await page.$eval('#suggestions', (list) => list.checkVisibility())).toBe(false);
  });

  test('presses a button in place, asks first where the app wants it, and operates menus', async () => {
    const sandbox = await startSandbox({ completions });
    const page = await hello(sandbox);
    await page.click('button[data-action=why]');
    await shows(page, 'Because chat recovered.');
    await page.click('button[data-action=share]');
    await page.waitForSelector('#question[open]');
    await shot(page, '3-question');
    await page.click('#question button[value=deny]');
    await page.click('button[data-action=share]');
    await page.click('#question button[value=confirm]');
    await shows(page, 'shared SLA 91.2 %');
    expect(sandbox.conversation(support.id, supervisor.id)).toHaveLength(1);
    await page.click('.overflow summary');
    await shot(page, '4-menu');
    await page.click('.overflow button[data-value=csv]');
    await shows(page, 'You chose csv.');
    await page.select('select[data-action=period]', '30d');
    await shows(page, 'You chose 30d.');
  });

  test('opens a picture larger and closes it with Escape', async () => {
    const sandbox = await startSandbox();
    const page = await hello(sandbox);
    await page.click('.picture');
    await page.waitForSelector('#zoom[open] img');
    await shot(page, '5-zoom');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#zoom:not([open])');
  });

  test('switches the person, who does not see what others were told alone', async () => {
    const sandbox = await startSandbox();
    const page = await hello(sandbox);
    await Promise.all([page.waitForNavigation(), page.click(`#sidebar a[href*="${supervisor.id}"]`)]);
    expect(new URL(page.url()).searchParams.get('c')).toBe(support.id);
    expect(await textOf(page, '#messages')).not.toContain('Ticket SLA compliance');
    await page.type('#text', 'Good morning <everyone>');
    await page.keyboard.press('Enter');
    await shows(page, 'Good morning <everyone>');
    expect(sandbox.conversation(support.id, agent.id).at(-1)).toMatchObject({ user: supervisor.id });
  });

  test('says when the app does not answer in time', async () => {
    const sandbox = await startSandbox();
    await startTinyBot(sandbox);
    const page = await open(sandbox, agent.id, support.id);
    await page.type('#text', '/kpi silent');
    await page.keyboard.press('Enter');
    await shows(page, 'waiting for the app');
    await shows(page, 'failed with the error "operation_timeout"');
    await shot(page, '6-timeout');
  });

  test('shows a message that arrives elsewhere as unread, without a reload', async () => {
    const sandbox = await startSandbox();
    const page = await open(sandbox, agent.id, support.id);
    await page.waitForFunction(
      () => (globalThis as never as { sessionStorage: { length: number } }).sessionStorage.length > 0,
    );
    await call(sandbox, 'chat.postMessage', { channel: general.id, text: 'Morning coffee' });
    await page.waitForSelector(`#sidebar a[data-channel=${general.id}].has-unread`);
    await call(sandbox, 'chat.postMessage', { channel: support.id, text: 'Live here' });
    await shows(page, 'Live here');
  });

  test('draws every kind of block', async () => {
    const sandbox = await startSandbox();
    await call(sandbox, 'chat.postMessage', { channel: leadership.id, text: 'Morning', blocks: gallery() });
    const thread = await call(sandbox, 'chat.postMessage', {
      channel: leadership.id,
      text: 'SLA at risk',
      attachments: alert(),
    });
    await call(sandbox, 'chat.postMessage', { channel: leadership.id, text: 'Acknowledged', thread_ts: thread.ts });
    const page = await open(sandbox, 'U0EXEC0001', leadership.id);
    await page.click('a.thread');
    await page.waitForSelector('#thread .message + .day');
    await shot(page, '7-blocks-end');
    await page.$eval('#messages', (element) => element.scrollTo({ top: 0 }));
    await shot(page, '8-blocks-start');
    expect(await page.$$eval('.grid table', (tables) => tables.length)).toBe(3);
  });

  test("writes times in the browser's zone, today going by the sandbox clock", async () => {
    const sandbox = await startSandbox();
    const at = Temporal.Instant.from('2026-11-16T08:25:00Z').epochMilliseconds / 1000;
    await call(sandbox, 'chat.postMessage', {
      channel: general.id,
      text: `<!date^${at}^As of {date_short_pretty} at {time}|?>`,
    });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    await page.emulateTimezone('Asia/Jakarta');
    await page.goto(`${sandbox.url}?as=${agent.id}&c=${general.id}`);
    await page.waitForSelector('html.script');
    expect((await textOf(page, '#messages')).replaceAll('\u202f', ' ')).toContain('As of today at 3:25 PM');
    expect(await textOf(page, '.day')).toBe('Today');
  });

  test('leaves an archived channel readable only', async () => {
    const sandbox = await startSandbox();
    const page = await open(sandbox, agent.id, archived.id);
    expect(await page.$('#composer')).toBeNull();
    expect(await textOf(page, 'main')).toContain('This channel is archived');
    await shot(page, '9-archived');
  });

  test('fits a phone: nothing runs off the side, channels are behind a button', async () => {
    const sandbox = await startSandbox({ completions });
    const page = await hello(sandbox, true);
    await shows(page, 'Share to channel');
    const width = await page.evaluate(
      () =>
        (globalThis as never as { document: { documentElement: { scrollWidth: number } } }).document.documentElement
          .scrollWidth,
    );
    expect(width).toBeLessThanOrEqual(390);
    await shot(page, '10-phone');
    expect(await page.$eval('#sidebar', (element) => element.checkVisibility())).toBe(false);
    await page.click('#menu');
    expect(await page.$eval('#sidebar', (element) => element.checkVisibility())).toBe(true);
    await shot(page, '11-phone-menu');
  });

  test('can be used with the keyboard alone', async () => {
    const sandbox = await startSandbox();
    const page = await hello(sandbox);
    await page.focus('#messages');
    const reached: string[] = [];
    for (let step = 0; step < 10; step += 1) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(() => {
          const { activeElement } = (
            globalThis as never as {
              document: { activeElement: { innerText?: string; id: string; ariaLabel?: string } };
            }
          ).document;
          return activeElement.ariaLabel || activeElement.innerText || activeElement.id;
        }),
      );
      if (reached.at(-1) === 'More actions') break;
    }
    expect(reached).toEqual(expect.arrayContaining(['Share to channel', 'Why?', 'Period', 'More actions']));
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await shows(page, 'You chose explain.');
  });
});

function gallery(): object[] {
  const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
  const raw = (text: string) => ({ type: 'raw_text', text });
  const amount = (value: number, text: string) => ({ type: 'raw_number', value, text });
  const rich = (...elements: object[]) => ({ type: 'rich_text_section', elements });
  return [
    { type: 'header', text: { type: 'plain_text', text: 'Good morning, Monday 16 November' } },
    {
      type: 'section',
      fields: [
        mrkdwn('*Ticket SLA*\n91.2 %  ▲ 3.4 points ✓'),
        mrkdwn('*First response*\n2 h 05 min  ▼ 11 min ✓'),
        mrkdwn('*Open tickets*\n1,204  ▲ 38'),
        mrkdwn('*CSAT*\n4.5 of 5  no change'),
      ],
    },
    { type: 'divider' },
    {
      type: 'section',
      text: mrkdwn(
        '*Worth a look*\n• Chat is _slower_ than usual since 14:00, see <https://example.com/chat|the chart>\n> Critical tickets: ~5~ 3 left\nAsk <@U0LEAD0001> in <#C0SUPPORT1> or type `/kpi why sla`. Fresh at <!date^1763281500^{date_short_pretty} at {time}|08:25>.',
      ),
      accessory: { type: 'button', action_id: 'open', text: { type: 'plain_text', text: 'Show KPI' } },
    },
    {
      type: 'rich_text',
      elements: [
        rich(
          { type: 'text', text: 'Late: ', style: { bold: true } },
          { type: 'text', text: 'nothing. ' },
          { type: 'emoji', name: 'coffee' },
        ),
        {
          type: 'rich_text_list',
          style: 'bullet',
          elements: [rich({ type: 'text', text: 'tickets 08:20' }), rich({ type: 'text', text: 'campaigns 08:10' })],
        },
      ],
    },
    {
      type: 'table',
      column_settings: [{ align: 'left' }, { align: 'right' }],
      rows: [
        [raw('Priority'), raw('SLA')],
        [raw('Critical'), raw('84.0 %')],
        [raw('High'), raw('92.3 %')],
      ],
    },
    {
      type: 'data_table',
      caption: 'Tickets by team',
      rows: [
        [raw('Team'), raw('Solved'), raw('SLA')],
        ...['Chat', 'E-mail', 'Phone'].map((team, index) => [
          raw(team),
          amount(120 + index, `${120 + index}`),
          amount(91 - index, `${91 - index}.0 %`),
        ]),
      ],
    },
    {
      type: 'data_visualization',
      title: 'SLA by week',
      chart: {
        type: 'line',
        series: [
          { name: 'SLA', data: ['W44', 'W45', 'W46'].map((label, index) => ({ label, value: 87 + index * 2 })) },
        ],
        axis_config: { categories: ['W44', 'W45', 'W46'] },
      },
    },
    { type: 'context', elements: [mrkdwn('9-15 Nov · Asia/Jakarta · as of 08:25 · fresh')] },
  ];
}

function alert(): object[] {
  return [
    {
      color: '#d55e00',
      fallback: 'SLA at risk: 3 tickets',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'SLA at risk: 3 tickets' } },
        { type: 'section', text: { type: 'mrkdwn', text: 'Oldest has *14 min* left, two are unassigned.' } },
        {
          type: 'actions',
          elements: [
            { type: 'button', action_id: 'ack', style: 'primary', text: { type: 'plain_text', text: 'Acknowledge' } },
            { type: 'button', action_id: 'drop', style: 'danger', text: { type: 'plain_text', text: 'Not useful' } },
          ],
        },
      ],
    },
  ];
}
