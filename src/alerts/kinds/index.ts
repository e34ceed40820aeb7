import type { AlertKind } from '../../config/alerts.ts';
import { CremaError } from '../../lib/errors.ts';
import { anomaly } from './anomaly/kind.ts';
import { campaignUnderperformance } from './campaign-underperformance/kind.ts';
import { churnRisk } from './churn-risk/kind.ts';
import { deliveryFailures } from './delivery-failures/kind.ts';
import { freshness } from './freshness/kind.ts';
import { highIntent } from './high-intent/kind.ts';
import { kpiChange } from './kpi-change/kind.ts';
import { kpiThreshold } from './kpi-threshold/kind.ts';
import { queue } from './queue/kind.ts';
import type { AlertRoom } from './room.ts';
import { slaRisk } from './sla-risk/kind.ts';

type AnyRoom = { [Kind in AlertKind]: AlertRoom<Kind> }[AlertKind];

/** Every kind of rule there is, in the order of help and docs. */
export const alertRooms: readonly AnyRoom[] = [
  slaRisk,
  queue,
  kpiThreshold,
  kpiChange,
  anomaly,
  campaignUnderperformance,
  deliveryFailures,
  freshness,
  churnRisk,
  highIntent,
];

/** The room of a kind, for rules of that kind only. */
export function roomOf(kind: AlertKind): AlertRoom {
  const room = alertRooms.find((one) => one.kind === kind);
  if (!room) throw new CremaError('ALERT_KIND', `there is no alert kind "${kind}"`);
  return room as unknown as AlertRoom;
}
