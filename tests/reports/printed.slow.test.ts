import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { renderReport } from '../../src/reports/pages.ts';
import type { Report } from '../../src/reports/report.ts';
import type { Paper } from '../../src/reports/template.ts';
import { useDatabase } from '../database.ts';
import { testPrinter } from '../pdf/printing.ts';
import { type ReadPage, type ReadPdf, readPdf } from '../pdf/read-pdf.ts';
import { aReport, foreignNames, makeCompany, nameThings } from './company.ts';
import { countInk } from './ink.ts';
import { spokenTexts } from './spoken-texts.ts';

/** Reports of a company with records of every kind, as they come out of the printer. */
const database = useDatabase();
const charts = createChartRenderer();
const printer = testPrinter();

const own = {
  names: {
    sections: [
      'campaigns' as const,
      { title: 'Verkäufe · 売上 · المبيعات', questions: ['campaigns 8w', 'leaderboard 8w', 'tickets 8w by operator'] },
    ],
  },
};

const reports = new Map<string, Report>();
const printed = new Map<string, ReadPdf>();
const bytesOf = new Map<string, Buffer>();
const arabic = /\p{Script=Arabic}/u;

async function print(name: string, report: Report): Promise<void> {
  reports.set(name, report);
  const bytes = await printer.print(await renderReport({ charts }, report));
  bytesOf.set(name, bytes);
  printed.set(name, await readPdf(bytes));
}

beforeAll(async () => {
  const company = await makeCompany(database.db, 'printed');
  const weekly = await aReport(company);
  await print('A4', weekly);
  await print('Letter', { ...weekly, paper: 'Letter' });
  await print('monthly', await aReport(company, { name: 'monthly', period: { from: '2026-10-01', to: '2026-11-01' } }));
  await print('empty', await aReport(await makeCompany(database.db, 'nothing', { empty: true })));
  const foreign = await makeCompany(database.db, 'foreign', { name: 'شركة المثال · 例の会社' });
  await nameThings(foreign);
  await print('names', await aReport(foreign, { name: 'names', reports: own }));
}, 180_000);
afterAll(async () => {
  await charts.close();
  await printer.close();
});

const all = ['A4', 'Letter', 'monthly', 'names', 'empty'] as const;
const filled = ['A4', 'Letter', 'monthly', 'names'] as const;
const sizes: Record<Paper, [number, number]> = { A4: [595, 842], Letter: [612, 792] };
/** 15 mm at the sides; 16 mm at the top; the foot begins 20 mm above the edge. */
const side = 42.5;
const top = 45.3;
const foot = 56.7;

const pdfOf = (name: string) => printed.get(name)!;
const reportOf = (name: string) => reports.get(name)!;
const itemsOf = (name: string) => reportOf(name).sections.flatMap(({ items }) => items);
const plain = (text: string) => text.replaceAll(/\s+/g, ' ');
const textOf = (name: string) =>
  plain(
    pdfOf(name)
      .pages.map(({ text }) => text)
      .join(' '),
  );
/** What stands between the margins, line by line from the top. */
const linesOf = ({ pieces, height }: ReadPage) => {
  const lines = Map.groupBy(
    pieces.filter(({ y }) => y < height - foot),
    ({ y }) => Math.round(y),
  );
  return [...lines].sort(([a], [b]) => a - b).map(([, line]) => line.map(({ text }) => text.trim()).join(' '));
};

