import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanLine, readAddress, readMailbox } from '../../src/lib/mailbox.ts';

describe('a mailbox', () => {
  test.each([
    ['crema@example.com', { name: '', address: 'crema@example.com' }],
    ['<crema@example.com>', { name: '', address: 'crema@example.com' }],
    ['Crema <crema@Example.com>', { name: 'Crema', address: 'crema@example.com' }],
    ['"Crema, the bot" <crema@example.com>', { name: 'Crema, the bot', address: 'crema@example.com' }],
    ['  Crema   Bot  <crema+news@mail.example.com> ', { name: 'Crema Bot', address: 'crema+news@mail.example.com' }],
  ])('is read from %j', (text, expected) => {
    expect(readMailbox(text)).toEqual(expected);
  });

  test.each([
    ...['Crema', 'Crema <>', 'a@example.com, b@example.com', 'Crema <a@example.com> <b@example.com>'],
    ...['Crema <a@example.com', 'A "B" <a@example.com>', 'Crema <a@example.com>, b@example.com', ''],
  ])('is not read from %j', (text) => {
    expect(readMailbox(text)).toBeUndefined();
  });
});

const anyText = fc
  .array(fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)))
  .map((each) => each.join(''));
const word = fc.string({
  minLength: 1,
  maxLength: 5,
  unit: fc.constantFrom(...'abcdeXYZ0189+-_.,<\r\0'.split('')),
});
const end = fc.constantFrom('.com', '.EXAMPLE.org', '.example', '', '.c', '.com\n', '.com>');

test('an address that is read is one word with one @ and a domain of two labels or more', () => {
  let good = 0;
  fc.assert(
    fc.property(word, fc.constantFrom('@', '@', '@', '', '@@', ' @'), word, end, (local, at, domain, last) => {
      const text = `${local}${at}${domain}${last}`;
      const read = readAddress(text);
      if (read === undefined) return;
      good += 1;
      expect(read).toMatch(/^[!-?A-~]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/);
      expect(readAddress(read)).toBe(read);
    }),
    { seed: 3, numRuns: 2_000 },
  );
  expect(good).toBeGreaterThan(15);
});

test('one line of a header stays one, and reads the same the second time', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const clean = cleanLine(text);
      expect(clean).not.toMatch(/[\p{Cc}\u2028\u2029\u202e\p{Cs}]| {2}|^ | $/u);
      expect(cleanLine(clean)).toBe(clean);
    }),
    { seed: 4 },
  );
});
