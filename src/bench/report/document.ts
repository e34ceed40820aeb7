import type { ChartRenderer } from '../../charts/renderer.ts';
import type { ChartSpec } from '../../charts/spec.ts';
import type { PrintedDocument } from '../../pdf/document.ts';

/** Makes the report of a number; every number has other values, so that no chart comes from a cache. */
export type MakeDocument = (number: number, charts: ChartRenderer) => Promise<PrintedDocument>;

const chartCount = 10;
const firstDay = Temporal.PlainDate.from('2026-10-17');
const dayLabels = Array.from({ length: 30 }, (_, day) => firstDay.add({ days: day }).toString());

/** The values of each chart of a report: ten times thirty days. */
export function chartValues(number: number): number[][] {
  return Array.from({ length: chartCount }, (_, chart) =>
    dayLabels.map((_, day) => 0.9 + 0.05 * Math.sin(day * 1.7 + chart + number / 7)),
  );
}

/** A report as a week has it: a summary, ten charts with a heading and a table each. */
export async function sampleDocument(number: number, charts: ChartRenderer): Promise<PrintedDocument> {
  const drawn = await Promise.all(
    chartValues(number).map(async (values, index) => {
      const svg = await charts.svg(specOf(values, index, number));
      return `<section><h2>${titleOf(index)}</h2>${svg}${tableOf(values)}</section>`;
    }),
  );
  return {
    html: `${styles}<h1>Weekly report ${number}</h1><p>${summary}</p>${drawn.join('\n')}`,
    lang: 'en',
    title: `Weekly report ${number}`,
    paper: 'A4',
    footer: `9–15 Nov 2026, Asia/Jakarta · as of 16 Nov 2026, 07:00\nReport R-${number}`,
  };
}

/** The same report as it is made without charts of its own: a page whose script draws ten canvases with Chart.js. */
export function simpleDocument(number: number, chartJs: string): string {
  const sections = chartValues(number).map(
    (values, index) =>
      `<section><h2>${titleOf(index)}</h2><canvas id="c${index}" width="600" height="315"></canvas>${tableOf(values)}</section>`,
  );
  const draw = `
    const labels = ${JSON.stringify(dayLabels)};
    ${JSON.stringify(chartValues(number))}.forEach((data, index) => new Chart(document.getElementById('c' + index), {
      type: 'line', data: { labels, datasets: [{ label: 'SLA', data }] }, options: { animation: false, responsive: false },
    }));`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Weekly report ${number}</title>${styles}
    <script>${chartJs}</script></head><body><h1>Weekly report ${number}</h1><p>${summary}</p>${sections.join('\n')}
    <script>${draw}</script></body></html>`;
}

const styles =
  '<style>table{border-collapse:collapse;font-size:8pt}td{border:0.5pt solid #ccc;padding:1pt 3pt}section{break-inside:avoid}</style>';
const summary = 'SLA compliance rose by 2.1 points to 92 %. Backlog fell by 14 tickets. All sources were read. '.repeat(
  3,
);

function titleOf(index: number): string {
  return `Ticket SLA compliance, part ${index + 1}`;
}

function tableOf(values: readonly number[]): string {
  const cells = values.slice(0, 10).map((value) => `<td>${(100 * value).toFixed(1)} %</td>`);
  return `<table><tr>${cells.join('')}</tr></table>`;
}

function specOf(values: number[], index: number, number: number): ChartSpec {
  return {
    kind: 'line',
    title: `${titleOf(index)}, % by day`,
    subtitle: '17 Oct – 15 Nov 2026, Asia/Jakarta',
    format: 'percent',
    labels: dayLabels,
    axis: 'day',
    series: [{ key: 'value', label: 'SLA', values }],
    incomplete: [29],
    target: { value: 0.9, label: 'target 90 %' },
    footer: 'Source: crm · as of 15 Nov 2026, 08:25',
    locale: 'en',
    altText: `SLA compliance by day, report ${number}`,
  };
}
