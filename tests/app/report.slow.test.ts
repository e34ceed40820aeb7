import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../database.ts';
import { sharedHome } from '../pdf/printing.ts';
import { readPdf } from '../pdf/read-pdf.ts';
import { makeCompany, monday } from '../reports/company.ts';
import { runCrema } from './run-crema.ts';

const database = useDatabase();
let folder: string;

beforeAll(async () => {
  await makeCompany(database.db, 'default');
  await makeCompany(database.db, 'nothing', { empty: true });
  folder = await mkdtemp(path.join(os.tmpdir(), 'crema-report-'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const env = () => ({
  DATABASE_URL: database.url,
  CREMA_HOME: sharedHome,
  CREMA_CONFIG: '',
  ...(process.env.PUPPETEER_EXECUTABLE_PATH && { PUPPETEER_EXECUTABLE_PATH: process.env.PUPPETEER_EXECUTABLE_PATH }),
});
const report = (...argv: string[]) => runCrema(['report', '--now', monday, ...argv], env());
const fileIn = (name: string) => path.join(folder, name);

describe('crema report', () => {
  test('prints the last complete week, and writes the same pages as HTML', async () => {
    const ran = await report('--out', fileIn('week.pdf'), '--html', fileIn('week.html'), '--paper', 'letter');
    expect(ran).toMatchObject({ code: 0, out: '' });
    const { title, pages } = await readPdf(await readFile(fileIn('week.pdf')));
    expect(title).toContain('Weekly report, Mon 9 – Sun 15 Nov 2026');
    expect(pages[0]).toMatchObject({ width: 612, height: 792 });
    const html = await readFile(fileIn('week.html'), 'utf8');
    expect(html).toContain('@font-face');
    expect(html.replaceAll(/http:\/\/www\.w3\.org\/[\w/]+/g, '')).not.toMatch(
      /(?:src|href)="(?!data:)|url\((?!data:|#)/,
    );
  }, 60_000);

  test('gives the month asked for as data', async () => {
    const { code, out } = await report('monthly', '2026-10', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ template: 'monthly', period: { from: '2026-10-01', to: '2026-11-01' } });
  });

  test('says that there is no data with exit code 3, and writes nothing', async () => {
    const { code, note } = await report('--tenant', 'nothing');
    expect({ code, note }).toEqual({ code: 3, note: 'There is no data for Mon 9 – Sun 15 Nov 2026.\n' });
  });

  test.each([
    [['wekly'], 'there is no report "wekly"; did you mean weekly?'],
    [['weekly', 'sometime'], '"sometime" is no period of a report'],
    [['weekly', 'all'], '"all" is no period of a report'],
    [['--paper', 'A5'], 'no paper "A5"; use A4 or Letter'],
    [['--as', 'nobody@example.com'], 'nobody who may ask is called "nobody@example.com"'],
  ])('refuses %j', async (argv, message) => {
    const { code, note } = await report(...argv);
    expect(code).toBe(2);
    expect(note).toContain(message);
  });
});
