import { onTestFinished } from 'vitest';
import { fixedClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { type Crm, type CrmOptions, createCrm } from '../../../src/sandbox/crm/crm.ts';
import type { WorldOptions } from '../../../src/sandbox/crm/world.ts';

export const apiKey = 'sandbox-key';
/** A small company, eight months old at `moment`. */
export const small: WorldOptions = { seed: 'test', timezone: 'Asia/Jakarta', from: '2026-01-01', contacts: 50 };
export const moment = '2026-09-01T05:00:00Z';

export type MovingClock = ReturnType<typeof fixedClock>;

/** A simulated CRM on a clock that stands still until it is set; stopped when the test ends. */
export async function startCrm(overrides: Partial<CrmOptions> = {}): Promise<{ crm: Crm; clock: MovingClock }> {
  const clock = fixedClock(moment);
  const crm = await createCrm({ ...small, clock, log: silentLog, apiKey, ...overrides });
  onTestFinished(() => crm.stop());
  return { crm, clock };
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read in many shapes, each checked against the description elsewhere
  body: any;
}

/** One call with the key; `body` is undefined where the answer is not JSON. */
export async function get(crm: Crm, path: string, key: string | undefined = apiKey, timeoutMs = 5_000): Promise<Reply> {
  const response = await fetch(`${crm.url}${path}`, {
    headers: key === undefined || key === '' ? {} : { 'API-KEY': key },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, headers: response.headers, text, body };
}
