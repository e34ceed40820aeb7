import { messageOf } from '../lib/errors.ts';
import { withDeadline } from '../lib/stops.ts';

/** State of each thing the process needs: `ok`, or what is wrong with it. */
export type Checks = Readonly<Record<string, string>>;

export interface Readiness {
  ready: boolean;
  checks: Checks;
}

/** Asks once and answers in time, whatever hangs. Never rejects. */
export async function readinessOf(ask: () => Promise<Checks>, timeoutMs: number): Promise<Readiness> {
  try {
    const checks = await withDeadline(ask(), timeoutMs, 'asking whether all is ready');
    return { ready: Object.values(checks).every((state) => state === 'ok'), checks };
  } catch (error) {
    return { ready: false, checks: { process: messageOf(error) } };
  }
}
