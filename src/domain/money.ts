/**
 * Currencies whose minor unit is not a hundredth (ISO 4217, list one). Not asked of the runtime, which knows what people
 * use in cash: no cents for IDR or HUF, in which amounts are nevertheless kept.
 */
const otherDigits: Readonly<Record<number, readonly string[]>> = {
  0: [
    ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF'],
    ...['UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'],
  ],
  3: ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'],
  4: ['CLF', 'UYW'],
};

/** How many digits a currency has behind the point: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  const found = Object.entries(otherDigits).find(([, codes]) => codes.includes(currency));
  return found ? Number(found[0]) : 2;
}

/** Minor units as a decimal string of major units, exact: 123450 cents as `1234.50`. Fractions of a minor unit are rounded. */
export function majorString(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const whole = BigInt(Math.round(Math.abs(minor)));
  const text = whole.toString().padStart(digits + 1, '0');
  const sign = minor < 0 && whole > 0n ? '-' : '';
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The same as a number. */
export function majorNumber(minor: number, currency: string): number {
  return Number(majorString(minor, currency));
}
