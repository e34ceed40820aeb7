import { expect, test } from 'vitest';
import { createStops } from '../../src/lib/stops.ts';

test('stops run last in, first out, once, and a failing one does not keep the others from running', async () => {
  const ran: string[] = [];
  const stops = createStops();
  stops.onStop('pool', () => void ran.push('pool'));
  stops.onStop('jobs', () => {
    ran.push('jobs');
    throw new Error('busy');
  });
  stops.onStop('http', async () => void ran.push('http'));
  const [first, second] = await Promise.allSettled([stops.stop(), stops.stop()]);
  expect(ran).toEqual(['http', 'jobs', 'pool']);
  expect(first).toMatchObject({ status: 'rejected', reason: { message: 'stopping jobs: busy' } });
  expect(second).toEqual(first);
});

test('a stop that hangs is left behind at its deadline', async () => {
  const ran: string[] = [];
  const stops = createStops({ stepTimeoutMs: 20 });
  stops.onStop('pool', () => void ran.push('pool'));
  stops.onStop('hangs', () => new Promise(() => undefined));
  await expect(stops.stop()).rejects.toThrow('hangs took more than 20 ms');
  expect(ran).toEqual(['pool']);
});
