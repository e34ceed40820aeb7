import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { composeMail, type Mail } from '../../../src/mail/compose.ts';
import { createSmtp } from '../../../src/mail/smtp.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { agent, executive, general } from '../../../src/sandbox/workspace.ts';
import { png, startSandbox } from '../harness.ts';
import { shows, textOf, useBrowser } from './browsing.ts';

const { open, shot, browser } = useBrowser();

const report: Mail = {
  from: { name: 'Crema', address: 'crema@example.com' },
  to: { name: executive.realName, address: executive.email },
  subject: 'Weekly report, 9-15 November: chat is faster, e-mail is late',
  html: '',
  text: 'Good morning Maya,\n\nTicket SLA 91.2 % (+3.4 points).\n',
  date: Temporal.Instant.from('2026-11-16T01:30:00Z'),
  dedupeKey: 'report:1',
  unsubscribeUrl: 'https://crema.example.com/unsubscribe/abcdefghijklmnop',
};

async function send(sandbox: Sandbox, ...mails: readonly Partial<Mail>[]): Promise<void> {
  const smtp = createSmtp({ url: sandbox.smtpUrl });
  onTestFinished(() => smtp.close());
  for (const [index, more] of mails.entries()) {
    const mail = { ...report, html: letter(), dedupeKey: `report:${index}`, ...more };
    const bytes = await composeMail(mail);
    const outcome = await smtp.send(
      { from: mail.from.address, to: mail.to.address, messageId: `<${index}@example.com>`, bytes },
      async () => undefined,
    );
    expect(outcome.kind).toBe('sent');
  }
}

const openMailbox = (sandbox: Sandbox, phone = false, mail = '') =>
  open(sandbox, executive.id, general.id, phone, `&tab=mail${mail && `&mail=${mail}`}`);

/** What stands in the frame of the open mail. */
async function framed(page: Page) {
  const frame = await (await page.waitForSelector('.mail iframe'))!.contentFrame();
  await frame.waitForSelector('body');
  return frame;
}

const widthOf = (page: Page) =>
  page.evaluate(
    () =>
      (globalThis as never as { document: { documentElement: { scrollWidth: number } } }).document.documentElement
        .scrollWidth,
  );

