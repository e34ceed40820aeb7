import type { EntityId } from '../../src/domain/entity.ts';
import { rollups } from '../../src/rollups/index.ts';
import type { Rollup } from '../../src/rollups/rollup.ts';

/** The aggregates that records of these kinds can change: in a test that writes no others, the rest counts nothing. */
export function rollupsOf(...streams: readonly EntityId[]): readonly Rollup[] {
  return rollups.filter(({ stream }) => streams.includes(stream));
}
