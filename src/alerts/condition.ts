import type { Json } from '../deliveries/delivery.ts';
import type { Severity } from './rule.ts';

/** By name: `team`, `ticket`, `campaign`, `metric`. Values are ids, with their source where an id is one of a source. */
export type Labels = Readonly<Record<string, string>>;

/** What is said of one thing, in the tenant's language and zone. */
export interface Facts {
  /** One line of the message: `T-4711, critical: first response due at 14:05, Noor`. */
  line: string;
  /** In place of it, for one thing that is told in several lines: a list, in its order. */
  lines?: readonly string[];
  /** Sorts the lines, the largest first. */
  rank: number;
  /** The number it fires for, and as it is shown, where there is one. */
  value?: number;
  valueText?: string;
  /** Who it is assigned to, by name; null: nobody. */
  assigned?: string | null;
  /** Words of /kpi that show more. */
  words?: string;
  /** Names that routes and texts know its labels by: `{team: 'Delivery'}`. */
  names?: Readonly<Record<string, string>>;
  /** Whatever else the kind keeps of it. */
  extra?: { readonly [key: string]: Json };
}

/** One thing that a rule watches and that is not well, or not clearly well, at one moment. */
export interface Condition {
  /** Its identity within the rule. */
  labels: Labels;
  /** More labels for routing and inhibition, which may change: the team of a ticket. */
  about?: Labels;
  /** `between`: past the mark where it fires and not yet at the one where it clears; what it was, it stays. */
  status: 'firing' | 'between';
  severity: Severity;
  /** When it began by the data; not later than the look. */
  since: Temporal.Instant;
  facts: Facts;
}

/** What a look at one rule came to. */
export type Look =
  /** All that is not well. What is not in it is well. */
  | {
      kind: 'conditions';
      conditions: readonly Condition[];
      /** What was so at moments that could not be looked at in their time, in order, all before this look. */
      earlier?: readonly { at: Temporal.Instant; conditions: readonly Condition[] }[];
      nextAt?: Temporal.Instant;
      memory?: { readonly [key: string]: Json };
      /** What it found bears on all other rules: they are looked at at once. */
      wakesOthers?: boolean;
    }
  /** Nothing it depends on has changed: all is as at the last look. */
  | { kind: 'same'; nextAt?: Temporal.Instant }
  /** Nobody knows: never taken for well. `late`: the streams it waits for. */
  | { kind: 'unknown'; reason: string; late?: readonly string[]; nextAt?: Temporal.Instant };

/** Identity of a condition within its rule. */
export function fingerprintOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
