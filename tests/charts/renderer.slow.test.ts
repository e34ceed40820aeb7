import { performance } from 'node:perf_hooks';
import { afterAll, describe, expect, test } from 'vitest';
import { drawPng } from '../../src/charts/draw.ts';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { aSpec, days, wave } from './specs.ts';

const faulty = new URL('./faulty-worker.ts', import.meta.url);
const isPng = (image: Buffer) => image.subarray(1, 4).toString('latin1') === 'PNG';
const renderer = createChartRenderer();
afterAll(() => renderer.close());

describe('the same chart is drawn once', () => {
  test('requests at the same time share one rendering', async () => {
    const [one, two] = await Promise.all([
      renderer.png(aSpec({ title: 'shared' })),
      renderer.png(aSpec({ title: 'shared' })),
    ]);
    expect(two).toBe(one);
  });

  test('a later request gets the finished picture', async () => {
    const first = await renderer.png(aSpec({ title: 'again' }));
    expect(await renderer.png(aSpec({ title: 'again' }))).toBe(first);
    expect(isPng(first)).toBe(true);
  });

  test('another value is another picture', async () => {
    const first = await renderer.png(aSpec({ title: 'a' }));
    expect((await renderer.png(aSpec({ title: 'b' }))).equals(first)).toBe(false);
  });

  test('a picture that did not fit the memory is drawn again, the same to the byte', async () => {
    const forgetful = createChartRenderer({ cacheBytes: 0, workers: 1 });
    try {
      const first = await forgetful.png(aSpec());
      const second = await forgetful.png(aSpec());
      expect(second).not.toBe(first);
      expect(second.equals(first)).toBe(true);
    } finally {
      await forgetful.close();
    }
  });
});

describe('failures', () => {
  test('a bad spec says what is wrong and harms nothing', async () => {
    await expect(renderer.png(aSpec({ labels: days(3) }))).rejects.toMatchObject({
      code: 'CHART_SPEC_INVALID',
      message: expect.stringContaining('7 values for 3 labels'),
    });
    expect(isPng(await renderer.png(aSpec({ title: 'after a bad spec' })))).toBe(true);
  });

  test.each([
    ['an error while drawing', 'throw', 'CHART_FAILED'],
    ['a worker that dies', 'crash', 'CHART_FAILED'],
    ['a worker that hangs', 'hang', 'CHART_TIMEOUT'],
  ])(
    '%s fails that chart only',
    async (_, title, code) => {
      const shaky = createChartRenderer({ worker: faulty, workers: 1, timeoutMs: 5_000 });
      try {
        expect(isPng(await shaky.png(aSpec({ title: 'before' })))).toBe(true);
        await expect(shaky.png(aSpec({ title }))).rejects.toMatchObject({
          name: 'CremaError',
          code,
          message: expect.stringContaining(`"${title}"`),
        });
        expect(isPng(await shaky.png(aSpec({ title: 'after' })))).toBe(true);
      } finally {
        await shaky.close();
      }
    },
    30_000,
  );

  test('a failure is not remembered', async () => {
    const shaky = createChartRenderer({ worker: faulty, workers: 1 });
    try {
      const twice = [shaky.png(aSpec({ title: 'throw' })), shaky.png(aSpec({ title: 'throw' }))];
      for (const one of await Promise.allSettled(twice)) expect(one.status).toBe('rejected');
      await expect(shaky.png(aSpec({ title: 'throw' }))).rejects.toThrow('the pen broke');
    } finally {
      await shaky.close();
    }
  });

  test('a closed renderer refuses, and ends what is under way', async () => {
    const closing = createChartRenderer({ workers: 1 });
    const underWay = ['drawn', 'next', 'last'].map((title) =>
      expect(closing.png(aSpec({ title }))).rejects.toMatchObject({ code: 'CHART_CLOSED' }),
    );
    await closing.close();
    await Promise.all(underWay);
    await expect(closing.png(aSpec())).rejects.toMatchObject({ code: 'CHART_CLOSED' });
    await closing.close();
  });
});

test('charts are drawn in the order they were asked for, however many keep coming', async () => {
  const single = createChartRenderer({ workers: 1, cacheBytes: 0 });
  try {
    const finished: number[] = [];
    let next = 0;
    const keepAsking = async () => {
      while (next < 15) {
        const number = next++;
        await single.png(aSpec({ title: `number ${number}` }));
        finished.push(number);
      }
    };
    await Promise.all(Array.from({ length: 4 }, keepAsking));
    expect(finished).toEqual(Array.from({ length: 15 }, (_, i) => i));
  } finally {
    await single.close();
  }
}, 30_000);

test('drawing leaves the event loop to others', async () => {
  const specs = Array.from({ length: 20 }, (_, i) =>
    aSpec({ title: `busy ${i}`, labels: days(60), series: [{ key: 'value', label: 'n', values: wave(60, 0.5, 0.2) }] }),
  );
  const activeDuring = async (work: () => Promise<unknown>) => {
    const before = performance.eventLoopUtilization();
    await work();
    return performance.eventLoopUtilization(before).active;
  };
  await renderer.png(aSpec({ title: 'warm' }));
  await drawPng(aSpec({ title: 'warm' }));
  const inWorkers = await activeDuring(() => Promise.all(specs.map((spec) => renderer.png(spec))));
  const inThisThread = await activeDuring(async () => {
    for (const spec of specs) await drawPng(spec);
  });
  expect(inWorkers / inThisThread).toBeLessThan(0.5);
}, 30_000);

test('vector charts leave no pixels behind', async () => {
  const forgetful = createChartRenderer({ cacheBytes: 0, workers: 1 });
  const draw = async (from: number, to: number) => {
    for (let number = from; number < to; number++) await forgetful.svg(aSpec({ title: `number ${number}` }));
    return process.memoryUsage.rss() / 1e6;
  };
  try {
    const warm = await draw(0, 40);
    // With its pixels each would keep 0.8 MB until the collector comes by: 160 MB.
    expect((await draw(40, 240)) - warm).toBeLessThan(80);
  } finally {
    await forgetful.close();
  }
}, 60_000);
