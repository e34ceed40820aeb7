import { versionOf } from '../../ingest/batch.ts';
import { columnsOf } from './columns.ts';
import { createEntityConverter, type EntityConverter, type Rejection } from './convert.ts';
import type { EntityMapping, FileFormat } from './mapping.ts';
import { type Counts, emptyCounts, shownRejections, type WrittenCounts } from './summary.ts';

/** What the loading of one source of rows keeps in mind while it runs. */
export interface ImportWork {
  at: Temporal.Instant;
  /** The columns its rows have, in their order. */
  columns: readonly string[];
  entities: {
    converter: EntityConverter;
    counts: Counts;
    /** What became of the events its rows told. */
    history?: WrittenCounts | undefined;
  }[];
  rejections: Rejection[];
  reject(rejection: Rejection): void;
  /** How far this brings an entity's stream; undefined where it says nothing about that. */
  asOf(converter: EntityConverter): Temporal.Instant | undefined;
}

export function createWork(options: {
  entities: readonly EntityMapping[];
  format: FileFormat;
  /** ISO 4217 code of amounts that do not name one. */
  currency: string | undefined;
  at: Temporal.Instant;
  asOf: ImportWork['asOf'];
  /** Whether the rows feed other entities too; by itself, whether there are several. */
  shared?: boolean;
  onReject: ((rejection: Rejection) => void) | undefined;
}): ImportWork {
  const { format, at } = options;
  const columns = columnsOf(options);
  const entities = options.entities.map((entity) => ({
    converter: createEntityConverter(entity, {
      format,
      currency: options.currency,
      slotOf: (column) => columns.indexOf(column),
      runVersion: versionOf(at),
      shared: options.shared ?? options.entities.length > 1,
    }),
    counts: emptyCounts(),
  }));
  const rejections: Rejection[] = [];
  return {
    at,
    columns,
    entities,
    rejections,
    reject(rejection) {
      const entity = entities.find(({ converter }) => converter.mapping.entity.id === rejection.entity);
      if (entity) entity.counts.rejected++;
      // Duplicates are found after the file is read: keep enough of both to show the first by line.
      if (rejections.length < 2 * shownRejections) rejections.push(rejection);
      options.onReject?.(rejection);
    },
    asOf: options.asOf,
  };
}
