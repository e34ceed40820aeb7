import type { Labels } from './condition.ts';
import type { Severity } from './rule.ts';

/** Lines of a message; the others are counted. */
export const mostLines = 5;

/** What an incident says, as plain data: every target renders this. Instants are ISO texts. */
export interface IncidentContent {
  /** `At risk`, `Breached`, `Data late`; after it is over `endWord`, else `Recovered`. */
  stateWord: string;
  endWord?: string;
  headline: string;
  /** At most `mostLines`, the worst first. */
  lines: readonly string[];
  /** How many there are besides those. */
  more: number;
  /** Its end is told by its message alone. */
  quietEnd?: true;
  /** More that is so meanwhile, in full sentences: `Muted meanwhile: SLA below 85 %`. */
  notes?: readonly string[];
  threshold: string;
  /** Who it is assigned to in the CRM, by name, where all lines have one. */
  assigned: readonly string[];
  /** Words of /kpi that show more. */
  words: string | null;
  /** How bad it got so far: `78 %`. */
  worst: { rank: number; text: string } | null;
  /** Since when nobody knows whether it is still so, and why. */
  unknown: { since: string; reason: string } | null;
  /** Over only in that it is told as another incident now, for whose labels its things have come to have. */
  movedTo?: number;
  /** Why it ended without anybody knowing that all is well: its rule was paused. */
  closed?: string;
}

export interface Incident {
  tenantId: number;
  incidentId: number;
  ruleId: number;
  groupKey: string;
  labels: Labels;
  state: 'waiting' | 'firing' | 'resolved';
  severity: Severity;
  worstSeverity: Severity;
  /** By the data. */
  since: Temporal.Instant;
  openedAt: Temporal.Instant;
  resolvedAt: Temporal.Instant | null;
  content: IncidentContent;
  version: number;
  announcedAt: Temporal.Instant | null;
  /** Fingerprints with their episodes, as last told. */
  announced: readonly string[];
  announcedSeverity: Severity | null;
  toldAt: Temporal.Instant | null;
  repeatedAt: Temporal.Instant | null;
  muted: string | null;
  mutedSince: Temporal.Instant | null;
  acknowledgedAt: Temporal.Instant | null;
  acknowledgedBy: string | null;
  assignedTo: string | null;
  snoozedUntil: Temporal.Instant | null;
  snoozedBy: string | null;
  escalated: number;
}

/** What happened to an incident, or who did what. */
export interface HistoryEntry {
  entry: number;
  at: Temporal.Instant;
  kind: HistoryKind;
  person: string | null;
  personName: string | null;
  text: string;
}

export const historyKinds = [
  'opened',
  'worse',
  'better',
  'repeated',
  'escalated',
  'muted',
  'unmuted',
  'acknowledged',
  'snoozed',
  'assigned',
  'opinion',
  'resolved',
] as const;
export type HistoryKind = (typeof historyKinds)[number];
