import type { ChartRenderer } from '../charts/renderer.ts';
import { sparklineSvg } from '../charts/sparkline.ts';
import { CremaError, messageOf } from '../lib/errors.ts';
import { type Cells, cellsOf } from './cells.ts';
import { definitionCells, qualitySentences, rejectedCells, restatementCells, streamCells } from './closing.ts';
import { isEmpty } from './make.ts';
import type { Figure, Item, Report, Section } from './report.ts';
import { styleSheet, template, trusted } from './templates.ts';
import { outcomeOf, toneOf, toneOfTarget } from './tones.ts';

/** What the printer of src/pdf prints, and what it lacks. */
export interface ReportPages {
  /** The content of the page with its styles; fonts and page furniture are the printer's. */
  html: string;
  lang: string;
  title: string;
  paper: Report['paper'];
  footer: string;
  /** Charts that could not be drawn, in words; they stand on the page too. */
  gaps: string[];
}

const page = template<PageModel>('report', ['table']);
const styles = styleSheet('report');

/** A longer table may be cut between pages; a shorter item stays in one piece. */
const mostRowsInOnePiece = 16;
/** A long table of few columns is folded into two halves beside each other, if they are not long themselves. */
const mostColumnsFolded = 4;
const fewestRowsFolded = 13;
/** Tables of more columns are set smaller; of fewer they need not be as wide as the page. */
const manyColumns = 9;
const fewColumns = 5;
/** Characters of a number that are set large; of a longer one they would not fit five beside each other. */
const mostLarge = 9;

/**
 * A report as pages, charts inlined as SVG with their labels as text. Fails closed: rejects with `REPORT_GAPS` when a
 * chart cannot be drawn, unless `allowGaps`; then the page says in its place what is missing.
 */
export async function renderReport(
  { charts }: { charts: Pick<ChartRenderer, 'svg'> },
  report: Report,
  { allowGaps = false }: { allowGaps?: boolean } = {},
): Promise<ReportPages> {
  const all = await Promise.all(
    report.sections.map(({ items }) => Promise.all(items.map((item) => drawn(item, charts)))),
  );
  const lacking = all.flat().filter(({ gap }) => gap !== null);
  const gaps = lacking.flatMap(({ gap }) => gap ?? []);
  const sections = report.sections.map(
    (section, at): SectionModel => ({
      items: all[at]!.map((item, index) => itemModel(item, index === 0 ? section : null)),
    }),
  );
  if (gaps.length > 0 && !allowGaps) {
    throw new CremaError(
      'REPORT_GAPS',
      `the report ${report.id} lacks ${gaps.length} of its charts: ${messageOf(lacking[0]?.error)}`,
      {
        cause: lacking[0]?.error,
        remedy: 'Try again; if charts go on failing, the log says why.',
      },
    );
  }
  return {
    html: page(modelOf(report, sections)),
    lang: report.language,
    title: titleOf(report),
    paper: report.paper,
    footer: footerOf(report),
    gaps,
  };
}

/** `Weekly report, Mon 9 – Sun 15 Nov 2026, Example Corp`: names the file and the window. */
export function titleOf({ title, period, company }: Report): string {
  return `${title}, ${period.shown}, ${company}`;
}

function footerOf({ company, title, period, asOf, id }: Report): string {
  return `${clipped(company)} · ${clipped(title)} · ${period.shown} · ${period.timezone}\n${asOf} · report ${id}`;
}

