import type { AlertKind, AlertRuleConfig } from '../config/alerts.ts';
import type { CarrierId, Json } from '../deliveries/delivery.ts';

/** How bad: 1 warning, 2 serious, 3 critical. */
export type Severity = 1 | 2 | 3;

export const severityNames = { warning: 1, serious: 2, critical: 3 } as const satisfies Record<string, Severity>;

/** Where an alert goes: a channel, person or address, or a target of crema.yaml by its name. */
export interface Target {
  carrier: CarrierId;
  recipient: string;
}

/** More people, where nobody has acknowledged it for so long. */
export interface Escalation {
  afterSeconds: number;
  to: readonly Target[];
}

/** The first route whose conditions all hold says where an incident goes. */
export interface Route {
  /** By label (team, priority, account, source), in lower case: one of these names or ids. */
  labels: Readonly<Record<string, readonly string[]>>;
  /** At least so bad. */
  severity?: Severity;
  /** A calendar that has to be open, or closed, when it is first told. */
  hours?: { calendar: string; is: 'open' | 'closed' };
  to: readonly Target[];
  escalate: readonly Escalation[];
}

/** What all kinds of rules have in common; durations in seconds. */
export interface RulePolicy {
  title: string;
  /** How long something has to be so before it fires. */
  forSeconds: number;
  /** How long it has to be well again before it is resolved. */
  resolveAfterSeconds: number;
  /** Labels whose values make an incident of their own. */
  groupBy: readonly string[];
  /** From the first one firing until anybody is told, for others of the group to come. */
  waitSeconds: number;
  /** Between two tellings of something new about one incident. */
  intervalSeconds: number;
  /** Between repetitions while nobody acknowledges; null: never. */
  repeatSeconds: number | null;
  /** Calendar in whose hours people are told; null: always. */
  hours: string | null;
  importance: 'low' | 'normal' | 'high';
  /** Never empty; the last one holds for everything. */
  routes: readonly Route[];
}

/** A rule as it stands in the database. */
export interface Rule {
  tenantId: number;
  /** As people type it: `crema alerts backtest 3`. */
  ruleId: number;
  /** Of crema.yaml; null for one made by hand. */
  name: string | null;
  kind: AlertKind;
  settings: AlertRuleConfig;
  policy: RulePolicy;
  /** With whose rights it looks. */
  viewer: string;
  owner: string | null;
  state: 'active' | 'paused' | 'ended';
  stateReason: string | null;
  createdAt: Temporal.Instant;
  topics: readonly string[];
  nextLookAt: Temporal.Instant;
  lookedAt: Temporal.Instant | null;
  health: 'new' | 'ok' | 'unknown';
  healthReason: string | null;
  healthSince: Temporal.Instant | null;
  memory: { readonly [key: string]: Json };
  demotedAt: Temporal.Instant | null;
}

/** A rule that is to be written. */
export interface NewRule {
  name?: string;
  settings: AlertRuleConfig;
  policy: RulePolicy;
  viewer: string;
  owner?: string;
  topics: readonly string[];
  /** A change is looked at no sooner than so long after the last look. */
  gapSeconds: number;
}
