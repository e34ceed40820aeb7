import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import type { Printer } from '../../src/pdf/printer.ts';
import { aSpec, namesOfTheWorld } from '../charts/specs.ts';
import { aDocument, testPrinter } from './printing.ts';
import { type ReadPdf, readPdf } from './read-pdf.ts';

let printer: Printer;
beforeAll(() => {
  printer = testPrinter();
});
afterAll(() => printer.close());

const print = async (request: Parameters<typeof aDocument>[0]) =>
  await readPdf(await printer.print(aDocument(request)));
const ours = /^NotoSans(Arabic|JP|KR|SC)?(Thin)?-(Regular|Thin|SemiBold|Bold)$/;

function expectOurFonts({ pages }: ReadPdf): void {
  for (const { fonts, notEmbedded } of pages) {
    expect(fonts.filter((name) => !ours.test(name))).toEqual([]);
    expect(notEmbedded).toEqual([]);
  }
}

describe('a printed document', () => {
  test('has a title, a language, bookmarks from its headings and a structure for screen readers', async () => {
    const pdf = await print({
      lang: 'de',
      title: 'Wochenbericht <46> & "mehr"',
      html: `<h1>Woche 46</h1><h2>Tickets</h2><p>Text</p><h3>SLA</h3><h2>Leads</h2>
        <table><thead><tr><th>Team</th><th>Wert</th></tr></thead><tbody><tr><td>A</td><td>1</td></tr></tbody></table>
        <ul><li>eins</li></ul>`,
    });
    expect(pdf.title).toBe('Wochenbericht <46> & "mehr"');
    expect(pdf.lang).toBe('de');
    expect(pdf.tagged).toBe(true);
    expect(pdf.outline).toEqual([
      {
        title: 'Woche 46',
        children: [
          { title: 'Tickets', children: [{ title: 'SLA', children: [] }] },
          { title: 'Leads', children: [] },
        ],
      },
    ]);
    expect(pdf.roles.filter((role) => /^(H\d|P|Table|TH|TD|LI)$/.test(role))).toEqual(
      'H1 H2 P H3 H2 Table TH TH TD TD LI'.split(' '),
    );
  });

  test('keeps its own title, language and paper when it is given as a whole document', async () => {
    const pdf = await print({
      html: '<!doctype html><html lang="fr"><head><title>no</title><style>p{color:red}</style></head><body><p>x</p></body></html>',
      lang: 'en',
      title: 'Weekly report',
      paper: 'Letter',
    });
    expect([pdf.title, pdf.lang]).toEqual(['Weekly report', 'en']);
    expect(pdf.pages[0]!.width).toBeCloseTo(612, 0);
  });

  test.each([
    ['A4', 595.3, 841.9],
    ['Letter', 612, 792],
  ] as const)('on %s is that large', async (paper, width, height) => {
    const { pages } = await print({ paper });
    expect(Math.abs(pages[0]!.width - width)).toBeLessThan(1);
    expect(Math.abs(pages[0]!.height - height)).toBeLessThan(1);
  });

  test('says on every page which it is, of how many, and the footer', async () => {
    const { pages } = await print({
      html: ['one', 'two', 'three']
        .map((text) => `<p style="break-after:page">${text}</p>`)
        .join('')
        .concat('<p>four</p>'),
      footer: '9–15 Nov 2026, Asia/Jakarta · as of 16 Nov 2026, 07:00\nReport "R-4711" </style>',
    });
    expect(pages).toHaveLength(4);
    for (const [index, { text }] of pages.entries()) {
      expect(text).toContain(`${index + 1} / 4`);
      expect(text).toContain('9–15 Nov 2026, Asia/Jakarta · as of 16 Nov 2026, 07:00');
      expect(text).toContain('Report "R-4711" </style>');
    }
  });

  test('has its charts as vectors, with text that can be searched and an alternative text', async () => {
    const renderer = createChartRenderer();
    try {
      const svg = await renderer.svg(aSpec({ altText: 'SLA rose to 92 %' }));
      const pdf = await print({ html: `<h1>Report</h1>${svg}` });
      expect(pdf.alts).toEqual(['SLA rose to 92 %']);
      expect(pdf.pages[0]!.text).toContain(aSpec().title);
      expectOurFonts(pdf);
    } finally {
      await renderer.close();
    }
  });
});

describe('the fonts of a printed document', () => {
  test('are ours for names of the world, in text, bold, charts and footers, and can be searched', async () => {
    const list = namesOfTheWorld.map((name) => `<li>${name} <b>${name}</b></li>`).join('');
    const pdf = await print({
      html: `<ul>${list}</ul><pre>code</pre><input value="x">`,
      footer: namesOfTheWorld.join(' '),
    });
    expectOurFonts(pdf);
    const text = pdf.pages.map((page) => page.text).join('\n');
    // Joined Arabic and Indic letters are drawn as they should be but may read back as their glyphs.
    const readable = namesOfTheWorld.filter((name) => !/\p{Script=Arabic}|\p{Script=Devanagari}|.{40}/u.test(name));
    expect(readable).toHaveLength(6);
    for (const name of readable) expect(text).toContain(name);
  });

  test('are ours for characters no bundled font has, in every generic family', async () => {
    const missing = '\u05d0\u05d1 \u0e01\u0e02 \u{1f600} \u{12000} \ue000 \u0b95';
    const families = ['serif', 'sans-serif', 'monospace', 'cursive', 'fantasy', 'system-ui', 'DejaVu Sans', 'Arial'];
    const pdf = await print({
      html: families.map((family) => `<p style="font-family:${family}">${missing} abc <i>${missing}</i></p>`).join(''),
      footer: missing,
    });
    expectOurFonts(pdf);
    expect(pdf.pages[0]!.fonts).toEqual(['NotoSans-Regular']);
  });

  test('are there when only the footer uses them', async () => {
    const pdf = await print({ html: '<h1>Only bold</h1>', footer: '東京 Привет' });
    expect(pdf.pages[0]!.text).toContain('東京 Привет');
    expect(pdf.pages[0]!.text).toContain('1 / 1');
    expectOurFonts(pdf);
  });

  test('are there in the first document of a new browser', async () => {
    const fresh = testPrinter();
    try {
      const { pages } = await readPdf(await fresh.print(aDocument()));
      expect(pages[0]!.text).toContain('All is well.');
    } finally {
      await fresh.close();
    }
  });
});
