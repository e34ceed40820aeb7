import { type Candidate, dominated } from './compact.ts';
import type { Row } from './rows.ts';
import { noEntity } from './stage.ts';
import type { ImportWork } from './work.ts';

/** Rows to COPY text for the stage; undefined asks for what was held back. Counts and rejects on the way. */
export type Stager = (rows: readonly Row[] | undefined) => string;

export function createStager(work: ImportWork): Stager {
  return work.entities.length === 1 ? singleStager(work) : wideStager(work);
}

/**
 * For a file of one entity: holds one row back, to leave out those its neighbour wins over. A history still needs what
 * changed in them.
 */
function singleStager(work: ImportWork): Stager {
  const { converter, counts } = work.entities[0]!;
  const { rows: rule } = converter.mapping;
  let held: Candidate | undefined;
  return (rows) => {
    let piece = '';
    for (const row of rows ?? []) {
      const part = converter.convert(row);
      if (part === undefined) continue;
      counts.read++;
      if ('reason' in part) {
        work.reject(part);
        continue;
      }
      const next = { ...part, line: row.line };
      const loser = held && rule !== 'unique' ? dominated(held, next, rule) : undefined;
      if (loser) {
        counts.superseded++;
        if (loser.traces) piece += `${loser.line}\tt\t${loser.traces}\n`;
      } else if (held) piece += `${held.line}\tf\t${held.text}\n`;
      if (loser !== next) held = next;
    }
    if (!rows && held) piece += `${held.line}\tf\t${held.text}\n`;
    return piece;
  };
}

/** For a file that feeds several entities: a row has a part for each. */
function wideStager(work: ImportWork): Stager {
  const none = work.entities.map(({ converter }) => noEntity(converter.mapping));
  return (rows) => {
    let piece = '';
    for (const row of rows ?? []) {
      let kept = false;
      const parts = work.entities.map(({ converter, counts }, index) => {
        const part = converter.convert(row);
        if (part !== undefined) counts.read++;
        if (part !== undefined && !('reason' in part)) {
          kept = true;
          return part.text;
        }
        if (part) work.reject(part);
        return none[index];
      });
      if (kept) piece += `${row.line}\tf\t${parts.join('\t')}\n`;
    }
    return piece;
  };
}
