import type { Random } from '../../sandbox/company/random.ts';
import type { CrmFault } from '../../sandbox/crm/faults.ts';
import type { WebhookTrouble } from '../../sandbox/crm/webhooks.ts';

/** How much of everything. */
export interface Amounts {
  /** Days that the company had lived when the bot comes. */
  historyDays: number;
  /** Days of trouble. */
  days: number;
  contacts: number;
  replicas: number;
  /** Minutes of the CRM's time from one step to the next, at least and at most. */
  stepMinutes: readonly [number, number];
  /** Real time for a step, in milliseconds. */
  pauseMs: readonly [number, number];
  /** Real time that is waited for webhooks to be taken before time goes on, in milliseconds. */
  patienceMs: number;
  /** Faults of the API per step, on the average. */
  faults: number;
  /** Whether there are faults that the client bears for half a minute of real time and longer. */
  slowFaults: boolean;
  /** Share of steps in which a replica is killed, in which all are, and of the tap's runs that are. */
  kill: number;
  blackout: number;
  killTap: number;
  tapEveryHours: number;
  /** Share of events to which each of the troubles happens. */
  trouble: number;
  /** Share of events that are lost. */
  lost: number;
}

export interface Step {
  minutes: number;
  pauseMs: number;
  patienceMs: number;
  faults: CrmFault[];
  /** After so many milliseconds of the step the victim is killed, or all are. */
  killAfterMs: number | undefined;
  victim: number;
  blackout: boolean;
  killTapAfterMs: number | undefined;
}

/** The longest time a fault tells wrongly, in seconds. */
const mostSkewSeconds = 1_800;

const paths = [undefined, '/crm/chat', '/crm/campaign', /^\/crm\/chat\/[^/]+\/messages$/, /\/custom-field$/] as const;

export function nextStep(random: Random, amounts: Amounts): Step {
  const between = ([least, most]: readonly [number, number]) => least + Math.floor((most - least + 1) * random.next());
  const pauseMs = between(amounts.pauseMs);
  const count = Math.floor(amounts.faults + random.next());
  const faults = Array.from({ length: count }, () => someFault(random, amounts));
  const blackout = random.chance(amounts.blackout);
  const kills = random.chance(amounts.kill) || blackout;
  return {
    ...{ minutes: between(amounts.stepMinutes), pauseMs, patienceMs: amounts.patienceMs, faults, blackout },
    killAfterMs: kills ? Math.floor(random.next() * pauseMs) : undefined,
    victim: Math.floor(random.next() * amounts.replicas),
    // From before it has started until it would be through.
    killTapAfterMs: random.chance(amounts.killTap) ? 300 + Math.floor(random.next() * 2_500) : undefined,
  };
}

function someFault(random: Random, { slowFaults }: Amounts): CrmFault {
  const path = random.pick(paths);
  const seconds = Math.round((2 * random.next() - 1) * mostSkewSeconds);
  const kinds: readonly CrmFault[] = [
    { kind: 'too-many', retryAfterSeconds: 1 },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'lost-answer' },
    { kind: 'truncated' },
    { kind: 'html' },
    { kind: 'not-success' },
    { kind: 'duplicate-page' },
    { kind: 'shifted-page', by: 1 + Math.floor(3 * random.next()) },
    { kind: 'drift' },
    { kind: 'skew', seconds },
  ];
  // They keep a stream, or all of them, from being read for a day of the CRM's time.
  if (random.chance(slowFaults ? 0.015 : 0)) return { kind: random.pick(['hang', 'too-many'] as const) };
  return { ...random.pick(kinds), ...(path === undefined ? {} : { path }), times: 1 + Math.floor(3 * random.next()) };
}

/** What happens to webhooks on their way. */
export function troubleOf({ trouble, lost }: Amounts): WebhookTrouble {
  return {
    ...{ duplicate: trouble, disorder: trouble, delay: trouble, delaySeconds: 3_600, wrongSignature: trouble / 2 },
    ...{ lost, malformed: trouble / 2, unknownType: trouble / 2 },
  };
}
