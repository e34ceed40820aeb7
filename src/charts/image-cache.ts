/** Finished images by key, the least recently used forgotten first once their bytes exceed the limit. */
export interface ImageCache {
  get(key: string): Buffer | undefined;
  set(key: string, image: Buffer): void;
  /** Bytes held now. */
  readonly bytes: number;
}

export function createImageCache(maxBytes: number): ImageCache {
  // A Map keeps the order of insertion: what is read is inserted anew, so the first is the least recently used.
  const images = new Map<string, Buffer>();
  let bytes = 0;

  function forget(key: string): void {
    bytes -= images.get(key)?.length ?? 0;
    images.delete(key);
  }

  return {
    get bytes() {
      return bytes;
    },
    get(key) {
      const image = images.get(key);
      if (image) {
        images.delete(key);
        images.set(key, image);
      }
      return image;
    },
    set(key, image) {
      forget(key);
      if (image.length > maxBytes) return;
      images.set(key, image);
      bytes += image.length;
      for (const oldest of images.keys()) {
        if (bytes <= maxBytes) break;
        forget(oldest);
      }
    },
  };
}