/** A name longer than a line would push the rest off the foot of the page. */
function clipped(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 39).toWellFormed()}…`;
}

interface Drawn {
  item: Item;
  svg: string | null;
  gap: string | null;
  error?: unknown;
}

async function drawn(item: Item, charts: Pick<ChartRenderer, 'svg'>): Promise<Drawn> {
  if (!item.chart) return { item, svg: null, gap: null };
  try {
    return { item, svg: await charts.svg(item.chart), gap: null };
  } catch (error) {
    return { item, svg: null, gap: `The chart of ${item.title} is missing here.`, error };
  }
}

interface PageModel {
  styles: ReturnType<typeof trusted>;
  company: string;
  title: string;
  period: string;
  stamps: string[];
  isEmpty: boolean;
  summary: string[];
  strip: FigureModel[];
  sections: SectionModel[];
  restatements: { sentence: string; table: Cells | null };
  quality: { sentences: string[]; missing: string[]; streams: Cells | null; rejected: Cells | null };
  definitions: Cells | null;
}

type FigureModel = Pick<Figure, 'title' | 'shown' | 'mark' | 'change' | 'target' | 'receipt'> & {
  size: string;
  tone: string;
  targetTone: string;
  svg: ReturnType<typeof trusted> | null;
  alt: string;
};

interface SectionModel {
  items: ItemModel[];
}

type ItemModel = Pick<Item, 'title' | 'facts' | 'notes' | 'receipt'> & {
  /** The number, and the rest of its sentence: the heading above says what it is of. */
  shown: string;
  sentence: string;
  /** Title of the section on its first item, so that it is never left alone at the foot of a page. */
  heading: string;
  layout: string;
  svg: ReturnType<typeof trusted> | null;
  alt: string;
  gap: string | null;
  /** One table, or two halves of it. */
  tables: Cells[];
  isFolded: boolean;
  hasAside: boolean;
};

function modelOf(report: Report, sections: SectionModel[]): PageModel {
  const { company, title, period, asOf, scope, id, summary, strip, restatements, quality, definitions } = report;
  return {
    styles: trusted(styles),
    ...{ company, title, summary, sections },
    period: period.shown,
    stamps: [period.timezone, asOf, ...(scope ? [scope] : []), `report ${id}`],
    isEmpty: isEmpty(report),
    strip: strip.map(figureModel),
    restatements: {
      sentence:
        restatements.length === 0
          ? 'No number of an earlier report has changed since the last one.'
          : 'Numbers of earlier reports that changed since the last one, because data came late or was corrected.',
      table: restatementCells(restatements),
    },
    quality: {
      sentences: qualitySentences(report),
      missing: quality.missing,
      streams: streamCells(quality.streams),
      rejected: rejectedCells(quality.rejected),
    },
    definitions: definitionCells(definitions),
  };
}

function figureModel({ title, shown, mark, change, verdict, target, met, receipt, trend }: Figure): FigureModel {
  return {
    ...{ title, shown, mark, change, receipt },
    size: shown.length > mostLarge ? 'long' : '',
    tone: toneOf(verdict),
    target: target === '' ? '' : `${target}${outcomeOf(met)}`,
    targetTone: toneOfTarget(met),
    svg: trend && trusted(sparklineSvg(trend)),
    alt: trend?.altText ?? '',
  };
}

function itemModel({ item, svg, gap }: Drawn, section: Section | null): ItemModel {
  const { title, facts, notes, receipt, table, chart } = item;
  const hasAside = facts.length > 0 || notes.length > 0;
  const tables = halvesOf(table);
  return {
    ...{ title, facts, notes, receipt, gap, hasAside },
    ...split(item),
    heading: section?.title ?? '',
    layout: `${svg || gap ? 'drawn' : 'plain'}${tables[0]!.rows.length <= mostRowsInOnePiece ? ' short' : ''}`,
    isFolded: tables.length > 1,
    svg: svg === null ? null : trusted(svg),
    alt: chart?.altText || chart?.title || '',
    tables: tables.map((one) => cellsOf(one, tables.length > 1 ? '' : sizeOf(one))),
  };
}

function split({ sentence, shown }: Item): { shown: string; sentence: string } {
  const at = sentence.indexOf(`: ${shown}`);
  return at === -1 ? { shown: '', sentence } : { shown, sentence: sentence.slice(at + 2 + shown.length) };
}

/** The table, or its two halves. */
function halvesOf(table: Item['table']): Item['table'][] {
  const { header, rows, caption } = table;
  const half = Math.ceil(rows.length / 2);
  if (rows.length < fewestRowsFolded || half > mostRowsInOnePiece || header.length > mostColumnsFolded) return [table];
  return [
    { ...table, rows: rows.slice(0, half), caption: `${caption}, first half` },
    { ...table, rows: rows.slice(half), caption: `${caption}, second half` },
  ];
}

/** Two columns of numbers do not need the width of a page: the eye has to find its way from one to the other. */
function sizeOf({ header }: Item['table']): string {
  if (header.length > manyColumns) return 'many';
  if (header.length <= 3) return 'narrow';
  return header.length <= fewColumns ? 'middling' : '';
}
