import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import type { ChartSpec } from '../charts/spec.ts';
import { uploadPrivately } from './upload.ts';

/** What draws charts: rejects when a chart cannot be drawn. */
export interface ChartDrawer {
  png(spec: ChartSpec): Promise<Buffer>;
}

export interface ChartImage {
  fileId: string;
  /** Whether Slack has shown this file before: a fresh one is refused for some seconds. */
  ready: boolean;
}

/** Charts as files in Slack: the same chart is drawn and uploaded once. */
export interface ChartImages {
  /** Rejects when the chart could not be drawn or uploaded. */
  of(spec: ChartSpec): Promise<ChartImage>;
  /** Whether Slack has shown it before, so that it needs no waiting. */
  isReady(spec: ChartSpec): boolean;
  /** Slack showed it. */
  shown(spec: ChartSpec): void;
  /** Slack does not show it: the next time it is uploaded anew. */
  forget(spec: ChartSpec): void;
}

const mostRemembered = 500;

export function createChartImages(deps: { charts: ChartDrawer; client: Pick<WebClient, 'files'> }): ChartImages {
  const { charts, client } = deps;
  /** By hash of the chart, oldest use first. */
  const images = new Map<string, { fileId: Promise<string>; ready: boolean }>();

  async function upload(spec: ChartSpec, key: string): Promise<string> {
    try {
      const bytes = await charts.png(spec);
      return await uploadPrivately(client, { name: `chart-${key.slice(0, 12)}.png`, title: spec.title, bytes });
    } catch (error) {
      images.delete(key);
      throw error;
    }
  }

  return {
    async of(spec) {
      const key = keyOf(spec);
      const image = images.get(key) ?? { fileId: upload(spec, key), ready: false };
      images.delete(key);
      images.set(key, image);
      for (const oldest of images.keys()) {
        if (images.size <= mostRemembered) break;
        images.delete(oldest);
      }
      return { fileId: await image.fileId, ready: image.ready };
    },
    isReady: (spec) => images.get(keyOf(spec))?.ready ?? false,
    shown(spec) {
      const image = images.get(keyOf(spec));
      if (image) image.ready = true;
    },
    forget: (spec) => void images.delete(keyOf(spec)),
  };
}

function keyOf(spec: ChartSpec): string {
  return createHash('sha256').update(JSON.stringify(spec)).digest('hex');
}
