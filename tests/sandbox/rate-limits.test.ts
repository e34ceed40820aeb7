import { expect, test } from 'vitest';
import { createRateLimits } from '../../src/sandbox/rate-limits.ts';

test('a tier grants so many calls within any minute, counted per method', () => {
  let now = 0;
  const limits = createRateLimits(() => now);
  const take = (method: string) => limits.take({ method, tier: 2, channel: undefined });
  for (let call = 0; call < 20; call += 1) {
    expect(take('users.list')).toBeUndefined();
    now += 1_000;
  }
  expect(take('users.list')).toBe(40);
  expect(take('conversations.list')).toBeUndefined();
  now = 60_000;
  expect(take('users.list')).toBeUndefined();
  expect(take('users.list')).toBe(1);
});

test('posting is one a second for each channel, and a refused post does not count', () => {
  let now = 0;
  const limits = createRateLimits(() => now);
  const take = (channel: string) => limits.take({ method: 'chat.postMessage', tier: 'posting', channel });
  expect(take('C1')).toBeUndefined();
  expect(take('C1')).toBe(1);
  expect(take('C2')).toBeUndefined();
  now = 999;
  expect(take('C1')).toBe(1);
  now = 1_000;
  expect(take('C1')).toBeUndefined();
});
