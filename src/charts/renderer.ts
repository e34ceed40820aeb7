import { createHash } from 'node:crypto';
import { Piscina } from 'piscina';
import { CremaError, messageOf } from '../lib/errors.ts';
import { checkSpec } from './check-spec.ts';
import { createImageCache } from './image-cache.ts';
import { createSlots } from './slots.ts';
import type { SparklineSpec } from './sparkline.ts';
import type { ChartSpec } from './spec.ts';
import type { RenderTask } from './worker.ts';

export interface ChartRendererOptions {
  /** Threads at most; they start with the first charts and end when idle. */
  workers?: number;
  /** Longest time from the request to the picture, waiting for a worker included, in milliseconds. */
  timeoutMs?: number;
  /** How long a worker without work is kept, in milliseconds. */
  idleMs?: number;
  /** Memory for finished pictures. */
  cacheBytes?: number;
  /** Module whose `render` draws one picture. */
  worker?: URL;
}

/**
 * Draws charts off the event loop. Every method rejects with a CremaError: `CHART_SPEC_INVALID` (what is wrong with the
 * spec), `CHART_TIMEOUT`, `CHART_FAILED` (drawing threw, or the worker died), `CHART_CLOSED`.
 */
export interface ChartRenderer {
  /** A PNG of 1200 x 630 pixels. The buffer is shared with later callers and must not be written to. */
  png(spec: ChartSpec): Promise<Buffer>;
  /** An SVG of 600 x 315 units with its labels as text and fonts by name. */
  svg(spec: ChartSpec): Promise<string>;
  /** A PNG of 240 x 64 pixels on a transparent ground; shared like `png`. As SVG: `sparklineSvg`. */
  sparkline(spec: SparklineSpec): Promise<Buffer>;
  /** Ends the workers; charts under way are rejected. */
  close(): Promise<void>;
}

export function createChartRenderer(options: ChartRendererOptions = {}): ChartRenderer {
  const {
    workers = 2,
    timeoutMs = 20_000,
    idleMs = 30_000,
    cacheBytes = 32 * 1024 * 1024,
    worker = new URL('./worker.ts', import.meta.url),
  } = options;
  const cache = createImageCache(cacheBytes);
  // The pool itself does not keep the order of tasks that can be aborted: under a steady stream of new charts the oldest
  // would wait for ever. So no more are given to it than it has workers for.
  const slots = createSlots(workers);
  const underWay = new Map<string, Promise<Buffer>>();
  let closed = false;

  const pool = new Piscina<RenderTask, Uint8Array>({
    filename: worker.href,
    name: 'render',
    minThreads: 0,
    maxThreads: workers,
    idleTimeout: idleMs,
    // All of the worker's environment: nothing of ours is its business, and it must not see the host's fonts.
    env: { DISABLE_SYSTEM_FONTS_LOAD: '1' },
    // Charts leave much garbage and keep little: a small nursery halves the memory and costs no time worth naming.
    resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 },
  });

  function image(task: RenderTask): Promise<Buffer> {
    const key = `${task.format}:${createHash('sha256').update(JSON.stringify(task.spec)).digest('hex')}`;
    const finished = cache.get(key);
    if (finished) return Promise.resolve(finished);
    let rendering = underWay.get(key);
    if (!rendering) {
      rendering = renderIn(task)
        .then((bytes) => {
          cache.set(key, bytes);
          return bytes;
        })
        .finally(() => underWay.delete(key));
      underWay.set(key, rendering);
    }
    return rendering;
  }

  /** A task that overruns takes its worker with it: a thread that hangs cannot be asked to stop. */
  async function renderIn(task: RenderTask): Promise<Buffer> {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      await slots.take(deadline);
      try {
        // A destroyed pool would start new workers for the next task.
        if (closed) throw closedError();
        const bytes = await pool.run(task, { signal: deadline });
        return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      } finally {
        slots.release();
      }
    } catch (error) {
      const { spec } = task;
      const chart = `chart "${('title' in spec ? spec.title : spec.altText).slice(0, 60)}"`;
      if (closed) throw closedError();
      if (deadline.aborted) {
        throw new CremaError('CHART_TIMEOUT', `${chart} was not drawn within ${timeoutMs} ms`, { cause: error });
      }
      throw new CremaError('CHART_FAILED', `${chart} could not be drawn: ${messageOf(error)}`, { cause: error });
    }
  }

  async function checked(task: RenderTask): Promise<Buffer> {
    if (closed) throw closedError();
    if (task.format !== 'sparkline') checkSpec(task.spec);
    return await image(task);
  }

  return {
    png: (spec) => checked({ format: 'png', spec }),
    svg: async (spec) => (await checked({ format: 'svg', spec })).toString('utf8'),
    sparkline: (spec) => checked({ format: 'sparkline', spec }),
    async close() {
      closed = true;
      await pool.destroy();
    },
  };
}

function closedError(): CremaError {
  return new CremaError('CHART_CLOSED', 'charts are no longer drawn: the renderer was closed');
}
