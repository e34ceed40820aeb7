import { PNG } from 'pngjs';
import type { ReadPage } from '../pdf/read-pdf.ts';

/** Pixels of the page, one a point, that are coloured: text and rules are grey, charts are not. */
export async function countInk(page: ReadPage): Promise<number> {
  const { data } = PNG.sync.read(await page.image());
  let coloured = 0;
  for (let index = 0; index < data.length; index += 4) {
    const [red, green, blue] = [data[index]!, data[index + 1]!, data[index + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) coloured++;
  }
  return coloured;
}
