import { formatDate, formatValue } from '../../domain/format.ts';
import type { Digest, DigestLine } from '../digest.ts';

/** What became of the numbers of a digest, in the order in which it was found. */
export type Restatements = readonly {
  receipt: string;
  revision: number;
  now: number | null;
  why: string;
  foundAt: Temporal.Instant;
}[];

/** The digest with each number that has changed as it was told and as it is: the latest change of each. */
export function withRestatements(digest: Digest, restatements: Restatements, timezone: string): Digest {
  const latest = new Map(restatements.map((one) => [one.receipt, one]));
  return {
    ...digest,
    lines: digest.lines.map((line): DigestLine => {
      const change = line.receipt === null ? undefined : latest.get(line.receipt);
      if (!change) return line;
      const on = change.foundAt.toZonedDateTimeISO(timezone).toPlainDate().toString();
      const shape = { locale: digest.locale, ...line.shape };
      return {
        ...line,
        restated: {
          shown: change.now === null ? 'no data' : formatValue(change.now, line.unit, shape),
          on: formatDate(on, { locale: digest.locale }),
          why: change.why,
        },
      };
    }),
  };
}
