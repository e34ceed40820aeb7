import { describe, expect, test } from 'vitest';
import { createImageCache } from '../../src/charts/image-cache.ts';

describe('finished images', () => {
  test('the least recently used goes first when the bytes are used up', () => {
    const cache = createImageCache(30);
    for (const key of ['a', 'b', 'c']) cache.set(key, Buffer.alloc(10));
    cache.get('a');
    cache.set('d', Buffer.alloc(10));
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true, true]);
  });

  test('the limit holds whatever comes', () => {
    const cache = createImageCache(100);
    for (let i = 0; i < 50; i++) {
      cache.set(`k${i % 7}`, Buffer.alloc((i * 13) % 60));
      expect(cache.bytes).toBeLessThanOrEqual(100);
    }
  });

  test('an image larger than all there is room for drives nothing out', () => {
    const cache = createImageCache(30);
    cache.set('small', Buffer.alloc(10));
    cache.set('large', Buffer.alloc(31));
    expect(cache.get('large')).toBeUndefined();
    expect(cache.get('small')).toBeDefined();
  });

  test('an image set again counts once', () => {
    const cache = createImageCache(30);
    cache.set('a', Buffer.alloc(10));
    cache.set('a', Buffer.alloc(20));
    expect(cache.bytes).toBe(20);
  });
});
