import { type ChartRenderer, createChartRenderer } from '../../charts/renderer.ts';
import type { Db } from '../../db/db.ts';
import { everything } from '../../db/viewer.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { silentLog } from '../../lib/log.ts';
import type { createPrinter } from '../../pdf/printer.ts';
import { makeReport } from '../../reports/make.ts';
import { renderReport } from '../../reports/pages.ts';
import { periodBefore } from '../../reports/period.ts';
import type { Report } from '../../reports/report.ts';
import { templateOf } from '../../reports/template.ts';
import { now } from '../company.ts';
import { median, rounded, timed } from '../spread.ts';
import { residentMegabytes } from './processes.ts';
import { slopeOf } from './slope.ts';

export interface WeeklyFigures {
  charts: number;
  kilobytesPerPdf: number;
  /** Medians, in milliseconds: the questions to the database; the charts, none of them from a cache; the rest up to the PDF. */
  askMs: number;
  chartsMs: number;
  printMs: number;
  /** Charts and print: what is made of an edition that is there. Without asking. */
  warmMs: number;
  warmPerSecond: number;
  /** With a browser that has to be started; charts included. */
  coldMs: number;
  memory: { reports: number; peakMb: number; slopeMbPer100: number } | null;
}

export interface WeeklyOptions {
  db: Db;
  tenant: Tenant;
  open: () => ReturnType<typeof createPrinter>;
  reports: number;
  /** How often it is asked for and printed cold. */
  rounds: number;
}

/** The weekly report of a company as it is sent: asked for, drawn and printed. */
export async function benchWeekly({ db, tenant, open, reports, rounds }: WeeklyOptions): Promise<WeeklyFigures> {
  const charts = createChartRenderer({ cacheBytes: 0 });
  try {
    const template = templateOf({}, 'weekly');
    const slot = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
    const asked = { template, viewer: everything, period: periodBefore(template.span, slot, tenant), slot };
    const ask = () => makeReport({ db, tenant, settings: {}, now, log: silentLog }, asked);
    let report = await ask();
    const askMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { value, ms } = await timed(ask);
      report = value;
      askMs.push(ms);
    }
    // The chart workers start with the first charts: not what is measured.
    await renderReport({ charts }, report);
    const coldMs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const printer = open();
      try {
        coldMs.push((await timed(() => printed(printer, charts, report))).ms);
      } finally {
        await printer.close();
      }
    }
    const { times, memory, bytes } = await printMany(open, charts, report, reports);
    const warmMs = median(times.map(({ chartsMs, printMs }) => chartsMs + printMs));
    return {
      charts: report.sections.flatMap(({ items }) => items).filter(({ chart }) => chart).length,
      kilobytesPerPdf: rounded(bytes / 1_000),
      askMs: rounded(median(askMs)),
      chartsMs: rounded(median(times.map(({ chartsMs }) => chartsMs))),
      printMs: rounded(median(times.map(({ printMs }) => printMs))),
      ...{ warmMs: rounded(warmMs), warmPerSecond: rounded(1_000 / warmMs, 2), coldMs: rounded(median(coldMs)) },
      memory:
        memory.length === 0
          ? null
          : {
              reports,
              peakMb: rounded(Math.max(...memory)),
              // The first quarter is growing warm.
              slopeMbPer100: rounded(100 * slopeOf(memory.slice(Math.floor(memory.length / 4)))),
            },
    };
  } finally {
    await charts.close();
  }
}

interface Printed {
  chartsMs: number;
  printMs: number;
  bytes: number;
}

async function printed(
  printer: ReturnType<typeof createPrinter>,
  charts: ChartRenderer,
  report: Report,
): Promise<Printed> {
  const { value: pages, ms: chartsMs } = await timed(() => renderReport({ charts }, report));
  const { value: pdf, ms: printMs } = await timed(() => printer.print(pages));
  return { chartsMs, printMs, bytes: pdf.length };
}

/** Many in a row with one printer, and the memory after each. */
async function printMany(
  open: WeeklyOptions['open'],
  charts: ChartRenderer,
  report: Report,
  reports: number,
): Promise<{ times: Printed[]; memory: number[]; bytes: number }> {
  const printer = open();
  const times: Printed[] = [];
  const memory: number[] = [];
  try {
    const { bytes } = await printed(printer, charts, report);
    for (let number = 0; number < reports; number++) {
      times.push(await printed(printer, charts, report));
      const now = residentMegabytes();
      if (now !== null) memory.push(now);
    }
    return { times, memory, bytes };
  } finally {
    await printer.close();
  }
}
