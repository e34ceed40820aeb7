/** A hue as drawn, and a darker one of the same hue for text on white (contrast at least 4.5:1). */
export interface Shade {
  fill: string;
  text: string;
}

/**
 * Okabe and Ito's colours, which stay apart for every common kind of colour blindness. Yellow and black are left out:
 * yellow cannot be seen on white, black is the text's.
 */
export const hues = {
  blue: { fill: '#0072b2', text: '#0069a4' },
  orange: { fill: '#e69f00', text: '#8f6300' },
  green: { fill: '#009e73', text: '#007a59' },
  purple: { fill: '#cc79a7', text: '#a0487a' },
  vermillion: { fill: '#d55e00', text: '#b34f00' },
  sky: { fill: '#56b4e9', text: '#1f74a6' },
} as const satisfies Record<string, Shade>;

export const grey: Shade = { fill: '#8c959f', text: '#57606a' };

type Hue = keyof typeof hues;
const order = Object.keys(hues) as Hue[];

/** What people see every day keeps a chosen hue; within each group the hues differ. */
const chosen: Record<string, Hue | 'grey'> = {
  value: 'blue',
  other: 'grey',
  critical: 'vermillion',
  urgent: 'vermillion',
  high: 'orange',
  medium: 'blue',
  normal: 'blue',
  low: 'sky',
  whatsapp: 'green',
  email: 'blue',
  instagram: 'purple',
  facebook: 'sky',
  messenger: 'sky',
  webchat: 'orange',
  phone: 'vermillion',
  inbound: 'blue',
  outbound: 'orange',
  new: 'green',
  returning: 'blue',
  positive: 'green',
  neutral: 'grey',
  negative: 'vermillion',
  met: 'green',
  missed: 'vermillion',
  promoters: 'green',
  passives: 'grey',
  detractors: 'vermillion',
  dau: 'blue',
  wau: 'green',
  mau: 'orange',
};

/**
 * Series in the order in which they are stacked or stand beside each other, the same in every chart: known keys as
 * above, then the rest by key, `other` last.
 */
export function inSeriesOrder<T extends { key: string }>(series: readonly T[]): T[] {
  return [...series].sort((a, b) => placeOf(a.key) - placeOf(b.key) || (a.key < b.key ? -1 : 1));
}

function placeOf(key: string): number {
  const known = Object.keys(chosen);
  const at = known.indexOf(key.toLowerCase());
  if (at < 0) return known.length;
  return known[at] === 'other' ? known.length + 1 : at;
}

/**
 * The colour of each series key, by key alone as far as six hues allow: a key has its chosen hue or one by its hash, and
 * only when two keys of one chart meet on a hue does the later one (in the order of the keys, not of the series) move on
 * to the next that is free.
 */
export function shadesOf(keys: readonly string[]): Map<string, Shade> {
  const shades = new Map<string, Shade>();
  const taken = new Set<Hue>();
  const sorted = [...new Set(keys)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const key of sorted) {
    const wanted = chosen[key.toLowerCase()] ?? order[hash(key) % order.length]!;
    if (wanted === 'grey') {
      shades.set(key, grey);
      continue;
    }
    const start = order.indexOf(wanted);
    const free = order.map((_, i) => order[(start + i) % order.length]!).find((hue) => !taken.has(hue));
    if (free) taken.add(free);
    shades.set(key, free ? hues[free] : grey);
  }
  return shades;
}

/** Chosen keys first, so that a hash never takes a hue away from them. */
function rank(key: string): number {
  return key.toLowerCase() in chosen ? 0 : 1;
}

/** FNV-1a: small, stable across processes and releases. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

/** The colour mixed with white; `strength` 0 is white, 1 the colour itself. Opaque, so overlaps do not darken. */
export function tint(color: string, strength: number): string {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `#${parts
    .map((part) =>
      Math.round(255 + (part - 255) * strength)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
