import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Printer } from '../../src/pdf/printer.ts';
import { aDocument, testPrinter } from './printing.ts';
import { readPdf } from './read-pdf.ts';

const secret = 'TOPSECRET4711';
const folder = mkdtempSync(path.join(os.tmpdir(), 'crema-secret-'));
const file = (name: string, text: string) => {
  writeFileSync(path.join(folder, name), text);
  return pathToFileURL(path.join(folder, name)).href;
};
const local = {
  text: file('secret.txt', secret),
  html: file('secret.html', `<p>${secret}</p>`),
  svg: file('secret.svg', `<svg xmlns="http://www.w3.org/2000/svg"><text id="a" y="20">${secret}</text></svg>`),
  css: file('secret.css', `body::after{content:"${secret}"}`),
};

/** Every connection counts, whatever is said on it: a look ahead without a request would tell that a report was printed. */
let connections = 0;
const server = createServer((socket) => {
  connections++;
  socket.on('error', () => {});
  socket.end(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n${secret}`);
});
let printer: Printer;
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  printer = testPrinter();
});
beforeEach(() => {
  connections = 0;
});
afterAll(async () => {
  await printer.close();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Ways to make a page ask for something, each given the address to ask for. */
const ways: Record<string, (url: string) => string> = {
  img: (url) => `<img src="${url}">`,
  'img srcset': (url) => `<img srcset="${url} 2x, ${url} 1x">`,
  'img loading=lazy far down': (url) => `<div style="height:9000px"></div><img loading="lazy" src="${url}">`,
  picture: (url) => `<picture><source srcset="${url}"><img alt=""></picture>`,
  iframe: (url) => `<iframe src="${url}"></iframe>`,
  'iframe srcdoc': (url) => `<iframe srcdoc="<img src='${url}'>"></iframe>`,
  'data: iframe': (url) => `<iframe src="data:text/html,<img src='${url}'>"></iframe>`,
  object: (url) => `<object data="${url}"></object>`,
  embed: (url) => `<embed src="${url}">`,
  'link stylesheet': (url) => `<link rel="stylesheet" href="${url}">`,
  'link preload': (url) => `<link rel="preload" as="image" href="${url}">`,
  'link prefetch': (url) => `<link rel="prefetch" href="${url}">`,
  '@import': (url) => `<style>@import url("${url}");</style>`,
  'CSS background': (url) => `<div style="background:url('${url}')">x</div>`,
  'CSS content': (url) => `<style>p::before{content:url("${url}")}</style><p>x</p>`,
  'CSS list-style': (url) => `<ul style="list-style-image:url('${url}')"><li>x</ul>`,
  'CSS mask': (url) => `<div style="mask-image:url('${url}')">x</div>`,
  '@font-face': (url) => `<style>@font-face{font-family:F;src:url("${url}")}</style><p style="font-family:F">x</p>`,
  'page margin box': (url) => `<style>@page{@top-left{content:url("${url}")}}</style><p>x</p>`,
  'svg image': (url) => `<svg><image href="${url}" width="9" height="9"/></svg>`,
  'svg feImage': (url) =>
    `<svg><filter id="f"><feImage href="${url}"/></filter><rect filter="url(#f)" width="9" height="9"/></svg>`,
  'svg style': (url) => `<svg><style>@import url("${url}");</style></svg>`,
  'svg foreignObject': (url) => `<svg><foreignObject width="9" height="9"><img src="${url}"/></foreignObject></svg>`,
  'meta refresh': (url) => `<meta http-equiv="refresh" content="0;url=${url}">`,
  base: (url) => `<base href="${url}"><img src="x.png">`,
  'input image': (url) => `<input type="image" src="${url}">`,
  'video poster': (url) => `<video poster="${url}"></video>`,
  video: (url) => `<video src="${url}" preload="auto"></video>`,
  audio: (url) => `<audio src="${url}" preload="auto"></audio>`,
  'body background': (url) => `<table background="${url}"><tr><td>x</table>`,
};

/** Ways that ask for nothing, as no script runs and nothing is looked up ahead: such a document is printed. */
const harmless: Record<string, (url: string) => string> = {
  script: (url) => `<script src="${url}"></script>`,
  'script that runs': (url) => `<script>fetch("${url}");document.title="${secret}"</script>`,
  'event handler': (url) => `<svg onload="fetch('${url}')"></svg><p onclick="x">x</p>`,
  'img that fails': (url) => `<img src="data:image/png;base64,AA" onerror="fetch('${url}')">`,
  'link preconnect': (url) => `<link rel="preconnect" href="${url}">`,
  'link dns-prefetch': (url) => `<link rel="dns-prefetch" href="${url}">`,
  'link modulepreload': (url) => `<link rel="modulepreload" href="${url}">`,
  'speculation rules': (url) =>
    `<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${url}"]}]}</script>`,
  'form that is not sent': (url) => `<form action="${url}"><button autofocus>x</button></form>`,
  'svg use of another origin': (url) => `<svg><use href="${url}#a"/></svg>`,
  link: (url) => `<a href="${url}" ping="${url}">x</a>`,
};

describe('a document that asks for anything is refused, and nothing is fetched', () => {
  test.each(Object.keys(ways))('over HTTP by %s', async (name) => {
    const printing = printer.print(aDocument({ html: ways[name]!(`http://${origin}/x?token=1`) }));
    await expect(printing).rejects.toMatchObject({ code: 'PDF_REFUSED', message: expect.stringContaining(origin) });
    await expect(printing).rejects.not.toMatchObject({ message: expect.stringContaining('token') });
    expect(connections).toBe(0);
  });

  test.each(['https', 'ws', 'wss', 'ftp', 'chrome', 'view-source:http', 'blob:http'])('over %s', async (scheme) => {
    const urls = [`${scheme}://${origin}/x`];
    for (const way of [ways.img!, ways.iframe!, ways['CSS background']!, ways['meta refresh']!]) {
      const bytes = await printer.print(aDocument({ html: urls.map(way).join('') })).catch((error) => {
        expect(error).toMatchObject({ code: 'PDF_REFUSED' });
      });
      // What the browser does not even take for an address is not asked for; it must not have come in either.
      if (bytes) expect((await readPdf(bytes)).pages[0]!.text).not.toContain(secret);
    }
    expect(connections).toBe(0);
  });
});

describe('a document cannot read a local file', () => {
  test.each(Object.keys({ ...ways, ...harmless }))('by %s', async (name) => {
    for (const url of Object.values(local)) {
      const printed = await printer
        .print(aDocument({ html: `<p>here</p>${{ ...ways, ...harmless }[name]!(url)}` }))
        .catch((error) => {
          expect(error).toMatchObject({ code: 'PDF_REFUSED' });
        });
      if (!printed) continue;
      const { pages } = await readPdf(printed);
      expect(pages[0]!.text).toContain('here');
      expect(pages.map(({ text }) => text).join('')).not.toContain(secret);
    }
  });
});

describe('a document that asks for nothing is printed', () => {
  test.each(Object.keys(harmless))('with %s', async (name) => {
    const bytes = await printer.print(aDocument({ html: `<p>here</p>${harmless[name]!(`http://${origin}/x`)}` }));
    const read = await readPdf(bytes);
    expect(read.pages[0]!.text).toContain('here');
    expect(read.title).toBe('Weekly report');
    expect(connections).toBe(0);
  });

  test('unless it asks for something beside itself', async () => {
    await expect(printer.print(aDocument({ html: '<img src="logo.png">' }))).rejects.toMatchObject({
      code: 'PDF_REFUSED',
      message: expect.stringContaining('/logo.png'),
    });
  });

  test('with pictures and fonts inlined', async () => {
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const bytes = await printer.print(aDocument({ html: `<img alt="a dot" src="data:image/png;base64,${dot}">` }));
    expect((await readPdf(bytes)).alts).toEqual(['a dot']);
  });
});

test('a refused document leaves the printer as it was', async () => {
  await expect(printer.print(aDocument({ html: ways['meta refresh']!(`http://${origin}/`) }))).rejects.toThrow();
  const { pages } = await readPdf(await printer.print(aDocument()));
  expect(pages.map(({ text }) => text).join()).toContain('All is well.');
});