describe('the mailbox', () => {
  test('is empty until something comes, then shows it without a reload', async () => {
    const sandbox = await startSandbox();
    const page = await openMailbox(sandbox);
    expect(await textOf(page, '#messages')).toContain('No mail yet.');
    await shot(page, 'mail-1-empty');
    await send(sandbox, {});
    await shows(page, 'Weekly report, 9-15 November');
    expect(await textOf(page, '#sidebar a[data-channel=mail]')).toContain('1');
  });

  test('lists addresses with their mails, and shows the open one with pictures and PDF', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, ...week());
    const page = await openMailbox(sandbox);
    const addresses = await page.$$eval('.mails h2 .name', (names) => names.map(({ textContent }) => textContent));
    expect(addresses).toEqual([agent.email, executive.email]);
    await shot(page, 'mail-2-list');
    await Promise.all([page.waitForNavigation(), page.click('.mails a[href*="mail=3"]')]);
    const frame = await framed(page);
    await frame.waitForFunction(() => {
      const { images } = (globalThis as never as { document: { images: ArrayLike<{ naturalWidth: number }> } })
        .document;
      return images.length === 1 && images[0]!.naturalWidth > 0;
    });
    expect(await textOf(page, '.mail dl')).toContain('Maya Hartono <maya.hartono@example.com>');
    await shot(page, 'mail-3-open');
    const href = await page.$eval('.files a', (link) => link.getAttribute('href'));
    const pdf = await fetch(new URL(href!, sandbox.url));
    expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(pdf.headers.get('content-disposition')).toMatch(/^inline/);
    expect(pdf.headers.get('content-security-policy')).toBeNull();
    const raw = await fetch(new URL('/console/mail/3.eml', sandbox.url));
    expect(Buffer.from(await raw.arrayBuffer())).toEqual(sandbox.mail.mails[2]!.raw);
  });

  test('shows the text alternative and the headers that matter', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, {});
    const page = await openMailbox(sandbox, false, '1');
    await Promise.all([page.waitForNavigation(), page.click('.sides nav a:nth-child(2)')]);
    expect(await textOf(page, '.mail .side')).toContain('Ticket SLA 91.2 % (+3.4 points).');
    await shot(page, 'mail-4-text');
    await Promise.all([page.waitForNavigation(), page.click('.sides nav a:nth-child(3)')]);
    const headers = await textOf(page, '.mail .side');
    for (const part of ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click', 'auto-generated', 'Message-ID'])
      expect(headers).toContain(part);
    await shot(page, 'mail-5-headers');
  });

  test('runs nothing of a mail, and fetches nothing for it', async () => {
    const sandbox = await startSandbox();
    const asked: string[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void elsewhere.close());
    const tracker = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const evil = `<head><base href="${tracker}"></head><body><p id="p">Hello</p>
      <script>document.getElementById('p').textContent='ran'</script>
      <img src="${tracker}img" onerror="document.getElementById('p').textContent='ran'"><link rel="stylesheet" href="${tracker}link">
      <style>@import url(${tracker}import);p{background:url(${tracker}css)}</style><iframe src="${tracker}frame"></iframe>
      <object data="${tracker}object"></object><video src="${tracker}video" autoplay></video>
      <link rel="prefetch" href="${tracker}prefetch"><link rel="dns-prefetch" href="${tracker}">
      <meta http-equiv="refresh" content="0; url=${tracker}refresh"></body>`;
    await send(sandbox, { html: evil, subject: '<script>alert(1)</script>' });
    const page = await browser().newPage();
    onTestFinished(() => page.close());
    // A page whose frame is refused so much may never be loaded to its end.
    await page.goto(`${sandbox.url}?as=${executive.id}&c=${general.id}&tab=mail&mail=1`, {
      waitUntil: 'domcontentloaded',
    });
    const frame = await framed(page);
    await frame.waitForSelector('#p');
    expect(await frame.$eval('#p', ({ textContent }) => textContent)).toBe('Hello');
    // Whatever it would fetch, it would by now.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(asked).toEqual([]);
    expect(await textOf(page, '.mail h2')).toBe('<script>alert(1)</script>');
  });

  test('serves nothing that is not there, and only known types inline', async () => {
    const sandbox = await startSandbox();
    const file = { name: 'evil.html', mediaType: 'text/html', bytes: Buffer.from('<script>1</script>') };
    await send(sandbox, { attachments: [file] });
    const get = (path: string) => fetch(new URL(`/console/mail/${path}`, sandbox.url));
    const statuses = await Promise.all(
      ['9', '9/html', '1/files/7/x', '1/other', 'x', '1'].map(async (path) => (await get(path)).status),
    );
    expect(statuses).toEqual([404, 404, 404, 404, 404, 404]);
    const answer = await get('1/files/0/evil.html');
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('fits a phone: the list, then the mail, and back', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, ...week());
    const page = await openMailbox(sandbox, true);
    expect(await widthOf(page)).toBeLessThanOrEqual(390);
    await shot(page, 'mail-6-phone-list');
    await Promise.all([page.waitForNavigation(), page.click('.mails a[href*="mail=3"]')]);
    await framed(page);
    expect(await widthOf(page)).toBeLessThanOrEqual(390);
    expect(await page.$eval('.mails', (list) => list.checkVisibility())).toBe(false);
    await shot(page, 'mail-7-phone-open');
    await Promise.all([page.waitForNavigation(), page.click('.back')]);
    expect(await page.$eval('.mails', (list) => list.checkVisibility())).toBe(true);
  });

  test('can be used with the keyboard alone, also while mail comes in', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, {});
    const page = await openMailbox(sandbox);
    await page.focus('#messages');
    await page.keyboard.press('Tab');
    const focused = () =>
      page.evaluate(() =>
        (
          globalThis as never as { document: { activeElement: { getAttribute(name: string): string } } }
        ).document.activeElement.getAttribute('href'),
      );
    expect(await focused()).toContain('mail=1');
    await send(sandbox, { subject: 'A second mail' });
    await shows(page, 'A second mail');
    expect(await focused()).toContain('mail=1');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    expect(await textOf(page, '.mail h2')).toBe(report.subject);
  });

  test('tells whoever is elsewhere that mail has come', async () => {
    const sandbox = await startSandbox();
    const page = await open(sandbox, executive.id, general.id);
    await page.waitForFunction(
      () => (globalThis as never as { sessionStorage: { length: number } }).sessionStorage.length > 0,
    );
    await send(sandbox, {});
    await page.waitForSelector('#sidebar a[data-channel=mail].has-unread');
    await shot(page, 'mail-8-unread');
  });
});

