import type { z } from 'zod';
import type { Answer, JsonClient } from '../http.ts';
import { type Place, SourceError } from '../source-error.ts';
import type { Pace } from '../stream.ts';

/** What the streams of a workspace need. */
export interface Workspace {
  source: string;
  client: JsonClient;
}

/** Reads one answer and checks its frame; a frame that does not fit is a failure of the whole page. */
export async function readAnswer<Schema extends z.ZodType>(
  { source, client }: Workspace,
  pace: Pace,
  where: Omit<Place, 'source'>,
  request: { path: string; query?: Readonly<Record<string, string | number>> },
  schema: Schema,
): Promise<{ body: z.output<Schema>; sentAt: Answer['sentAt'] }> {
  const place = { source, ...where };
  const { body, sentAt } = await client.get(pace, place, request.path, request.query);
  const read = schema.safeParse(body);
  if (read.success) return { body: read.data, sentAt };
  const [issue] = read.error.issues;
  const path = issue?.path.join('.') || 'answer';
  throw new SourceError('shape', place, `status 200, ${path}: ${issue?.message ?? 'not as described'}`);
}

/** Entries that fit, and a line for each one that does not: never its contents. */
export function readEntries<Schema extends z.ZodType>(
  entries: readonly unknown[],
  schema: Schema,
  what: string,
): { good: z.output<Schema>[]; problems: string[] } {
  const good: z.output<Schema>[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = schema.safeParse(entry);
    if (read.success) good.push(read.data);
    else {
      const [issue] = read.error.issues;
      problems.push(
        `${what} ${index + 1}: ${issue?.path.join('.') || 'entry'}: ${issue?.message ?? 'not as described'}`,
      );
    }
  }
  return { good, problems };
}
