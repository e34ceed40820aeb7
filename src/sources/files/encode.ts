import { type Field, longestKeyBytes } from '../../domain/entity.ts';
import type { ReadMoment } from './dates.ts';

/** Why a value cannot be taken. */
export interface Refusal {
  reason: string;
}

/** A raw text as a value of a field, in PostgreSQL's COPY text format. */
export type Encode = (raw: string) => string | Refusal;

const truths = new Map(
  Object.entries({ true: 't', t: 't', yes: 't', y: 't', 1: 't', false: 'f', f: 'f', no: 'f', n: 'f', 0: 'f' }),
);

export function encoderOf(field: Field, readMoment: ReadMoment): Encode {
  switch (field.type) {
    case 'key':
      return encodeKey;
    case 'text':
      return encodeText;
    case 'integer':
      return encodeInteger;
    case 'number':
      return encodeNumber;
    case 'amount':
      return (raw) => (/^[+-]?\d{1,15}$/.test(raw) ? raw : { reason: 'is not a whole number of minor units' });
    case 'boolean':
      return (raw) => truths.get(raw.toLowerCase()) ?? { reason: 'is not true or false' };
    case 'timestamp':
      return (raw) => {
        const moment = readMoment(raw);
        return typeof moment === 'string' ? { reason: moment } : moment.text;
      };
    case 'date':
      return (raw) => {
        const moment = readMoment(raw);
        return typeof moment === 'string' ? { reason: moment } : moment.wall.slice(0, 10);
      };
    case 'text list':
      return encodeList;
    case 'json':
      return encodeObject;
  }
}

const copyEscapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function encodeText(raw: string): string | Refusal {
  if (!/[\\\n\r\t\0\uFFFD]/.test(raw)) return raw;
  if (raw.includes('\0')) return { reason: 'has a NUL character, which PostgreSQL cannot store' };
  if (raw.includes('\uFFFD')) return { reason: 'has bytes that are not UTF-8 (a file of another encoding?)' };
  return raw.replace(/[\\\n\r\t]/g, (char) => copyEscapes[char]!);
}

function encodeKey(raw: string): string | Refusal {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (raw.length * 3 > longestKeyBytes && Buffer.byteLength(raw) > longestKeyBytes) {
    return { reason: `has more than ${longestKeyBytes} bytes` };
  }
  return encodeText(raw);
}

function encodeInteger(raw: string): string | Refusal {
  if (!/^[+-]?\d{1,10}$/.test(raw)) return { reason: 'is not a whole number' };
  return Math.abs(Number(raw)) < 2 ** 31 ? raw : { reason: 'is too large a number' };
}

function encodeNumber(raw: string): string | Refusal {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(raw) && Number.isFinite(Number(raw))
    ? raw
    : { reason: 'is not a number' };
}

const minorDigits = new Map<string, number>();

/** Digits of a currency's minor unit (ISO 4217): 2 for EUR, 0 for JPY; undefined for what is no currency code. */
function minorDigitsOf(currency: string): number | undefined {
  const known = minorDigits.get(currency);
  if (known !== undefined || !/^[A-Za-z]{3}$/.test(currency)) return known;
  const options = { style: 'currency', currency } as const;
  const digits = new Intl.NumberFormat('en', options).resolvedOptions().maximumFractionDigits ?? 2;
  minorDigits.set(currency, digits);
  return digits;
}

/** A decimal amount in major units (`1250.5`, also `1.2505E3`) in minor ones, rounded half away from zero where it is finer. */
export function encodeMajor(raw: string, currency: string): string | Refusal {
  const digits = minorDigitsOf(currency);
  if (digits === undefined) return { reason: `is in a currency "${currency}" that there is not` };
  const [, sign, whole, fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/.exec(raw) ?? [];
  if (whole === undefined || whole + fraction === '') return { reason: 'is not an amount of money' };
  const point = whole.length + Number(exponent) + digits;
  const all = (whole + fraction).padEnd(point, '0');
  const kept = point > 0 ? all.slice(0, point) : '0';
  const next = point < 0 ? '0' : all[point];
  const minor = BigInt(kept) + (next !== undefined && next >= '5' ? 1n : 0n);
  if (minor >= 10n ** 15n) return { reason: 'is too large an amount' };
  return `${sign === '-' && minor > 0n ? '-' : ''}${minor}`;
}

function encodeObject(raw: string): string | Refusal {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return encodeText(JSON.stringify(value));
  } catch {}
  return { reason: 'is not a JSON object' };
}

/** `a;b;c`, or a JSON list of texts. */
function encodeList(raw: string): string | Refusal {
  let items: unknown = raw.split(';').map((item) => item.trim());
  if (raw.startsWith('[')) {
    try {
      items = JSON.parse(raw);
    } catch {
      return { reason: 'is not a list' };
    }
  }
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string'))
    return { reason: 'is not a list of texts' };
  const quoted = items.filter((item) => item !== '').map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`);
  return encodeText(`{${quoted.join(',')}}`);
}