describe('trouble with mail', () => {
  test('is planned and taken back beside the mailbox', async () => {
    const sandbox = await startSandbox();
    await send(sandbox, {});
    const page = await openMailbox(sandbox, false, '1');
    await page.click('#trouble');
    await (await page.waitForSelector('button[aria-label="No such mailbox, once"]'))?.click();
    await page.waitForSelector('.planned .state.on');
    expect(await textOf(page, '.planned')).toContain('No such mailbox, next time');
    expect(sandbox.mail.pendingFaults()).toMatchObject([{ fault: { kind: 'answer', code: 550 }, left: 1 }]);
    const cut = await page.$eval('.mails', ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
    expect(cut).toBe(0);
    await shot(page, 'mail-9-trouble');
    await page.click('[data-restore]');
    await shows(page, 'Everything works');
    expect(sandbox.mail.pendingFaults()).toEqual([]);
  });

  test('is planned for pages and hooks too, and what is planned of each is named', async () => {
    const sandbox = await startSandbox();
    const page = await openMailbox(sandbox, false);
    await page.click('#trouble');
    await (await page.waitForSelector('button[aria-label="Page refused, until restored"]'))?.click();
    await page.waitForSelector('.planned .state.on');
    await (await page.waitForSelector('button[aria-label="Pager is down, once"]'))?.click();
    await shows(page, 'Pager is down, next time');
    expect(await textOf(page, '.planned')).toContain('Page refused, until restored');
    expect(sandbox.paging.pendingFaults()).toMatchObject([{ fault: { status: 400 } }, { fault: { status: 503 } }]);
    await page.click('[data-restore]');
    await shows(page, 'Everything works');
    expect(sandbox.paging.pendingFaults()).toEqual([]);
  });
});

/** A few mails as a demo has them; the third is the report with picture and PDF. */
function week(): Partial<Mail>[] {
  const picture = png(560, 220);
  return [
    { subject: 'Weekly report, 26 October-1 November' },
    { subject: 'Weekly report, 2-8 November' },
    {
      images: [{ name: 'strip.png', mediaType: 'image/png', bytes: picture }],
      html: letter(
        '<p><img src="cid:strip.png" width="560" height="220" style="max-width:100%;height:auto" alt="SLA by week"></p>',
      ),
      attachments: [{ name: 'Weekly report 2026-W46.pdf', mediaType: 'application/pdf', bytes: tinyPdf() }],
    },
    { subject: `${'A very long subject '.repeat(8)}end`, to: { name: agent.realName, address: agent.email } },
    { subject: '週次レポート、11月9日〜15日', to: { name: agent.realName, address: agent.email } },
  ];
}

function letter(more = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"></head>
<body style="margin:0;padding:24px;font:16px/1.5 'Segoe UI',system-ui,sans-serif;color:#1f1b18">
<h1 style="font-size:22px;margin:0 0 8px">Weekly report, 9-15 November</h1>
<p>Chat is faster than in any week since August. E-mail is late: 37 tickets of high priority waited longer than an hour.</p>
${more}<table style="border-collapse:collapse;width:100%"><tr><td style="padding:8px;border-bottom:1px solid #e4dfd9">Ticket SLA</td>
<td style="padding:8px;border-bottom:1px solid #e4dfd9;text-align:right"><b>91.2 %</b> &#9650; 3.4 points</td></tr>
<tr><td style="padding:8px">First response</td><td style="padding:8px;text-align:right"><b>2 h 05 min</b> &#9660; 11 min</td></tr></table>
<p style="color:#655d56;font-size:13px">You get this every Monday at 08:30. <a href="https://crema.example.com/unsubscribe/abcdefghijklmnop">Unsubscribe</a></p></body></html>`;
}

/** One empty page. */
function tinyPdf(): Buffer {
  return Buffer.from(
    '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/MediaBox[0 0 300 400]/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
  );
}
