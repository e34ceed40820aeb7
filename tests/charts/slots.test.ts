import { describe, expect, test } from 'vitest';
import { createSlots } from '../../src/charts/slots.ts';

const never = new AbortController().signal;

/** Whether a promise has settled by the time everything already queued has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

describe('slots', () => {
  test('are free up to their number, then waited for', async () => {
    const slots = createSlots(2);
    await slots.take(never);
    await slots.take(never);
    const third = slots.take(never);
    expect(await isPending(third)).toBe(true);
    slots.release();
    expect(await isPending(third)).toBe(false);
  });

  test('go to who waits longest', async () => {
    const slots = createSlots(1);
    await slots.take(never);
    const order: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (name) => {
      await slots.take(never);
      order.push(name);
      slots.release();
    });
    slots.release();
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  test('are not lost to someone who stopped waiting', async () => {
    const slots = createSlots(1);
    await slots.take(never);
    const impatient = new AbortController();
    const given = slots.take(impatient.signal);
    const patient = slots.take(never);
    impatient.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    slots.release();
    expect(await isPending(patient)).toBe(false);
  });
});
