import type { RenderTask } from '../../src/charts/worker.ts';
import { render as drawn } from '../../src/charts/worker.ts';

/** A worker that misbehaves when the chart's title asks for it, and draws everything else. */
export async function render(task: RenderTask): Promise<Uint8Array> {
  switch (task.format !== 'sparkline' && task.spec.title) {
    case 'throw':
      throw new Error('the pen broke');
    case 'crash':
      return process.exit(7);
    case 'hang':
      for (;;) Math.random();
    default:
      return drawn(task);
  }
}
