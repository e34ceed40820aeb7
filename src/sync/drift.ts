/**
 * Where a pass through a list stands. Pages move while they are read: what is deleted lets later entries slip to a page
 * that was read already (they would be skipped), what comes pushes entries back (they are seen twice, which is harmless).
 */
export interface PassCursor {
  /** When the pass began, by our clock: what a complete pass is as of. */
  startedAt: string;
  /** Version of the first page, in microseconds by the source's clock: older states that were not seen are gone. */
  version?: number;
  /** The page to read next. */
  page: number;
  /** Entries over all pages at the last look. */
  total?: number;
  /** Entries that came while the pass went on. */
  grown: number;
  /** Times the pass stepped back because entries had gone. */
  backs: number;
  /** Entries that could not be read. */
  unreadable: number;
  /** 2: the pass is taking a second look at everything, as the first one missed some. */
  look: 1 | 2;
  /** No page is left to read. */
  ended?: boolean;
}

/** Steps back in one pass, after which entries that slip away are left to the next pass. */
const mostBacks = 50;

export function beginPass(startedAt: Temporal.Instant): PassCursor {
  return { startedAt: startedAt.toString(), page: 1, grown: 0, backs: 0, unreadable: 0, look: 1 };
}

/**
 * Where to go on after a page. When the list has become shorter by n, up to n entries have slipped to pages that were
 * read: those are read again, overlapping what was seen.
 */
export function afterPage(
  cursor: PassCursor,
  page: { total: number | undefined; size: number; hasNext: boolean; unreadable: number },
): PassCursor {
  const { total, size, hasNext } = page;
  const change = total === undefined || cursor.total === undefined ? 0 : total - cursor.total;
  const next: PassCursor = {
    ...cursor,
    ...(total === undefined ? {} : { total }),
    grown: cursor.grown + Math.max(0, change),
    unreadable: cursor.unreadable + page.unreadable,
  };
  if (change < 0 && cursor.page > 1 && cursor.backs < mostBacks) {
    const back = Math.min(cursor.page - 1, Math.ceil(-change / size));
    return { ...next, page: cursor.page - back, backs: cursor.backs + 1 };
  }
  return hasNext ? { ...next, page: cursor.page + 1 } : { ...next, ended: true };
}

/**
 * Whether a pass has seen everything, as far as it can know: fewer ids than the source counts are only explained by
 * entries that came meanwhile or could not be read. `look again`: read all pages once more; `missing`: also that did not
 * show them.
 */
export function judgePass(cursor: PassCursor, seen: number): 'whole' | 'look again' | 'missing' {
  const missing = (cursor.total ?? seen) - seen;
  if (missing <= cursor.grown + cursor.unreadable) return 'whole';
  return cursor.look === 1 ? 'look again' : 'missing';
}

/** Whether nothing moved at all, as far as a pass can tell. */
export function isStill(cursor: PassCursor, seen: number): boolean {
  return cursor.grown === 0 && cursor.backs === 0 && cursor.look === 1 && (cursor.total ?? seen) === seen;
}
