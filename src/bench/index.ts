import type { CommandContext } from '../app/command.ts';

export interface Bench {
  name: string;
  summary: string;
  /** Prints readable lines and returns the figures; `quick` is a small form, where there is one. */
  run(
    context: CommandContext,
    line: (text: string) => void,
    options: { quick: boolean },
  ): Promise<Record<string, unknown>>;
}

/** The benchmarks. Each loads what it measures when it runs. */
export const benches: readonly Bench[] = [
  {
    name: 'import',
    summary: "rows per second against PostgreSQL's own COPY of the same rows",
    run: async (context, line) => (await import('./import-bench.ts')).runImportBench(context, line),
  },
  {
    name: 'charts',
    summary: '1,000 renders: time on and off the event loop, memory',
    run: async (_, line) => (await import('./charts.ts')).benchCharts({ log: line }),
  },
  {
    name: 'report',
    summary: 'PDFs per second warm and cold with ten charts, memory over 200, against a browser per report',
    run: async (context, line, options) => (await import('./report/bench.ts')).runReportBench(context, line, options),
  },
  {
    name: 'digest',
    summary: '1,000 personal digests: built per minute, and the share of the rate that Slack permits in sending them',
    run: async (context, line, options) => (await import('./digest/bench.ts')).runDigestBench(context, line, options),
  },
  {
    name: 'slack',
    summary: 'time from /kpi to text and chart in the sandbox, ack p99',
    run: async (context, line) => (await import('./slack-bench.ts')).runSlackBench(context, line),
  },
  {
    name: 'sla',
    summary: 'tickets per second evaluated and stored, sweeps of what is due, answers as history grows tenfold',
    run: async (context, line, options) => (await import('./sla/bench.ts')).runSlaBench(context, line, options),
  },
  {
    name: 'rollups',
    summary: 'late changes against rebuild and reload of 10 million messages, growth, KPIs against records',
    run: async (context, line, options) => (await import('./rollups/bench.ts')).runRollupsBench(context, line, options),
  },
  {
    name: 'webhooks',
    summary: 'time from an event being sent until the KPI counts it, at steady rates',
    run: async (context, line, options) =>
      (await import('./webhooks-bench.ts')).runWebhooksBench(context, line, options),
  },
  {
    name: 'sync',
    summary: 'records per second through HTTP against COPY of the same rows, memory as records come',
    run: async (context, line, options) => (await import('./sync/bench.ts')).runSyncBench(context, line, options),
  },
  {
    name: 'soak',
    summary: 'a simulated month of faults and kills with sync, webhooks and tap: everything compared with the truth',
    run: async (context, line, options) => (await import('./soak/bench.ts')).runSoakBench(context, line, options),
  },
  {
    name: 'deliveries',
    summary: 'digests and reports through faults and kills of several processes: lost, doubled, unknown',
    run: async (context, line, options) =>
      (await import('./deliveries/bench.ts')).runDeliveriesBench(context, line, options),
  },
  {
    name: 'alerts',
    summary: '10,000 rules over 100,000 open tickets: time of a look, lag from webhook to Slack; processes killed',
    run: async (context, line, options) => (await import('./alerts/bench.ts')).runAlertsBench(context, line, options),
  },
];
