import { versionOf } from '../../ingest/batch.ts';
import { columnsOf } from './columns.ts';
import { createEntityConverter, type EntityConverter, type Rejection } from './convert.ts';
import type { FileMapping } from './mapping.ts';
import { type Counts, emptyCounts, shownRejections, type WrittenCounts } from './summary.ts';

/** What one import keeps in mind while it runs. */
export interface ImportWork {
  at: Temporal.Instant;
  entities: {
    converter: EntityConverter;
    counts: Counts;
    /** What became of the events its rows told. */
    history?: WrittenCounts | undefined;
  }[];
  rejections: Rejection[];
  reject(rejection: Rejection): void;
  asOf(converter: EntityConverter): Temporal.Instant;
}

export function createWork(options: {
  mapping: FileMapping;
  at: Temporal.Instant;
  asOf: Temporal.Instant | undefined;
  onReject: ((rejection: Rejection) => void) | undefined;
}): ImportWork {
  const { mapping, at } = options;
  const columns = columnsOf(mapping);
  const entities = mapping.entities.map((entity) => ({
    converter: createEntityConverter(entity, {
      format: mapping.format,
      slotOf: (column) => columns.indexOf(column),
      runVersion: versionOf(at),
      shared: mapping.entities.length > 1,
    }),
    counts: emptyCounts(),
  }));
  const rejections: Rejection[] = [];
  return {
    at,
    entities,
    rejections,
    reject(rejection) {
      const entity = entities.find(({ converter }) => converter.mapping.entity.id === rejection.entity);
      if (entity) entity.counts.rejected++;
      // Duplicates are found after the file is read: keep enough of both to show the first by line.
      if (rejections.length < 2 * shownRejections) rejections.push(rejection);
      options.onReject?.(rejection);
    },
    asOf: (converter) => options.asOf ?? converter.latest() ?? at,
  };
}
