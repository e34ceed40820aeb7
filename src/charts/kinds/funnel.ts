import type { ChartConfiguration, Plugin } from 'chart.js';
import { hues, tint } from '../palette.ts';
import { assemble } from '../parts/assemble.ts';
import { frame } from '../parts/frame.ts';
import { contextOf, drawText, fontString, measureIn } from '../parts/text.ts';
import type { ChartSpec } from '../spec.ts';
import { fitText } from '../text-fit.ts';
import { ink, margin, mutedInk, textSize } from '../theme.ts';
import { formatLabel, formatShare } from '../value-format.ts';

/** Bars of stages below each other, narrowing towards the last; what is lost on the way stands between them. */
export function funnelChart(spec: ChartSpec, family: string): ChartConfiguration {
  return assemble(spec, family, {
    type: 'bar',
    datasets: [],
    options: {
      ...frame(spec, family, { legend: false, gap: 6 }),
      scales: { x: { display: false }, y: { display: false } },
    },
    plugins: [stagesPlugin(spec, family)],
  });
}

/** Widest name, and the distance between columns, in pixels. */
const widestName = 150;
const columnGap = 14;
/** A longer name of the first stage does not stand above the shares of it. */
const widestHeading = 90;
/** Part of a stage's height that its bar takes; the rest is the way to the next. */
const barPart = 0.58;
/** Smallest text between two bars; where there is less room, the shares have to do. */
const smallestChange = 9;
/** Heights of a bar: with two stages it does not fill the picture. */
const tallestBar = 40;

function stagesPlugin(spec: ChartSpec, family: string): Plugin {
  const stages = spec.labels.map((label, index) => ({ label, count: spec.series[0]!.values[index] ?? 0 }));
  const first = stages[0]!.count;
  const most = Math.max(...stages.map(({ count }) => count)) || 1;
  const light = fontString(family, textSize.label);
  const bold = fontString(family, textSize.label, true);
  const small = fontString(family, textSize.small);
  return {
    id: 'stages',
    afterDraw(chart) {
      const ctx = contextOf(chart);
      const { top, bottom } = chart.chartArea;
      const rows = stages.map(({ label, count }, index) => ({
        label,
        count,
        shown: formatLabel(count, spec.format, spec.locale),
        share: index === 0 || first === 0 ? '' : formatShare(count / first, spec.locale),
      }));
      const width = (texts: readonly string[], font: string) => Math.max(...texts.map(measureIn(ctx, font)));
      const right = chart.width - margin.right;
      const named = `of ${spec.labels[0]}`;
      const heading = measureIn(ctx, small)(named) <= widestHeading ? named : 'of the first';
      const shareWidth = Math.max(
        width(
          rows.map(({ share }) => share),
          light,
        ),
        measureIn(ctx, small)(heading),
      );
      const countRight = right - shareWidth - columnGap;
      const countWidth = width(
        rows.map(({ shown }) => shown),
        bold,
      );
      const nameWidth = Math.min(
        widestName,
        width(
          rows.map(({ label }) => label),
          light,
        ),
      );
      const left = margin.left + nameWidth + columnGap;
      const plotWidth = countRight - countWidth - columnGap - left;
      const middle = left + plotWidth / 2;
      const rowHeight = Math.min((bottom - top - 8) / (rows.length - 1 + barPart), tallestBar / barPart);
      const barHeight = rowHeight * barPart;
      const changeSize = Math.min(textSize.small, Math.floor(rowHeight - barHeight - 1));
      const begin = (top + bottom + 8 - rowHeight * (rows.length - 1) - barHeight) / 2;
      const halfOf = (count: number) => (count === 0 ? 0 : Math.max(1.5, (plotWidth * count) / most / 2));
      drawText(ctx, { text: heading, x: right, y: begin - 8, font: small, color: mutedInk, align: 'right' });
      for (const [index, row] of rows.entries()) {
        const y = begin + index * rowHeight;
        const half = halfOf(row.count);
        const next = rows[index + 1];
        ctx.save();
        if (next) {
          ctx.fillStyle = tint(hues.blue.fill, 0.16);
          ctx.beginPath();
          ctx.moveTo(middle - half, y + barHeight);
          ctx.lineTo(middle + half, y + barHeight);
          ctx.lineTo(middle + halfOf(next.count), y + rowHeight);
          ctx.lineTo(middle - halfOf(next.count), y + rowHeight);
          ctx.fill();
        }
        ctx.fillStyle = hues.blue.fill;
        ctx.fillRect(middle - half, y, 2 * half, barHeight);
        ctx.restore();
        const center = y + barHeight / 2;
        const name = fitText(row.label, nameWidth, measureIn(ctx, light));
        drawText(ctx, { text: name, x: margin.left, y: center, font: light, color: ink });
        drawText(ctx, { text: row.shown, x: countRight, y: center, font: bold, color: ink, align: 'right' });
        drawText(ctx, { text: row.share, x: right, y: center, font: light, color: mutedInk, align: 'right' });
        if (next && changeSize >= smallestChange) {
          const lost = changeOf(row.count, next.count, spec.locale);
          const between = (y + barHeight + y + rowHeight) / 2;
          drawText(ctx, {
            text: lost,
            x: middle,
            y: between,
            font: fontString(family, changeSize),
            color: mutedInk,
            align: 'center',
          });
        }
      }
    },
  };
}

/** `−12.3 %` from one stage to the next; nothing where there was nobody to lose. */
function changeOf(from: number, to: number, locale: string): string {
  if (from === 0) return '';
  const share = Math.abs(to - from) / from;
  return to === from ? 'none lost' : `${to < from ? '−' : '+'}${formatShare(share, locale)}`;
}
