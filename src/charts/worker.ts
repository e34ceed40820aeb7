import { drawPng, drawSvg } from './draw.ts';
import { drawSparkline } from './draw-sparkline.ts';
import type { SparklineSpec } from './sparkline.ts';
import type { ChartSpec } from './spec.ts';

/** What a worker is asked for. */
export type RenderTask = { format: 'png' | 'svg'; spec: ChartSpec } | { format: 'sparkline'; spec: SparklineSpec };

/** Entry of the worker threads: one picture per call, as bytes. */
export async function render(task: RenderTask): Promise<Uint8Array> {
  switch (task.format) {
    case 'png':
      return await drawPng(task.spec);
    case 'svg':
      return Buffer.from(drawSvg(task.spec), 'utf8');
    case 'sparkline':
      return await drawSparkline(task.spec);
  }
}
