import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CommandContext } from '../../app/command.ts';
import { type ChartRenderer, createChartRenderer } from '../../charts/renderer.ts';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { findChromium } from '../../pdf/find-chromium.ts';
import { createPrinter } from '../../pdf/printer.ts';
import { makeBusyCompany } from '../busy-company.ts';
import { makeScratch, withServer } from '../scratch.ts';
import { type MakeDocument, sampleDocument } from './document.ts';
import { residentMegabytes } from './processes.ts';
import { simpleWay } from './simple.ts';
import { slopeOf } from './slope.ts';
import { benchWeekly, type WeeklyFigures } from './weekly.ts';

export interface ReportBenchOptions {
  line: (text: string) => void;
  quick: boolean;
  /** What PUPPETEER_EXECUTABLE_PATH says. */
  executablePath?: string | undefined;
  /** Where the bundled Chromium is unpacked; not given: in a folder of its own, timed and removed afterwards. */
  home?: string;
  /** What is printed; not given: a report of the benchmark's own with ten charts. */
  document?: MakeDocument;
  /** Whose weekly report is made besides; not given: none. */
  company?: { db: Db; tenant: Tenant };
}

/** Smaller than the numbers of a large company, and with something in every section. */
const companies = {
  full: { messages: 150_000, days: 150, operators: 200, present: 100, tickets: 20_000, leads: 10_000, campaigns: 100 },
  quick: { messages: 5_000, days: 110, operators: 50, present: 20, tickets: 1_000, leads: 500, campaigns: 20 },
};

export async function runReportBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  return withServer(context, async (server) => {
    const { db, drop } = await makeScratch(server);
    try {
      const tenant = await makeBusyCompany(db, companies[quick ? 'quick' : 'full']);
      const { browserPath: executablePath } = context.environment;
      return { ...(await benchReport({ line, quick, executablePath, company: { db, tenant } })) };
    } finally {
      await drop();
    }
  });
}

export interface ReportFigures {
  charts: number;
  kilobytesPerPdf: number;
  /** Once per machine and version; 0 where an installed browser is used. Milliseconds. */
  unpackMs: number;
  /** First document of a fresh printer, start of the browser included, unpacking not; median. */
  coldMs: number;
  /** Browser warm, charts drawn before. */
  warmMs: number;
  warmPerSecond: number;
  /** Browser warm, and each report's charts drawn as part of it. */
  withChartsMs: number;
  withChartsPerSecond: number;
  /** A browser per report, charts drawn by its page; median. */
  simpleMs: number;
  /** The simple way's time by ours: above 1, ours is faster. */
  ratios: { cold: number; warm: number; withCharts: number };
  /** The weekly report of a company, with its own charts, and the simple way's time with its ten charts by its `warmMs`. */
  weekly: (WeeklyFigures & { ratio: number }) | null;
  /** This process and its browser, resident, over the reports with charts; null where there is no /proc. */
  memory: { reports: number; peakMb: number; slopeMbPer100: number; simplePeakMb: number } | null;
}

