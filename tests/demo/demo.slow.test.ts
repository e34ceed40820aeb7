import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';
import { type Demo, startDemo } from '../../src/demo/start.ts';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { agent, executive, general, stranger, supervisor } from '../../src/sandbox/workspace.ts';
import { runCrema } from '../app/run-crema.ts';
import { launchBrowser } from '../sandbox/browser.ts';

/** The whole product as `npm run demo` runs it: embedded PostgreSQL, import, aggregates, bot, sandbox, a real browser. */
const clock = fixedClock('2026-11-20T03:00:00Z');
let home: string;
let demo: Demo;
let told = '';
let browser: Browser;
let page: Page;

const start = () =>
  startDemo({
    environment: { ...readEnvironment({ CREMA_HOME: home }), port: 0 },
    clock,
    log: silentLog,
    note: (text) => {
      told += text;
    },
    consolePort: 0,
    size: { months: 5, contacts: 60 },
  });

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'crema-demo-'));
  demo = await start();
  browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await demo?.stop();
  await rm(home, { recursive: true, force: true });
});

async function open(user: string): Promise<void> {
  page = await browser.newPage();
  await page.goto(`${demo.sandbox.url}?as=${user}&c=${general.id}`);
  await page.waitForSelector('html.script');
}

/** Types a command as this person and waits for a picture or, without one, for the text. */
async function ask(text: string, expected: string | 'picture'): Promise<string> {
  const pictures = () => page.$$eval('.picture img', (images) => images.length);
  const before = await pictures();
  await page.type('#text', text);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  const shown = () => page.$eval('body', (body) => (body as unknown as { innerText: string }).innerText);
  await expect
    .poll(async () => (expected === 'picture' ? (await pictures()) > before : (await shown()).includes(expected)), {
      timeout: 20_000,
    })
    .toBe(true);
  return shown();
}

describe('the demo', () => {
  test('answers /kpi sla-reported with number, target, chart and buttons', async () => {
    await open(executive.id);
    const shown = await ask('/kpi sla-reported', 'picture');
    expect(shown).toContain('SLA met, as the CRM reports it');
    expect(shown).toMatch(/\d+\.\d %/);
    expect(shown).toContain('target 90 %');
    expect(shown).toContain('Share to channel');
    expect(shown).toContain('13–19 Nov 2026');
    const drawn = await page.$eval(
      '.picture img',
      (image) => (image as unknown as { naturalWidth: number }).naturalWidth,
    );
    expect(drawn).toBe(1200);
    await page.close();
  });

  test('shows each person what is theirs', async () => {
    const counts: Record<string, number> = {};
    for (const person of [executive, supervisor, agent]) {
      await open(person.id);
      const shown = await ask('/kpi tickets 30d', 'picture');
      counts[person.name] = Number(/Tickets created(?: · own \w+ only)?\n+([\d,]+)/.exec(shown)?.[1]?.replace(',', ''));
      if (person !== executive) expect(shown).toMatch(/own (teams|records) only/);
      await page.close();
    }
    expect(counts[executive.name]).toBeGreaterThan(counts[supervisor.name]!);
    expect(counts[supervisor.name]).toBeGreaterThan(counts[agent.name]!);
    expect(counts[agent.name]).toBeGreaterThan(0);
    await open(stranger.id);
    const refused = await ask('/kpi tickets', 'Daniel Okafor');
    expect(refused).not.toMatch(/Tickets created\s+[\d,]+/);
    await page.close();
  });

  test('has aggregates that verify, readable from the command line beside the running bot', async () => {
    const env = { CREMA_HOME: home };
    expect(await runCrema(['refresh', '--verify'], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('0 differing cells'),
    });
    const ran = await runCrema(['kpi', 'backlog', '--json', '--now', clock.now().toString()], env);
    expect(ran.code).toBe(0);
    const result = JSON.parse(ran.out) as {
      value: number;
      distribution: { bands: { count: number }[] };
      period: { timezone: string };
    };
    expect(result.value).toBeGreaterThan(20);
    expect(result.distribution.bands.every((band) => band.count > 0)).toBe(true);
    expect(result.period.timezone).toBe('Asia/Jakarta');
    for (const [id, least] of [
      ['csat', 3.5],
      ['nps', 0],
    ] as const) {
      const asked = await runCrema(['kpi', id, 'last month', '--json', '--now', clock.now().toString()], env);
      const answered = JSON.parse(asked.out) as { value: number; denominator: number; comparison: { value: number } };
      expect(answered.value).toBeGreaterThan(least);
      expect(answered.denominator).toBeGreaterThan(30);
      expect(answered.comparison.value).not.toBeNull();
    }
  });

  test('reuses its data the second time, and adds what has happened on a later day', async () => {
    await demo.stop();
    told = '';
    demo = await start();
    const records = () => Number(/(\d+) records/.exec(told)![1]);
    // Streams that are whole tables, and what bears the time of the last bookmark, come again.
    const again = records();
    expect(again).toBeLessThan(500);
    expect(told).toContain('contacts: 0 written');
    await demo.stop();
    clock.set('2026-11-21T03:00:00Z');
    told = '';
    demo = await start();
    expect(records()).toBeGreaterThan(again + 100);
    const [, messages] = /messages: (\d+) written/.exec(told)!.map(Number);
    expect(messages).toBeLessThan(1_000);
  });

  test('refuses a folder that holds other data', async () => {
    await demo.stop();
    await rm(path.join(home, 'demo'), { recursive: true });
    await expect(start()).rejects.toThrow("data that is not the demo's");
  });
});
