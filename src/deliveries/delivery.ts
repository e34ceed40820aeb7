/**
 * A delivery is one thing that goes to one recipient once. Its row is written before anything is sent, and says at any
 * moment what is known about it:
 *
 *   pending ──claim──> sending ──> sent                      the service said so, or was found to have it
 *      ^                 │  │
 *      │  not executed   │  ├────> failed                    definitely never: refused, or too late
 *      └─────────────────┘  └────> unknown ──> sent          found afterwards
 *      ^                              │  └───> pending       found not to be there, or sent again by policy
 *      └──────────────────────────────┘
 *   skipped: by policy never sent (too late, ended, nothing to hang on).
 *
 * `handed_at` is committed right before the one call that may have an effect. A process that dies before it leaves
 * nothing outside, so the row goes back to pending; one that dies behind it leaves the outcome unknown. `attempt` is the
 * fence: it grows with each claim, and whoever holds an older one can neither hand over nor settle.
 */

export const deliveryKinds = ['kpi', 'digest', 'report', 'alert', 'notice'] as const;
export type DeliveryKind = (typeof deliveryKinds)[number];

export const carrierIds = ['slack', 'mail', 'pagerduty', 'webhook'] as const;
export type CarrierId = (typeof carrierIds)[number];

export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown' | 'skipped';

/** What is done where nobody can tell whether it arrived. */
export type WhenUnknown = 'leave' | 'send again';

/** Digests and reports are not sent twice, rather not at all; an alert rather twice than not at all. */
export const policyOf: Readonly<Record<DeliveryKind, WhenUnknown>> = {
  kpi: 'leave',
  digest: 'leave',
  report: 'leave',
  notice: 'leave',
  alert: 'send again',
};

/** `main`, and what hangs on it once it was sent: a reply in its thread, a file, a change of it. */
export type Part = 'main' | 'thread' | 'file' | 'edit';

export interface NewDelivery {
  kind: DeliveryKind;
  subscriptionId: number | null;
  /** What makes it this one and no other of its subscription: the local date it is of, an incident's version. */
  slot: string;
  carrier: CarrierId;
  recipient: string;
  part?: Part;
  revision?: number;
  /** Delivery that has to be sent before, to which this one belongs. */
  afterId?: number;
  dueAt: Temporal.Instant;
  /** Until when it may wait for data; `dueAt` where it does not. */
  deadlineAt?: Temporal.Instant;
  /** Later than this it is not sent any more. */
  expiresAt: Temporal.Instant;
  editionId?: number;
  letter?: Letter;
  /** Written as never to be sent, with the reason. */
  skipped?: string;
}

/** A delivery that this process has claimed. */
export interface Delivery {
  tenantId: number;
  deliveryId: number;
  dedupeKey: string;
  kind: DeliveryKind;
  subscriptionId: number | null;
  slot: string;
  carrier: CarrierId;
  recipient: string;
  part: Part;
  revision: number;
  whenUnknown: WhenUnknown;
  afterId: number | null;
  dueAt: Temporal.Instant;
  deadlineAt: Temporal.Instant;
  expiresAt: Temporal.Instant;
  attempt: number;
  /** Of the machines' clock; null before it was handed over. */
  handedAt: Temporal.Instant | null;
  /** Attempts before this one that came to nothing; waiting for data is none. */
  failures: number;
  editionId: number | null;
  letter: Letter | null;
  /** Of an earlier attempt that got half-way (a file that was uploaded), and of what it hangs on. */
  proof: Proof | null;
  parentProof: Proof | null;
}

/** Plain data that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What goes out, in its carrier's own shape; files are kept by hash in ops.artifacts. */
export interface Letter {
  body: { readonly [key: string]: Json };
  files: readonly LetterFile[];
}

export interface LetterFile {
  /** What the body calls it. */
  name: string;
  mediaType: string;
  /** SHA-256 of its bytes, in hex. */
  hash: string;
}

/** What the outside service gave for it: where it can be found, changed and answered. */
export type Proof = Readonly<Record<string, string>>;

export type Outcome =
  | { kind: 'sent'; proof: Proof }
  /** Definitely not executed; may go through later. `proof`: what is done of it already. */
  | { kind: 'again'; reason: string; afterMs?: number; proof?: Proof }
  /**
   * Definitely refused, and would be refused again. `whose`: the recipient's (gone, archived, bouncing: the subscription
   * rests), the sender's (token, configuration), or of what was sent.
   */
  | { kind: 'refused'; reason: string; whose: 'recipient' | 'sender' | 'letter' }
  /** It may have arrived. */
  | { kind: 'unknown'; reason: string; proof?: Proof };

export type Found = { kind: 'arrived'; proof: Proof } | { kind: 'absent' } | { kind: 'cannot tell'; reason: string };

/** Where a letter is, while it is being sent. */
export interface Handing {
  bytesOf(file: LetterFile): Promise<Buffer>;
  /**
   * To be called right before the one call that has an effect outside, and awaited; again before each further try of it.
   * Rejects when the delivery has been taken over: then nothing may be sent.
   */
  handOver(): Promise<void>;
  /** Keeps what a preparing step has made, so that no later attempt makes it again. */
  keep(proof: Proof): Promise<void>;
  signal: AbortSignal;
}

/** A way out of the house: Slack, mail. */
export interface Carrier {
  /** Never rejects for what the service does: every way it can end is an outcome. */
  send(delivery: Delivery & { letter: Letter }, handing: Handing): Promise<Outcome>;
  /** Looks whether something of unknown outcome has arrived. Absent where nobody can tell. */
  find?(delivery: Delivery & { letter: Letter }): Promise<Found>;
}

/** The identity of a delivery, also shown outside: in Slack's metadata, hashed in a Message-ID. */
export function dedupeKeyOf(
  delivery: Pick<NewDelivery, 'kind' | 'subscriptionId' | 'slot' | 'carrier' | 'recipient' | 'part' | 'revision'>,
): string {
  const { kind, subscriptionId, slot, carrier, recipient, part = 'main', revision = 0 } = delivery;
  return [kind, subscriptionId ?? '-', slot, carrier, recipient, part, revision].join(':');
}
