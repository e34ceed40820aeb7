import type { AlertKind } from '../../config/alerts.ts';
import { CremaError } from '../../lib/errors.ts';
import { kpiThreshold } from './kpi-threshold/kind.ts';
import { queue } from './queue/kind.ts';
import type { AlertRoom } from './room.ts';
import { slaRisk } from './sla-risk/kind.ts';

type AnyRoom = { [Kind in AlertKind]: AlertRoom<Kind> }[AlertKind];

/** Every kind of rule there is, in the order of help and docs. */
export const alertRooms: readonly AnyRoom[] = [kpiThreshold, slaRisk, queue];

/** The room of a kind, for rules of that kind only. */
export function roomOf(kind: AlertKind): AlertRoom {
  const room = alertRooms.find((one) => one.kind === kind);
  if (!room) throw new CremaError('ALERT_KIND', `there is no alert kind "${kind}"`);
  return room as unknown as AlertRoom;
}
