import { randomFor } from '../company/random.ts';

/**
 * What can be made to go wrong with calls of the CRM's API. `path` is what the called path must match; every call unless
 * given. `times` is 1 unless given; `Infinity` holds until `clear`. `probability` (1 unless given) decides by the CRM's
 * seed, call by call, and a call that is spared does not count.
 *
 * - `too-many`: 429, with `Retry-After` where seconds are given.
 * - `status`: that status with an error in the CRM's own words.
 * - `hang`: never answers. `lost-answer`: drops the connection instead of answering. `truncated`: JSON that breaks off.
 * - `html`: a page of HTML with status 200, as a proxy would. `not-success`: status 200 with `success: false`.
 * - `duplicate-page`: the page before the one asked for. `shifted-page`: entries as if `by` new ones had come in front.
 * - `drift`: unknown fields, an unknown status, optional fields missing.
 * - `skew`: the `Date` header and every time in the answer are `seconds` ahead (negative: behind).
 */
export type CrmFault = { path?: string | RegExp; times?: number; probability?: number } & (
  | { kind: 'too-many'; retryAfterSeconds?: number }
  | { kind: 'status'; status: number }
  | { kind: 'hang' }
  | { kind: 'lost-answer' }
  | { kind: 'truncated' }
  | { kind: 'html' }
  | { kind: 'not-success' }
  | { kind: 'duplicate-page' }
  | { kind: 'shifted-page'; by?: number }
  | { kind: 'drift' }
  | { kind: 'skew'; seconds: number }
);

export interface CrmFaults {
  /** From now on, in the order planned: the first that applies to a call happens to it. */
  plan(fault: CrmFault): void;
  /** What is still to come, oldest first, with how often it will still happen. */
  pending(): readonly { fault: CrmFault; left: number }[];
  clear(): void;
  /** How often each kind has happened so far. */
  happened(): Readonly<Record<string, number>>;
  /** Takes the fault that applies to a call of this path, if any. */
  take(path: string): CrmFault | undefined;
}

export function createCrmFaults(seed: string): CrmFaults {
  let planned: { fault: CrmFault; left: number }[] = [];
  const random = randomFor(`${seed}/faults`);
  const counts: Record<string, number> = {};
  const fits = (fault: CrmFault, path: string) =>
    fault.path === undefined || (typeof fault.path === 'string' ? path.startsWith(fault.path) : fault.path.test(path));
  return {
    plan: (fault) => void planned.push({ fault, left: fault.times ?? 1 }),
    pending: () => planned,
    clear() {
      planned = [];
    },
    happened: () => ({ ...counts }),
    take(path) {
      const entry = planned.find(({ fault }) => fits(fault, path) && random.chance(fault.probability ?? 1));
      if (!entry) return undefined;
      entry.left -= 1;
      counts[entry.fault.kind] = (counts[entry.fault.kind] ?? 0) + 1;
      planned = planned.filter(({ left }) => left > 0);
      return entry.fault;
    },
  };
}
