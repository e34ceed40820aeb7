import { PNG } from 'pngjs';

/** A decoded picture, RGBA. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

export function decode(png: Buffer): Picture {
  return PNG.sync.read(png);
}

/** Half as wide and high, each pixel the mean of four: small enough to keep, and smooth enough to compare. */
export function halve(picture: Picture): Picture {
  const width = picture.width / 2;
  const height = picture.height / 2;
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        const at = (dx: number, dy: number) => picture.data[((2 * y + dy) * picture.width + 2 * x + dx) * 4 + channel]!;
        data[(y * width + x) * 4 + channel] = Math.round((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4);
      }
    }
  }
  return { width, height, data };
}

export function encode(picture: Picture): Buffer {
  const png = new PNG({ width: picture.width, height: picture.height });
  png.data = Buffer.from(picture.data);
  return PNG.sync.write(png, { colorType: 2, deflateLevel: 9 });
}

/** How many pixels of a rectangle (in device pixels) are near a colour `#rrggbb`. */
export function countColor(
  picture: Picture,
  color: string,
  box: { x: number; y: number; width: number; height: number },
): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number, number];
  let count = 0;
  for (let y = box.y; y < box.y + box.height; y++) {
    for (let x = box.x; x < box.x + box.width; x++) {
      const at = (y * picture.width + x) * 4;
      const far = Math.max(
        Math.abs(picture.data[at]! - r),
        Math.abs(picture.data[at + 1]! - g),
        Math.abs(picture.data[at + 2]! - b),
      );
      if (far < 40) count++;
    }
  }
  return count;
}
