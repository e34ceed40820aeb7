import type { EntityId } from '../domain/entities.ts';
import type { Rollup } from './rollup.ts';
import { ticketCreatedDaily } from './ticket-created-daily.ts';
import { ticketEndedDaily } from './ticket-ended-daily.ts';
import { ticketResolvedDaily } from './ticket-resolved-daily.ts';

/** Every aggregate Crema keeps. */
export const rollups: readonly Rollup[] = [ticketCreatedDaily, ticketResolvedDaily, ticketEndedDaily];

export function rollupsOf(entity: EntityId): readonly Rollup[] {
  return rollups.filter((rollup) => rollup.stream === entity);
}
