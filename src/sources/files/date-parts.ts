/** What a pattern finds in a text; reused from value to value, so that reading allocates nothing but its result. */
export interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  micro: number;
  /** 0 or 12 for a twelve-hour clock; -1 for none. */
  halfDay: number;
  /** Seconds east of UTC; NaN where the text does not say. */
  offset: number;
}

/** Reads on from `at`; returns where it stopped, or -1. */
export type Step = (text: string, at: number, parts: Parts) => number;
export type Slot = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

export function numberStep(slot: Slot, least: number, most: number): Step {
  return (text, at, parts) => {
    let value = 0;
    let end = at;
    for (; end < at + most; end++) {
      const digit = digitAt(text, end);
      if (digit < 0) break;
      value = value * 10 + digit;
    }
    if (end - at < least) return -1;
    parts[slot] = value;
    return end;
  };
}

export function offsetStep(form: { colon: boolean; minutes: boolean; zulu: boolean }): Step {
  return (text, at, parts) => {
    if (form.zulu && text[at] === 'Z') {
      parts.offset = 0;
      return at + 1;
    }
    const sign = text[at] === '+' ? 1 : text[at] === '-' ? -1 : 0;
    const hours = twoDigits(text, at + 1);
    if (sign === 0 || hours < 0 || hours > 18) return -1;
    let end = at + 3;
    let minutes = 0;
    // X and x alone stand for hours with optional minutes.
    if (form.minutes || digitAt(text, end) >= 0) {
      if (form.colon && text[end++] !== ':') return -1;
      minutes = twoDigits(text, end);
      if (minutes < 0 || minutes > 59) return -1;
      end += 2;
    }
    parts.offset = sign * (hours * 3600 + minutes * 60);
    return end;
  };
}

export function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

function twoDigits(text: string, at: number): number {
  const tens = digitAt(text, at);
  const ones = digitAt(text, at + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

export function emptyParts(): Parts {
  return { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micro: 0, halfDay: -1, offset: Number.NaN };
}

export function resetParts(parts: Parts): void {
  parts.year = parts.month = parts.day = parts.hour = parts.minute = parts.second = parts.micro = 0;
  parts.halfDay = -1;
  parts.offset = Number.NaN;
}
