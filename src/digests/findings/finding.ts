import type { DigestOnly } from '../../alerts/store/noise.ts';
import type { DateRange } from '../../domain/period.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import type { AskedLine, Asking } from '../ask-lines.ts';
import type { LateSource } from '../digest.ts';

/**
 * What may be worth a look, the most important first: a target missed that was met, a day unlike its weekdays, what a
 * change is made of, tickets about to breach, alerts that are told nowhere else, a campaign under its account's own history, data that has become late.
 */
export const findingKinds = ['target', 'unusual', 'driver', 'attention', 'alerts', 'campaign', 'late'] as const;
export type FindingKind = (typeof findingKinds)[number];

export interface Finding {
  kind: FindingKind;
  /** Stays the same while the finding does: `target:sla`. */
  key: string;
  kpi: Kpi | null;
  /** How bad, 1 to 3: told again when it gets a category worse. */
  category: 1 | 2 | 3;
  /** Orders findings of one kind, the larger first. */
  size: number;
  /** One sentence with its number. */
  text: string;
  /** Command that asks for more. */
  words: string | null;
}

/** What the rooms look at. */
export interface FindingContext {
  period: DateRange;
  before: DateRange;
  locale: string;
  timezone: string;
  /** Oldest data that is late or lacks days of the digest. */
  late: readonly LateSource[];
  lines: readonly AskedLine[];
  /** Alerts of its days that nobody was told of, as hardly anybody acts on those of their rules. */
  digestOnly: readonly DigestOnly[];
  /** Null where the reader may not ask it, or there is nothing to say. */
  ask: Asking['ask'];
  attend: Asking['attend'];
}

export interface FindingRoom {
  kind: FindingKind;
  find(context: FindingContext): Promise<Finding[]> | Finding[];
}

/** 1, 2 or 3 by two limits. */
export function categoryOf(size: number, [second, third]: readonly [number, number]): 1 | 2 | 3 {
  if (size >= third) return 3;
  return size >= second ? 2 : 1;
}
