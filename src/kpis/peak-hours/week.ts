import { formatPercent } from '../../domain/format.ts';
import type { Matrix } from '../../domain/kpi-result.ts';
import { busiestWindow } from '../../domain/matrix.ts';
import type { Sums } from '../kpi.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const hours = Array.from({ length: 24 }, (_, hour) => hour);
const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

/** Messages by weekday and hour; nothing in an hour is nobody writing, so 0. */
function cellsOf({ bins }: Sums): number[][] {
  const counted = bins.hour ?? new Map<number, number>();
  return weekdays.map((_, day) => hours.map((hour) => counted.get(day * 24 + hour) ?? 0));
}

/** The smallest block of neighbouring weekdays and hours with at least half of the messages, in words; null without any. */
export function busiestHours(sums: Sums) {
  const found = busiestWindow(cellsOf(sums));
  if (!found) return null;
  const [first, last] = found.rows.map((row) => weekdays[row]!);
  const days = first === last ? first : `${first}–${last}`;
  const times = `${clock(found.columns[0])}–${clock(found.columns[1] + 1)}`;
  return { ...found, words: `${days} ${times}, ${formatPercent(found.share)} of inbound messages` };
}

export function hourMatrix(sums: Sums): Matrix {
  const busiest = busiestHours(sums);
  return {
    title: 'Inbound messages by weekday and hour',
    unit: 'count',
    rows: weekdays,
    columns: hours.map(clock),
    cells: cellsOf(sums),
    ...(busiest && { window: { rows: busiest.rows, columns: busiest.columns, title: busiest.words } }),
  };
}
