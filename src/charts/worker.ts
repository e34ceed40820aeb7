import { collectNowAndThen } from './collect.ts';
import { drawPng, drawSvg } from './draw.ts';
import { drawSparkline } from './draw-sparkline.ts';
import type { SparklineSpec } from './sparkline.ts';
import type { ChartSpec } from './spec.ts';

/** What a worker is asked for. */
export type RenderTask = { format: 'png' | 'svg'; spec: ChartSpec } | { format: 'sparkline'; spec: SparklineSpec };

/**
 * Entry of the worker threads: one picture per call, as bytes. They fill the buffer they lie in: the whole of it travels to
 * the other thread and stays there as long as the picture, and a small `Buffer` would be a piece of Node's pool of 64 kB.
 */
export async function render(task: RenderTask): Promise<Uint8Array> {
  await collectNowAndThen();
  switch (task.format) {
    case 'png':
      return await drawPng(task.spec);
    case 'svg':
      return new TextEncoder().encode(drawSvg(task.spec));
    case 'sparkline':
      return await drawSparkline(task.spec);
  }
}