describe('a printed report', () => {
  test.each(all)('%s has its paper, title, language, tags and page numbers', (name) => {
    const { pages, title, lang, tagged } = pdfOf(name);
    const { paper, company } = reportOf(name);
    for (const { width, height } of pages)
      expect([Math.round(width), Math.round(height)]).toEqual(sizes[paper].map(Math.round));
    expect(title).toContain(company);
    expect({ lang, tagged }).toEqual({ lang: 'en', tagged: true });
    for (const [index, { text }] of pages.entries()) expect(text).toContain(`${index + 1} / ${pages.length}`);
    for (const { text } of pages) expect(plain(text)).toContain(`report ${reportOf(name).id}`);
  });

  test.each(all)('%s has nothing outside the margins', (name) => {
    for (const { pieces, width, height } of pdfOf(name).pages) {
      expect(pieces.filter(({ x }) => x < side - 1).map(({ text }) => text)).toEqual([]);
      const within = pieces.filter(({ y }) => y < height - foot);
      expect(within.filter(({ x, width: w }) => x + w > width - side + 1).map(({ text }) => text)).toEqual([]);
      expect(pieces.filter(({ y }) => y < top || y > height - 20).map(({ text }) => text)).toEqual([]);
    }
  });

  test.each(filled)('%s has every number of its strip and tables as text that can be searched', (name) => {
    const text = textOf(name);
    for (const { title, shown } of reportOf(name).strip) {
      expect(text).toContain(plain(title));
      expect(text).toContain(plain(shown));
    }
    for (const { sentence, shown, table } of itemsOf(name)) {
      expect(text).toContain(plain(sentence.slice(sentence.indexOf(`: ${shown}`) + 2)));
      for (const cell of table.rows.flatMap((row) => row.filter((_, column) => table.numeric[column])))
        expect(text).toContain(plain(cell));
    }
  });

  test.each(filled)('%s has a text for every chart and every line of the strip, in the tags too', (name) => {
    const { alts } = pdfOf(name);
    const drawn = itemsOf(name).flatMap(({ chart }) => chart?.altText ?? []);
    const lines = reportOf(name).strip.flatMap(({ trend }) => trend?.altText ?? []);
    expect(drawn.length).toBeGreaterThan(0);
    for (const alt of [...drawn, ...lines]) expect(alts.map(plain)).toContain(plain(alt));
  });

  test.each(filled)(
    '%s has no blank chart: their words are text, and their pages have the ink of pictures',
    async (name) => {
      const { pages } = pdfOf(name);
      const drawn = itemsOf(name).flatMap(({ chart }) => chart ?? []);
      for (const { title } of drawn) expect(textOf(name)).toContain(plain(title));
      // Every chart names its source in a corner.
      const counts = pages.map(({ text }) => plain(text).match(/Source: \S+/g)?.length ?? 0);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(drawn.length);
      for (const [index, count] of counts.entries())
        if (count > 0) expect(await countInk(pages[index]!), `page ${index + 1}`).toBeGreaterThan(600 * count);
    },
  );

  test.each(all)('%s has no heading, and no header of a table, alone at the foot of a page', (name) => {
    const { pages } = pdfOf(name);
    const headers = [
      ...itemsOf(name).map(({ table }) => table.header),
      ['Number', 'Formula', 'Owner', 'Target'],
      ['Source', 'Stream', 'Reaches', 'Age', 'State'],
    ].map((cells) => plain(cells.filter((cell) => cell !== '').join(' ')));
    const headings = itemsOf(name).map(({ title }) => plain(title));
    const sections = [
      ...reportOf(name).sections.map(({ title }) => title),
      'Restatements',
      'Data quality',
      'Definitions',
    ];
    for (const page of pages)
      expect([...headers, ...headings, ...sections]).not.toContain(plain(linesOf(page).at(-1) ?? ''));
  });

  test.each(filled)('%s repeats the header where a table goes on over a page', (name) => {
    // Definitions are long enough to be cut in every report but the shortest.
    const pages = pdfOf(name).pages.filter(({ text }) => /Customer Success|Marketing/.test(text));
    for (const page of pages) expect(linesOf(page).map(plain)).toContain('Number Formula Owner Target');
  });

  test.each(filled)('%s has the bookmarks of its sections, each with its items', (name) => {
    const { outline } = pdfOf(name);
    const [title] = outline;
    const { sections } = reportOf(name);
    expect(plain(title!.title)).toBe(reportOf(name).title);
    expect(title!.children.map((one) => plain(one.title))).toEqual([
      ...sections.map((one) => one.title),
      'Restatements',
      'Data quality',
      'Definitions',
    ]);
    for (const [index, { items }] of sections.entries())
      expect(title!.children[index]!.children.map((one) => plain(one.title))).toEqual(
        items.map((item) => plain(item.title)),
      );
  });

  test.each(all)('%s has its own fonts and no other', (name) => {
    for (const { fonts, notEmbedded } of pdfOf(name).pages) {
      expect(notEmbedded).toEqual([]);
      expect(fonts.filter((font) => !font.startsWith('NotoSans'))).toEqual([]);
    }
  });

  test('has tables that say what is a header', () => {
    const { roles } = pdfOf('A4');
    expect(roles.filter((role) => role === 'Table').length).toBeGreaterThanOrEqual(itemsOf('A4').length);
    for (const role of ['H1', 'H2', 'H3', 'TH', 'TD', 'Figure', 'L']) expect(roles).toContain(role);
  });

  test('is no longer than it has to be', () => {
    expect(pdfOf('A4').pages.length).toBeLessThanOrEqual(12);
    expect(pdfOf('empty').pages).toHaveLength(1);
  });
});

describe('names from outside', () => {
  test('print in every script, and as long as they are', () => {
    // Where a line breaks in the middle of a word is not part of the name.
    const bare = (text: string) => text.replaceAll(/\s+/g, '').normalize('NFKC');
    const text = bare(textOf('names'));
    for (const name of foreignNames.filter((one) => !arabic.test(one))) expect(text).toContain(bare(name));
  });

  test('in Arabic say the letters of their shapes, so that they are found', () => {
    // pdf.js does not read what the shapes stand for; other readers do.
    const letters = new Set(textOf('names') + spokenTexts(bytesOf.get('names')!).join(''));
    for (const name of foreignNames.filter((one) => arabic.test(one)))
      expect([...name].filter((letter) => letter !== ' ' && !letters.has(letter))).toEqual([]);
  });

  test('do not widen their tables', () => {
    const widths = pdfOf('names').pages.flatMap(({ pieces }) => pieces.map(({ x, width }) => x + width));
    expect(Math.max(...widths)).toBeLessThanOrEqual(sizes.A4[0] - side + 1);
  });
});

describe('an empty tenant', () => {
  test('gets one page that says so and why', () => {
    const text = textOf('empty');
    expect(text).toContain('There is no number to report for these dates. Data quality says why.');
    expect(text).toContain('Left out, because there is no data:');
    expect(pdfOf('empty').alts).toEqual([]);
  });
});
