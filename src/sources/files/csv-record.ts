const quote = 34;
const newline = 10;
const carriageReturn = 13;

/** What scanning one record found; reused from record to record of a text. */
export interface Scan {
  /** Values by slot. A fresh array per record. */
  values: (string | null)[];
  /** Columns the record has. */
  columns: number;
  /** Line breaks inside its quoted fields. */
  breaks: number;
  fault: string | undefined;
  /** The next delimiter and the next line feed of the text from where it was last looked for; none: its length. */
  delimiterAt: number;
  newlineAt: number;
}

/** A scan of a new text. */
export function startScan(): Scan {
  return { values: [], columns: 0, breaks: 0, fault: undefined, delimiterAt: -1, newlineAt: -1 };
}

/**
 * Reads one CSV record (RFC 4180; a quote inside an unquoted field is a character like any other) from `start`. Only
 * columns with a slot are cut out: most files have far more columns than a mapping names. Returns the position behind
 * the record and its line end, or -1 when the text ends before the record does and more is to come.
 */
export function scanRecord(
  text: string,
  start: number,
  delimiter: string,
  slots: Int32Array | undefined,
  last: boolean,
  into: Scan,
): number {
  const end = text.length;
  const values: (string | null)[] = [];
  into.values = values;
  into.breaks = 0;
  into.fault = undefined;
  let at = start;
  for (let column = 0; ; column++) {
    const slot = slots === undefined ? column : column < slots.length ? slots[column]! : -1;
    if (at < end && text.charCodeAt(at) === quote) {
      const closed = scanQuoted(text, at, last, into);
      if (closed.at < 0) return -1;
      at = closed.at;
      if (slot >= 0) values[slot] = closed.value;
    } else {
      // The runtime finds a character far faster than a loop does.
      if (into.delimiterAt < at) into.delimiterAt = indexOrEnd(text, delimiter, at);
      if (into.newlineAt < at) into.newlineAt = indexOrEnd(text, '\n', at);
      const to = Math.min(into.delimiterAt, into.newlineAt);
      if (slot >= 0) {
        const crlf = to > at && (to === end || to === into.newlineAt) && text.charCodeAt(to - 1) === carriageReturn;
        values[slot] = text.slice(at, crlf ? to - 1 : to);
      }
      at = to;
    }
    if (at >= end) {
      into.columns = column + 1;
      return last ? end : -1;
    }
    if (text.charCodeAt(at) === newline) {
      into.columns = column + 1;
      return at + 1;
    }
    if (text[at] !== delimiter) {
      // Only behind a closing quote: a line end of CR LF, or text that does not belong there.
      if (text.charCodeAt(at) === carriageReturn && (at + 1 < end ? text.charCodeAt(at + 1) === newline : true)) {
        if (at + 1 >= end && !last) return -1;
        into.columns = column + 1;
        return Math.min(at + 2, end);
      }
      into.fault ??= 'has text behind the closing quote of a field';
      while (at < end && text[at] !== delimiter && text.charCodeAt(at) !== newline) at++;
      if (at >= end || text.charCodeAt(at) === newline) {
        into.columns = column + 1;
        return at >= end ? (last ? end : -1) : at + 1;
      }
    }
    at++;
  }
}

const incomplete = { at: -1, value: '' };

function scanQuoted(text: string, start: number, last: boolean, into: Scan): { at: number; value: string } {
  let value = '';
  let from = start + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close === -1) {
      if (!last) return incomplete;
      into.fault = 'has a quoted field that is never closed';
      return { at: text.length, value };
    }
    const doubled = text.charCodeAt(close + 1) === quote;
    // The quote may be the first half of a doubled one whose other half is still to come.
    if (!doubled && close + 1 >= text.length && !last) return incomplete;
    value += text.slice(from, doubled ? close + 1 : close);
    from = close + (doubled ? 2 : 1);
    if (doubled) continue;
    for (let at = text.indexOf('\n', start); at !== -1 && at < close; at = text.indexOf('\n', at + 1)) into.breaks++;
    return { at: from, value };
  }
}

function indexOrEnd(text: string, char: string, from: number): number {
  const at = text.indexOf(char, from);
  return at === -1 ? text.length : at;
}
