import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createJsonClient } from '../../src/sources/http.ts';
import type { Pace } from '../../src/sources/stream.ts';

/** Looks at the clock: one before each call, one when the beginning of its answer is there. */
let looks = 0;
const learned = Promise.withResolvers<void>();
const clock = {
  now() {
    if (++looks === 2) learned.resolve();
    return systemClock.now();
  },
};
const pace: Pace = {
  ...{ clock, signal: new AbortController().signal, random: () => 0 },
  ...{ before: async () => undefined, pause: async () => undefined, sleep: async () => undefined },
};

test("an answer is as of its own clock, whatever another answer's clock says meanwhile", async () => {
  // Half of the slow answer is there, and it is read on only after the quick one has come from a clock that is ahead.
  let slow: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const ahead = request.url === '/quick' ? 30 * 60 : 0;
    response.sendDate = false;
    const seconds = Math.floor(systemClock.now().epochMilliseconds / 1000) + ahead;
    response.setHeader('date', httpDate(seconds));
    response.setHeader('content-type', 'application/json');
    if (request.url === '/quick') {
      response.end('{}');
      return;
    }
    slow = response;
    response.write('{"half":');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const client = createJsonClient({
    ...{
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      keyHeader: 'key',
      key: new Secret('k'),
      perMinute: 60,
    },
    failureOf: () => undefined,
  });
  const place = { source: 's', stream: 't', page: '1' };
  const before = systemClock.now();
  const first = client.get(pace, place, '/slow');
  await learned.promise;
  const quick = await client.get(pace, place, '/quick');
  slow?.end('1}');
  const { sentAt } = await first;
  expect(quick.sentAt.since(before).total('minutes')).toBeGreaterThan(29);
  expect(sentAt.since(before).total('minutes')).toBeLessThan(1);
});

function httpDate(seconds: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO('UTC');
  const two = (value: number) => String(value).padStart(2, '0');
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][at.month - 1];
  return `Mon, ${two(at.day)} ${month} ${at.year} ${two(at.hour)}:${two(at.minute)}:${two(at.second)} GMT`;
}
