/**
 * Splits what a person typed into words. Quotes (straight or curly) keep spaces, also inside `team:"Tier 2"`; an
 * unclosed quote runs to the end.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let begun = false;
  let quoted = false;
  for (const character of text) {
    if (/["“”„«»]/.test(character)) {
      quoted = !quoted;
      begun = true;
    } else if (/\s/.test(character) && !quoted) {
      if (begun) words.push(word);
      word = '';
      begun = false;
    } else {
      word += character;
      begun = true;
    }
  }
  if (begun) words.push(word);
  return words;
}

/** The inverse for one word: quoted where it has to be. */
export function quoteWord(word: string): string {
  return /\s/.test(word) || word === '' ? `"${word}"` : word;
}