/** Times and memory of printed reports against the simple way, both measured in turns in the same run. */
export async function benchReport(options: ReportBenchOptions): Promise<ReportFigures> {
  const { line, quick, executablePath, document = sampleDocument } = options;
  const reports = quick ? 4 : 200;
  const home = options.home ?? (await mkdtemp(path.join(os.tmpdir(), 'crema-bench-')));
  const charts = createChartRenderer();
  try {
    const begun = performance.now();
    const browser = await findChromium({ executablePath, home });
    const unpackMs = performance.now() - begun;
    line(`browser ${path.basename(browser)}, ready after ${unpackMs.toFixed(0)} ms`);
    // The chart workers start with the first charts: not what is measured.
    await document(-1, charts);

    const open = () => createPrinter({ executablePath: browser, home });
    const turns = await inTurns(open, simpleWay(browser), { charts, document, turns: quick ? 1 : 7 });
    const { coldMs, simpleMs, simplePeakMb, bytes } = turns;
    line(`cold ${coldMs.toFixed(0)} ms, the simple way ${simpleMs.toFixed(0)} ms (medians)`);
    const warmMs = await timeWarm(open, { charts, document, reports: quick ? 2 : 60 });
    line(`warm ${warmMs.toFixed(0)} ms, charts drawn before`);
    const run = await timeWithCharts(open, { charts, document, reports });
    // The first quarter is growing warm.
    const late = run.memory.slice(Math.floor(run.memory.length / 4));
    const weekly = options.company
      ? await benchWeekly({ ...options.company, open, reports, rounds: quick ? 1 : 5 })
      : null;
    const figures: ReportFigures = {
      weekly: weekly && { ...weekly, ratio: round(simpleMs / weekly.warmMs, 2) },
      charts: 10,
      kilobytesPerPdf: round(bytes / 1_000),
      unpackMs: round(unpackMs),
      coldMs: round(coldMs),
      warmMs: round(warmMs),
      warmPerSecond: round(1_000 / warmMs, 2),
      withChartsMs: round(run.ms),
      withChartsPerSecond: round(1_000 / run.ms, 2),
      simpleMs: round(simpleMs),
      ratios: {
        cold: round(simpleMs / coldMs, 2),
        warm: round(simpleMs / warmMs, 2),
        withCharts: round(simpleMs / run.ms, 2),
      },
      memory:
        run.memory.length === 0 || simplePeakMb === null
          ? null
          : {
              reports,
              peakMb: round(Math.max(...run.memory)),
              slopeMbPer100: round(100 * slopeOf(late)),
              simplePeakMb: round(simplePeakMb),
            },
    };
    line(`with all charts ${run.ms.toFixed(0)} ms; faster than the simple way by ${JSON.stringify(figures.ratios)}`);
    if (weekly) line(`weekly report with ${weekly.charts} charts: ${JSON.stringify(figures.weekly)}`);
    if (figures.memory) line(`memory over ${reports} reports: ${JSON.stringify(figures.memory)}`);
    return figures;
  } finally {
    await charts.close();
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  }
}

interface Subject {
  charts: ChartRenderer;
  document: MakeDocument;
}

type Open = () => ReturnType<typeof createPrinter>;

/** Cold and simple by turns, so that what else the machine does falls on both. */
async function inTurns(
  open: Open,
  simple: ReturnType<typeof simpleWay>,
  { charts, document, turns }: Subject & { turns: number },
): Promise<{ coldMs: number; simpleMs: number; simplePeakMb: number | null; bytes: number }> {
  const cold: number[] = [];
  const simply: number[] = [];
  let simplePeakMb: number | null = null;
  let bytes = 0;
  for (let turn = 0; turn < turns; turn++) {
    const made = await document(turn, charts);
    const printer = open();
    try {
      cold.push(
        await timed(async () => {
          bytes = (await printer.print(made)).length;
        }),
      );
    } finally {
      await printer.close();
    }
    const look = () => {
      const now = residentMegabytes();
      if (now !== null) simplePeakMb = Math.max(now, simplePeakMb ?? 0);
    };
    simply.push(await timed(() => simple.print(turn, look)));
  }
  return { coldMs: median(cold), simpleMs: median(simply), simplePeakMb, bytes };
}

/** Milliseconds per report with a warm browser and charts drawn before. */
async function timeWarm(open: Open, { charts, document, reports }: Subject & { reports: number }): Promise<number> {
  const made = await Promise.all(Array.from({ length: 5 }, (_, number) => document(number, charts)));
  const printer = open();
  try {
    await printer.print(made[0]!);
    const all = await timed(async () => {
      for (let number = 0; number < reports; number++) await printer.print(made[number % made.length]!);
    });
    return all / reports;
  } finally {
    await printer.close();
  }
}

/** Milliseconds per report with all it takes, and the memory after each. */
async function timeWithCharts(
  open: Open,
  { charts, document, reports }: Subject & { reports: number },
): Promise<{ ms: number; memory: number[] }> {
  const printer = open();
  const memory: number[] = [];
  try {
    await printer.print(await document(-2, charts));
    let ms = 0;
    for (let number = 0; number < reports; number++) {
      ms += await timed(async () => void (await printer.print(await document(1_000 + number, charts))));
      const now = residentMegabytes();
      if (now !== null) memory.push(now);
    }
    return { ms: ms / reports, memory };
  } finally {
    await printer.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
