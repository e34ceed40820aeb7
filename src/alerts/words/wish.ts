import type { SubscribeTo } from '../../answers/subscribe.ts';
import type { AlertRuleOf } from '../../config/alerts.ts';
import type { Kpi } from '../../kpis/kpi.ts';

/** A rule that was understood; what was not said is filled in. */
export type AlertRequest = NumberWish | RiskWish;

interface Wished {
  kind: 'alert';
  /** What whoever wishes it has to be able to ask, in canonical words of /kpi. */
  question: string;
  /** How long it has to be so; null: as is usual. */
  forSeconds: number | null;
  to: SubscribeTo;
  /** The canonical form, without the command's name: read again, it means the same. */
  words: string;
}

/** A number beyond a mark, or that changes; the question is what is watched. */
export interface NumberWish extends Wished {
  watch: 'number';
  kpi: Kpi;
  side: Side;
  /**
   * Of a threshold in the KPI's unit: ratios from 0 to 1, durations in seconds, money in major units. Of a change the smallest
   * one that is told, as a share.
   */
  mark: number;
  /** Where it is well again; null: at the mark itself. */
  clear: number | null;
  /** Of a change, what it is told against. */
  against: Against;
}

/** Tickets at risk; the question is about the SLA of the same tickets. */
export interface RiskWish extends Wished {
  watch: 'sla-risk';
  settings: RiskSettings;
}

export type RiskSettings = Omit<AlertRuleOf<'sla-risk'>, 'importance' | 'routes' | 'escalate' | 'to' | 'for'>;

export type ThresholdSide = 'below' | 'above';
export type ChangeSide = 'worse' | 'better' | 'up' | 'down' | 'any';
export type Side = ThresholdSide | ChangeSide;
export type Against = 'previous' | 'baseline';

/** Whether a rule is about a change rather than a value. */
export function isChange(side: Side): side is ChangeSide {
  return side !== 'below' && side !== 'above';
}

/** What could not be understood, in a sentence, with the closest choices and a whole command that works. */
export interface AlertMisunderstood {
  kind: 'alert-misunderstood';
  said: string;
  /** The part that made sense, in canonical words. */
  understood: string;
  choices: string[];
  /** For each choice the whole command with it in place. */
  commands: string[];
  example: string;
  /** Which part of the wish is wrong. */
  about: AlertPart;
}

export const alertParts = [
  ...(['question', 'mark', 'clear', 'against'] as const),
  ...(['team', 'priority', 'account', 'before', 'metrics'] as const),
  ...(['for', 'to'] as const),
] as const;
export type AlertPart = (typeof alertParts)[number];

export const alertExample = 'alert sla by team below 85% clear 87% to me';
export const riskExample = 'alert sla-risk team:Delivery priority:critical before 30min to me';
