import type { KpiSettings } from '../../answers/answer.ts';
import type { AlertKind, AlertRuleOf } from '../../config/alerts.ts';
import type { Db } from '../../db/db.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { SlaTerms } from '../../facts/policies.ts';
import type { Log } from '../../lib/log.ts';
import type { Facts, Labels, Look } from '../condition.ts';
import type { Rule, RulePolicy, Severity } from '../rule.ts';

/** What rooms look with. */
export interface LookContext {
  db: Db;
  tenant: Tenant;
  /** Of the business clock. */
  now: Temporal.Instant;
  settings: KpiSettings;
  terms: SlaTerms;
  log: Log;
  /** Streams beyond their refresh SLA, as `source: stream`. */
  lateStreams: readonly LateStream[];
  /** What was asked in this turn, of one generation of data, for rooms to share; absent: nothing is shared. */
  answers?: Map<string, Promise<unknown>>;
}

export interface LateStream {
  source: string;
  stream: string;
  /** Null: it was never complete. */
  asOf: Temporal.Instant | null;
}

/** A rule with the settings of one kind. */
export type RuleOf<Kind extends AlertKind> = Omit<Rule, 'settings'> & {
  settings: AlertRuleOf<Kind>;
  /** Whether what its topics name has changed since its last look; else only time has passed. */
  changed: boolean;
};

/** An instance of an incident, for whoever tells of it. */
export interface Member {
  labels: Labels;
  severity: Severity;
  since: Temporal.Instant;
  firedAt: Temporal.Instant;
  facts: Facts;
}

/** What an incident says besides its lines. */
export interface Told {
  /** Without the state word: `3 tickets`. The state word comes first: `At risk`, `Breached`. */
  stateWord: string;
  /** Instead of `Recovered`, where what fired does not get well. */
  endWord?: string;
  headline: string;
  /** More that is so meanwhile, below the lines, in full sentences. */
  notes?: readonly string[];
  /** Why it fires, in words: `breach predicted within 30 min`. */
  threshold: string;
  /** Words of /kpi behind the button. */
  words: string | null;
  /** Lines that are shown; as everywhere where it is absent. */
  most?: number;
  /** Its end is told by its message alone, not in the thread: a list that the next one follows. */
  quietEnd?: true;
}

/** One time the rule would have fired. */
export interface PastEpisode {
  labels: Labels;
  /** What it is called: `team Delivery`. */
  name: string;
  from: Temporal.Instant;
  /** Null: it still does. */
  to: Temporal.Instant | null;
  /** The worst value and its text, where there is one. */
  worst?: { value: number; text: string };
}

export type Past =
  | {
      kind: 'episodes';
      episodes: readonly PastEpisode[];
      /** What it cannot see, in full sentences: `It is looked at once a day.` */
      notes: readonly string[];
      /** Only the day of each is known, not its time. */
      datedOnly?: boolean;
      /** A change of the settings that would have told less of the same, in a sentence; absent where there is none. */
      suggestion?: string;
    }
  | { kind: 'unknown'; reason: string };

/** One kind of rule. */
export interface AlertRoom<Kind extends AlertKind = AlertKind> {
  kind: Kind;
  /** `SLA at risk` */
  title: string;
  /** One sentence of what it watches, for help and docs. */
  what: string;
  /** Where it says nothing else. */
  defaults: Pick<
    RulePolicy,
    'forSeconds' | 'resolveAfterSeconds' | 'waitSeconds' | 'intervalSeconds' | 'repeatSeconds'
  > & {
    groupBy: readonly string[];
  };
  /** Where the usual time between repetitions depends on what is watched; `note` says how, for the reference. */
  repeat?: { secondsOf(settings: AlertRuleOf<Kind>): number; note: string };
  /** Labels that its conditions carry, which routes and group_by may name. */
  labels: readonly string[];
  /** Seconds between looks where nothing else asks for one; and the shortest time between looks at changes. */
  everySeconds: number;
  gapSeconds: number;
  /** What its rules read: a change of one of these asks for a look. Throws a usage error for settings that mean nothing. */
  topics(settings: AlertRuleOf<Kind>): readonly string[];
  /** A title where the rule says none: `SLA below 85 %`. */
  titleOf(settings: AlertRuleOf<Kind>): string;
  /** Looks at many rules at once, so that what they share is read once. By rule id; every rule has an entry. */
  look(rules: readonly RuleOf<Kind>[], context: LookContext): Promise<ReadonlyMap<number, Look>>;
  /** What is told of some of its conditions together; never empty. */
  tell(rule: RuleOf<Kind>, members: readonly Member[], tenant: Tenant): Told;
  /** When it would have fired. */
  past(
    rule: RuleOf<Kind>,
    period: { from: Temporal.Instant; to: Temporal.Instant },
    context: LookContext,
  ): Promise<Past>;
}
