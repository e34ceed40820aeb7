import { drawPng, drawSvg } from './draw.ts';
import type { ChartSpec } from './spec.ts';

/** What a worker is asked for. */
export interface RenderTask {
  format: 'png' | 'svg';
  spec: ChartSpec;
}

/** Entry of the worker threads: one picture per call, as bytes. */
export async function render({ format, spec }: RenderTask): Promise<Uint8Array> {
  return format === 'png' ? await drawPng(spec) : Buffer.from(drawSvg(spec), 'utf8');
}
