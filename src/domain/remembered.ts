/** Answers of one function that are kept; beyond these all are forgotten. A year of days in a few zones is some thousand. */
const most = 10_000;

/**
 * A function of dates that remembers: calendar arithmetic is exact and slow, and hundreds of answers ask it for the same
 * days. Only for functions whose answer never changes and cannot be written to.
 */
export function remembered<Given extends readonly (string | number)[], Answer>(
  work: (...given: Given) => Answer,
): (...given: Given) => Answer {
  const known = new Map<string, Answer>();
  return (...given) => {
    const key = given.join(' ');
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const answer = work(...given);
    known.set(key, answer);
    return answer;
  };
}
