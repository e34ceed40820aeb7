import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatChange, formatTarget, formatValue } from '../../src/domain/format.ts';
import { majorNumber, majorString, minorDigits } from '../../src/domain/money.ts';

const plain = (text: string) => text.replaceAll(/\s/g, ' ');

describe('minor units', () => {
  test.each([
    [123_450, 'EUR', '1234.50'],
    [5, 'EUR', '0.05'],
    [-5, 'USD', '-0.05'],
    [0, 'USD', '0.00'],
    // What rounds to nothing has no sign.
    [-0.4, 'USD', '0.00'],
    [1000, 'JPY', '1000'],
    [1500, 'KWD', '1.500'],
    // In cash there are no cents of it, in books there are.
    [125_050, 'IDR', '1250.50'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91'],
  ])('%d of %s are %s', (minor, currency, major) => {
    expect(majorString(minor, currency)).toBe(major);
  });

  test('an average is rounded to a minor unit', () => {
    expect([majorString(100.5, 'EUR'), majorString(100.49, 'EUR')]).toEqual(['1.01', '1.00']);
    expect(majorNumber(100 / 3, 'EUR')).toBe(0.33);
  });

  test('no cent is lost on the way, whatever the currency', () => {
    const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF', 'IDR');
    fc.assert(
      fc.property(fc.maxSafeInteger(), currencies, (minor, currency) => {
        expect(BigInt(majorString(minor, currency).replace('.', ''))).toBe(BigInt(minor));
        expect(majorString(minor, currency).split('.')[1]?.length ?? 0).toBe(minorDigits(currency));
      }),
      { seed: 11 },
    );
  });
});

describe('amounts as people read them', () => {
  test.each([
    ['1234.50', 'EUR', 'en', '€1,234.50'],
    ['1200.00', 'EUR', 'en', '€1,200'],
    ['-0.50', 'EUR', 'en', '−€0.50'],
    ['90071992547409.91', 'USD', 'en', '$90,071,992,547,409.91'],
    ['1250.50', 'IDR', 'id-ID', 'Rp 1.250,50'],
    ['1000', 'JPY', 'en', '¥1,000'],
  ] as const)('%s %s in %s is %s', (value, currency, locale, text) => {
    expect(plain(formatValue(value, 'money', { currency, locale }))).toBe(text);
  });

  test('a change has the currency, a target too', () => {
    expect(plain(formatChange(-1234.5, 'money', { currency: 'EUR' }))).toBe('€1,234.50');
    expect(plain(formatTarget(50_000, 'money', { currency: 'EUR' }))).toBe('€50,000');
  });
});
