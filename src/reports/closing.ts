import { type Cells, cellsOf } from './cells.ts';
import type { Report } from './report.ts';

/** What stands behind the sections: restatements, data quality, definitions; null for a table without rows. */

export function restatementCells(restatements: Report['restatements']): Cells | null {
  if (restatements.length === 0) return null;
  return cellsOf({
    caption: 'Numbers of earlier reports that changed',
    header: ['Report', 'Number', 'Was', 'Now', 'Why', 'Found', 'Receipt'],
    rows: restatements.map(({ report, title, was, now, why, found, receipt }) => [
      ...[report, title, was, now, why, found, receipt],
    ]),
    numeric: [false, false, true, true, false, false, false],
  });
}

export function qualitySentences({ quality }: Report): string[] {
  const { streams, pending, rejected, missing } = quality;
  const late = streams.filter((stream) => stream.late).length;
  const counted = streams.length === 1 ? 'the one stream' : `all ${streams.length} streams`;
  return [
    ...(streams.length === 0 ? ['Nothing has been loaded that these numbers rest on.'] : []),
    ...(streams.length > 0 && late === 0 ? [`No data is late: ${counted} arrived as promised.`] : []),
    ...(late > 0 ? [`${late} of ${streams.length} streams ${late === 1 ? 'is' : 'are'} later than promised.`] : []),
    ...(pending > 0 ? [`${pending} ${pending === 1 ? 'change was' : 'changes were'} still to be counted.`] : []),
    ...(rejected.length === 0 && streams.length > 0 ? ['No event was refused in this period.'] : []),
    ...(missing.length > 0 ? ['Left out, because there is no data:'] : []),
  ];
}

export function streamCells(streams: Report['quality']['streams']): Cells | null {
  if (streams.length === 0) return null;
  return cellsOf({
    caption: 'How far the data reaches, by source and stream',
    header: ['Source', 'Stream', 'Reaches', 'Age', 'State'],
    rows: streams.map(({ source, stream, shown, age, late }) => [
      ...[source, stream, shown, age],
      late === undefined ? 'nothing promised' : late ? 'late' : 'in time',
    ]),
    numeric: [false, false, false, true, false],
  });
}

export function rejectedCells(rejected: Report['quality']['rejected']): Cells | null {
  if (rejected.length === 0) return null;
  return cellsOf({
    caption: 'Events that were refused in the period, by source',
    header: ['Source', 'Events refused', 'Most frequent reason'],
    rows: rejected.map(({ source, count, reason }) => [source, String(count), reason]),
    numeric: [false, true, false],
  });
}

export function definitionCells(definitions: Report['definitions']): Cells | null {
  if (definitions.length === 0) return null;
  return cellsOf(
    {
      caption: 'Definitions',
      header: ['Number', 'Formula', 'Owner', 'Target'],
      rows: definitions.map(({ title, formula, owner, target }) => [title, formula, owner, target]),
      numeric: [false, false, false, true],
    },
    'prose',
  );
}
