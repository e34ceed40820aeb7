import { createCanvas, loadImage } from 'canvas';
import { type SparklineSpec, sparklineHeight, sparklineSvg, sparklineWidth } from './sparkline.ts';
import { pixelRatio } from './theme.ts';

/** The sparkline as PNG on a transparent ground, for mail, where SVG is not shown. */
export async function drawSparkline(spec: SparklineSpec): Promise<Buffer> {
  const picture = await loadImage(Buffer.from(sparklineSvg(spec), 'utf8'));
  const canvas = createCanvas(sparklineWidth * pixelRatio, sparklineHeight * pixelRatio);
  try {
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await canvas.encode('png');
  } finally {
    canvas.width = 1;
    canvas.height = 1;
  }
}
