import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createChartRenderer } from '../charts/renderer.ts';
import type { ChartSpec } from '../charts/spec.ts';

/** Asked for at the same time, as a busy morning would. */
const atOnce = 8;

/**
 * Draws different charts through the worker pool and measures throughput, what is left of the event loop, and memory.
 * Times in milliseconds, memory in megabytes of the whole process, workers included.
 */
export async function benchCharts(options: {
  log: (line: string) => void;
  renders?: number;
}): Promise<Record<string, unknown>> {
  const { log, renders = 1_000 } = options;
  const renderer = createChartRenderer();
  try {
    const begun = performance.now();
    await renderer.png(benchSpec(-1));
    const firstMs = performance.now() - begun;
    log(`first chart, starting a worker: ${firstMs.toFixed(0)} ms`);

    const early = Math.min(100, renders);
    const bytes = await drawAll(renderer.png, 0, early);
    const rssEarly = megabytes();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const loop = performance.eventLoopUtilization();
    const started = performance.now();
    const rest = await drawAll(renderer.png, early, renders);
    const elapsedMs = performance.now() - started;
    const { active, utilization } = performance.eventLoopUtilization(loop);
    delay.disable();
    const rssLate = megabytes();

    const measured = Math.max(1, renders - early);
    const figures = {
      renders,
      firstMs: round(firstMs),
      perSecond: round(measured / (elapsedMs / 1000)),
      msPerChart: round(elapsedMs / measured),
      eventLoopMsPerChart: round(active / measured),
      eventLoopUtilization: round(utilization, 3),
      eventLoopDelayP99Ms: round(delay.percentile(99) / 1e6),
      eventLoopDelayMaxMs: round(delay.max / 1e6),
      kilobytesPerPng: round((bytes + rest) / renders / 1000),
      rssMbAfter100: round(rssEarly),
      rssMbAtEnd: round(rssLate),
    };
    log(`${measured} charts of 1200 x 630: ${figures.perSecond} a second, ${figures.msPerChart} ms each`);
    log(
      `event loop: ${figures.eventLoopMsPerChart} ms per chart, busy ${(100 * utilization).toFixed(1)} %, ` +
        `delay p99 ${figures.eventLoopDelayP99Ms} ms, max ${figures.eventLoopDelayMaxMs} ms`,
    );
    log(`memory: ${figures.rssMbAfter100} MB after ${early}, ${figures.rssMbAtEnd} MB after ${renders}`);
    return figures;
  } finally {
    await renderer.close();
  }
}

/** Draws the charts `from` up to `to`, a few at a time; answers the bytes of all pictures. */
async function drawAll(png: (spec: ChartSpec) => Promise<Buffer>, from: number, to: number): Promise<number> {
  let next = from;
  let bytes = 0;
  const worker = async () => {
    while (next < to) {
      const image = await png(benchSpec(next++));
      bytes += image.length;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return bytes;
}

/** A month of a line with a target, every number with other values, so that no picture comes from the cache. */
function benchSpec(number: number): ChartSpec {
  const first = Temporal.PlainDate.from('2026-10-17');
  return {
    kind: 'line',
    title: `Ticket SLA compliance, % by day (${number})`,
    subtitle: '17 Oct – 15 Nov 2026, Asia/Jakarta',
    format: 'percent',
    labels: Array.from({ length: 30 }, (_, day) => first.add({ days: day }).toString()),
    axis: 'day',
    series: [
      {
        key: 'value',
        label: 'SLA',
        values: Array.from({ length: 30 }, (_, day) => 0.9 + 0.05 * Math.sin(day * 1.7 + number)),
      },
    ],
    incomplete: [29],
    target: { value: 0.9, label: 'target 90 %' },
    footer: 'Source: crm · as of 15 Nov 2026, 08:25',
    locale: 'en',
    altText: '',
  };
}

function megabytes(): number {
  return process.memoryUsage.rss() / 1e6;
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
