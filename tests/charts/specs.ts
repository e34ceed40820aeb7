import type { ChartPanel, ChartSpec } from '../../src/charts/spec.ts';

/** A line of seven days; everything can be overridden. */
export function aSpec(overrides: Partial<ChartSpec> = {}): ChartSpec {
  return {
    kind: 'line',
    title: 'Ticket SLA compliance, % by day',
    subtitle: '9–15 Nov 2026, Asia/Jakarta',
    format: 'percent',
    labels: days(7),
    axis: 'day',
    series: [{ key: 'value', label: 'SLA', values: [0.91, 0.88, 0.9, 0.93, 0.92, 0.89, 0.912] }],
    incomplete: [],
    target: null,
    footer: 'Source: crm · as of 15 Nov 2026, 08:25',
    locale: 'en',
    altText: 'Line chart',
    ...overrides,
  };
}

export function days(count: number, from = '2026-11-09'): string[] {
  return Array.from({ length: count }, (_, i) => Temporal.PlainDate.from(from).add({ days: i }).toString());
}

export function weeks(count: number, from = '2026-06-29'): string[] {
  return Array.from({ length: count }, (_, i) => Temporal.PlainDate.from(from).add({ weeks: i }).toString());
}

export function months(count: number, from = '2026-01-01'): string[] {
  return Array.from({ length: count }, (_, i) => Temporal.PlainDate.from(from).add({ months: i }).toString());
}

export function hours(count: number, from = '2026-11-14T00:00'): string[] {
  return Array.from({ length: count }, (_, i) =>
    Temporal.PlainDateTime.from(from).add({ hours: i }).toString({ smallestUnit: 'minute' }),
  );
}

/** Values that look like life and are the same every time. */
export function wave(count: number, middle: number, swing: number, phase = 1): number[] {
  return Array.from(
    { length: count },
    (_, i) => middle + swing * Math.sin(i * 1.7 * phase + phase) + (swing / 2) * Math.cos(i * 0.6 + phase),
  );
}

const whole = (values: number[]) => values.map(Math.round);
const channels = ['WhatsApp', 'Instagram', 'Facebook Messenger', 'E-mail', 'Web chat', 'Telegram'];
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const hoursOfDay = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
const heights = [100, 320, 130, 340, 160, 240];

/** Names in every script that is bundled, and one nobody could print in full. */
export const namesOfTheWorld = [
  '株式会社サンプル東京営業部',
  'شركة الاتصالات المتقدمة',
  '北京销售部',
  '서울 고객 지원팀',
  'Київський офіс',
  'हिन्दी सहायता',
  'Αθήνα',
  'A name of two hundred characters '.repeat(7).slice(0, 200),
  'Other',
];

/** What the pictures in `expected/` show. */
export const pictures: Record<string, ChartSpec> = {
  line: aSpec({
    labels: days(30, '2026-10-17'),
    series: [{ key: 'value', label: 'SLA', values: wave(30, 0.9, 0.03) }],
    target: { value: 0.9, label: 'target 90 %' },
  }),
  'line-incomplete-with-gaps': aSpec({
    title: 'First response time by day',
    format: 'duration',
    labels: days(30, '2026-10-17'),
    series: [
      {
        key: 'value',
        label: 'Time',
        values: wave(30, 9000, 4000).map((value, i) => ([3, 4, 9, 11, 20, 21].includes(i) ? null : value)),
      },
    ],
    incomplete: [29],
    target: { value: 7200, label: 'target 2 h' },
  }),
  'line-six': aSpec({
    title: 'Conversations per week by channel',
    format: 'count',
    axis: 'week',
    labels: weeks(20),
    series: channels.map((label, i) => ({
      key: label.toLowerCase().replace(/\W/g, ''),
      label,
      values: whole(wave(20, heights[i]!, 18, i * 0.3 + 1)),
    })),
    incomplete: [19],
  }),
  'line-one-point': aSpec({ labels: days(1), series: [{ key: 'value', label: 'SLA', values: [0.912] }] }),
  area: aSpec({
    kind: 'area',
    title: 'Backlog at the end of each day',
    format: 'count',
    labels: days(30, '2026-10-17'),
    series: [{ key: 'value', label: 'Open', values: whole(wave(30, 900, 80)) }],
    incomplete: [29],
    target: { value: 800, label: 'target 800' },
  }),
  'area-stacked': aSpec({
    kind: 'area',
    title: 'Messages per day by direction',
    format: 'count',
    labels: days(30, '2026-10-17'),
    series: [
      { key: 'inbound', label: 'Inbound', values: whole(wave(30, 900, 80)) },
      { key: 'outbound', label: 'Outbound', values: whole(wave(30, 700, 80, 2)) },
    ],
  }),
  'bar-names': aSpec({
    kind: 'bar',
    title: 'Tickets by account',
    format: 'count',
    axis: 'category',
    labels: namesOfTheWorld,
    series: [{ key: 'value', label: 'Tickets', values: [12450, 9120, 7801, 5400, 3300, 1210, 801, 400, 3950] }],
    muted: [8],
  }),
  'bar-target': aSpec({
    kind: 'bar',
    title: 'Ticket SLA compliance, % by priority',
    axis: 'category',
    labels: ['Critical', 'High', 'Medium', 'Low', 'Not set'],
    series: [{ key: 'value', label: 'SLA', values: [0.02, 0.62, 0.912, 0.993, null] }],
    target: { value: 0.9, label: 'target 90 %' },
  }),
  'bar-days-incomplete': aSpec({
    kind: 'bar',
    title: 'New contacts per day',
    format: 'count',
    labels: days(14, '2026-11-02'),
    series: [{ key: 'value', label: 'New', values: [...whole(wave(13, 120, 40)), 33] }],
    incomplete: [13],
  }),
  'bar-grouped-with-legend': aSpec({
    kind: 'bar',
    title: 'Messages per month by direction',
    subtitle: 'Jun – Nov 2026, Asia/Jakarta',
    format: 'count',
    axis: 'month',
    labels: months(6, '2026-06-01'),
    series: [
      { key: 'inbound', label: 'Inbound', values: whole(wave(6, 9000, 2000)) },
      { key: 'outbound', label: 'Outbound', values: whole(wave(6, 7000, 2000, 2)) },
    ],
    incomplete: [5],
    target: { value: 8000, label: 'target 8,000' },
  }),
  histogram: aSpec({
    kind: 'histogram',
    title: 'Time to first response: number in each band',
    format: 'count',
    axis: 'category',
    labels: ['< 1 min', '1–5 min', '5–30 min', '30–60 min', '> 60 min'],
    series: [{ key: 'value', label: 'Conversations', values: [320, 1204, 840, 210, 93] }],
  }),
  'bar-target-near': aSpec({
    kind: 'bar',
    title: 'Ticket SLA compliance, % by priority',
    axis: 'category',
    labels: ['Critical', 'High', 'Medium', 'Low'],
    series: [{ key: 'value', label: 'SLA', values: [0.86, 0.79, 0.899, 0.9] }],
    target: { value: 0.9, label: 'target 90 %' },
  }),
  'bar-days-maturing-target': aSpec({
    kind: 'bar',
    title: 'Tickets solved per day',
    format: 'count',
    labels: days(10, '2026-11-06'),
    series: [{ key: 'value', label: 'Solved', values: [96, 92, 99, 100, 104, 0, 98, 91, 60, 21] }],
    immature: [7, 8, 9],
    incomplete: [9],
    target: { value: 100, label: 'target 100' },
  }),
  'line-maturing': aSpec({
    labels: days(30, '2026-10-17'),
    series: [{ key: 'value', label: 'SLA', values: wave(30, 0.9, 0.03) }],
    immature: [24, 25, 26, 27, 28],
    incomplete: [29],
    target: { value: 0.9, label: 'target 90 %' },
  }),
  'area-maturing': aSpec({
    kind: 'area',
    title: 'Open tickets that were late, at the end of each week',
    format: 'count',
    axis: 'week',
    labels: weeks(12, '2026-08-31'),
    series: [{ key: 'value', label: 'Late', values: whole(wave(12, 90, 30)) }],
    immature: [8, 9, 10],
    incomplete: [11],
  }),
  'stacked-days': aSpec({
    kind: 'stacked',
    title: 'Tickets due per day, met and missed',
    format: 'count',
    labels: days(14, '2026-11-02'),
    series: [
      { key: 'missed', label: 'Missed', values: [...whole(wave(13, 40, 12, 2)), 24] },
      { key: 'met', label: 'Met', values: [...whole(wave(13, 120, 30)), 61] },
    ],
    immature: [11, 12],
    incomplete: [13],
    target: { value: 150, label: 'target 150' },
  }),
  'stacked-six': aSpec({
    kind: 'stacked',
    title: 'Conversations per week by channel',
    format: 'count',
    axis: 'week',
    labels: weeks(12),
    series: channels.map((label, i) => ({
      key: label.toLowerCase().replace(/\W/g, ''),
      label,
      values: whole(wave(12, i === 5 ? 6 : heights[i]!, i === 5 ? 3 : 18, i * 0.3 + 1)),
    })),
  }),
  'stacked-names': aSpec({
    kind: 'stacked',
    title: 'Tickets by account and priority',
    format: 'count',
    axis: 'category',
    labels: namesOfTheWorld,
    series: [
      { key: 'critical', label: 'Critical', values: [900, 120, 0, 400, 300, 210, 0, 0, null] },
      { key: 'low', label: 'Low', values: [4200, 3800, 2801, 1400, 900, 300, 0, 120, 800] },
      { key: 'high', label: 'High', values: [2100, 1900, 1700, 900, 420, 100, 0, 80, 700] },
      { key: 'other', label: 'Not set', values: [300, 0, 200, 100, 80, 20, 0, 10, 90] },
    ],
    target: { value: 6000, label: 'target 6,000' },
  }),
  'bar-names-below-zero': aSpec({
    kind: 'bar',
    title: 'Net promoter score, points by account',
    format: 'points',
    axis: 'category',
    labels: ['Harbour and Pine Interiors', 'Nordlys Belysning', 'نور للتجارة', 'Straßenlicht GmbH', 'Not set'],
    series: [{ key: 'value', label: 'Net promoter score', values: [66.667, 0, -12.5, -100, null] }],
  }),
  'stacked-few': aSpec({
    kind: 'stacked',
    title: 'Net promoter score: promoters, passives, detractors per day',
    format: 'count',
    labels: days(7),
    series: [
      { key: 'promoters', label: 'Promoters', values: [0, 2, 1, 0, 0, 1, 3] },
      { key: 'passives', label: 'Passives', values: [1, 1, 0, 0, 0, 1, 5] },
      { key: 'detractors', label: 'Detractors', values: [0, 0, 0, 2, 0, 0, 2] },
    ],
    incomplete: [6],
  }),
  'grouped-six': aSpec({
    kind: 'grouped',
    title: 'Median time to first response by month and channel',
    format: 'duration',
    axis: 'month',
    labels: months(5, '2026-07-01'),
    series: channels.map((label, i) => ({
      key: label.toLowerCase().replace(/\W/g, ''),
      label: i === 4 ? 'Web chat on the shop and on the help pages' : label,
      values: wave(5, heights[i]! * 60, 3000, i * 0.3 + 1).map((value, at) => (i === 2 && at === 1 ? 0 : value)),
    })),
    immature: [3],
    incomplete: [4],
    target: { value: 10_800, label: 'target 3 h' },
  }),
  'grouped-names': aSpec({
    kind: 'grouped',
    title: 'SLA compliance by team, this week and last',
    axis: 'category',
    labels: ['北京销售部', 'شركة الاتصالات المتقدمة', 'Second line', 'Night shift'],
    series: [
      { key: 'last', label: 'Last week', values: [0.91, 0.84, 0.897, null] },
      { key: 'this', label: 'This week', values: [0.94, 0.79, 0.903, 0] },
    ],
    target: { value: 0.9, label: 'target 90 %' },
  }),
  doughnut: aSpec({
    kind: 'doughnut',
    title: 'Conversations by channel',
    format: 'count',
    axis: 'category',
    labels: ['E-mail', 'WhatsApp', 'Facebook Messenger', 'Web chat', 'Instagram'],
    keys: ['email', 'whatsapp', 'facebook', 'webchat', 'instagram'],
    series: [{ key: 'value', label: 'conversations', values: [1240, 6204, 2100, 640, 4] }],
  }),
  'doughnut-many': aSpec({
    kind: 'doughnut',
    title: 'Value of won deals by account: the two largest accounts bring more than half of what was won',
    format: 'number',
    axis: 'category',
    labels: namesOfTheWorld,
    unit: 'EUR',
    series: [
      { key: 'value', label: 'Won', values: [812_450, 391_020, 178_010, 54_000, 33_000, 12_100, 0, 412_345, 39_500] },
    ],
    muted: [8],
  }),
  funnel: aSpec({
    kind: 'funnel',
    title: 'Campaign messages: from sent to replied',
    format: 'count',
    axis: 'category',
    labels: ['Sent', 'Delivered', 'Read', 'Replied'],
    series: [{ key: 'value', label: 'Campaigns', values: [12_450, 11_890, 8_204, 1_012] }],
  }),
  'funnel-long': aSpec({
    kind: 'funnel',
    title: 'Leads by the stages they came to, with more at one stage than at the one before and none at the end',
    format: 'count',
    axis: 'category',
    labels: ['Leads created in the period and not sent back', 'SQL', 'Opportunities', '商談成立', 'مكسب', 'Paid'],
    series: [{ key: 'value', label: 'Leads', values: [412, 96, 131, 30, 1, 0] }],
  }),
  heatmap: aSpec({
    kind: 'heatmap',
    title: 'Inbound messages by weekday and hour',
    format: 'count',
    axis: 'category',
    unit: 'messages',
    labels: hoursOfDay,
    series: weekdays.map((label, day) => ({
      key: `row ${day}`,
      label,
      values: hoursOfDay.map((_, hour) =>
        Math.round((day < 5 ? 1 : 0.3) * (20 + 380 * Math.exp(-((hour - 12) ** 2) / 18))),
      ),
    })),
    window: { rows: [0, 4], columns: [9, 14], label: 'Mon–Fri 09–15 h: 54.2 %' },
  }),
  'heatmap-triangle': aSpec({
    kind: 'heatmap',
    title: 'Leads still active by month of creation and months since',
    subtitle: 'Dec 2025 – Nov 2026, Asia/Jakarta',
    axis: 'category',
    labels: Array.from({ length: 12 }, (_, month) => String(month)),
    series: Array.from({ length: 12 }, (_, row) => ({
      key: `row ${row}`,
      label: ['Dec', 'Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov'][row]!,
      values: Array.from({ length: 12 }, (__, month) =>
        month + row > 11 ? null : Math.max(0, 1 / (1 + month * (0.2 + row * 0.02))),
      ),
    })),
  }),
  'heatmap-slots': aSpec({
    kind: 'heatmap',
    title: 'Reply rate by weekday and two-hour slot',
    axis: 'category',
    labels: hoursOfDay.filter((_, hour) => hour % 2 === 0),
    series: weekdays.map((label, day) => ({
      key: `row ${day}`,
      label,
      values: Array.from({ length: 12 }, (_, slot) =>
        slot < 3 ? null : 0.06 + 0.05 * Math.sin(slot / 2 + day * 0.4) + day * 0.004,
      ),
    })),
    window: { rows: [1, 1], columns: [4, 4], label: 'Best slot: Tue 08–10' },
  }),
  multiples: multiplesOf(6),
  'multiples-eight': multiplesOf(8),
  'multiples-one': multiplesOf(1),
  step: aSpec({
    kind: 'step',
    title: 'Agents under a licence at the end of each day',
    format: 'count',
    labels: days(60, '2026-09-17'),
    series: [
      {
        key: 'value',
        label: 'Licences',
        values: days(60).map((_, i) => (i < 14 ? 42 : i < 31 ? 55 : i < 44 ? 51 : 68)),
      },
    ],
    incomplete: [59],
    target: { value: 60, label: 'contract 60' },
  }),
  'line-three-with-values': aSpec({
    title: 'Active users by day',
    format: 'count',
    labels: days(30, '2026-10-17'),
    endValues: true,
    series: [
      { key: 'dau', label: 'Day', values: whole(wave(30, 44, 12)) },
      { key: 'wau', label: 'Week', values: whole(wave(30, 71, 3)) },
      { key: 'mau', label: '28 days', values: whole(wave(30, 88, 1)) },
    ],
  }),
  'doughnut-one': aSpec({
    kind: 'doughnut',
    title: 'Time spent on tickets by team',
    format: 'duration',
    axis: 'category',
    labels: ['Support', 'Sales'],
    series: [{ key: 'value', label: 'time between the first and the last reply', values: [1_034_000, 0] }],
  }),
};

/** Numbers of a fortnight: what still changes, a gap, a target, a level that hardly moves, names of any length. */
export function multiplesOf(count: number): ChartSpec {
  const wave = (base: number, size: number, shift: number) =>
    days(14).map((_, day) => base + size * (Math.sin(day + shift) + ((day * 37) % 11) / 11));
  const plain = { target: null, zero: false, unfinished: [], about: [13, 13] as [number, number] };
  const all: [label: string, values: (number | null)[], panel: ChartPanel][] = [
    [
      'Ticket SLA compliance',
      wave(0.9, 0.03, 0),
      { ...plain, format: 'percent', value: '91.2 %', target: 0.9, unfinished: [11, 12, 13], about: [4, 10] },
    ],
    ['Tickets created', wave(60, 20, 1), { ...plain, format: 'count', value: '62', zero: true, about: [11, 13] }],
    [
      'Response time',
      wave(4000, 900, 2),
      { ...plain, format: 'duration', value: '1 h 12 min', target: 3600, zero: true },
    ],
    ['Reach', wave(12_450, 20, 3), { ...plain, format: 'count', value: '12,450' }],
    [
      'Revenue won',
      wave(40_000, 30_000, 4).map((value, day) => (day % 5 === 2 ? null : value)),
      { ...plain, format: 'number', value: '$42,250.50', zero: true },
    ],
    [
      'رضا العملاء 顧客満足度 Zufriedenheit der Kundschaft',
      wave(4.2, 0.2, 5),
      { ...plain, format: 'number', value: '4.21 of 5' },
    ],
    ['Reply rate', days(14).map(() => null), { ...plain, format: 'percent', value: 'no data' }],
    ['Conversations', days(14).map(() => 0), { ...plain, format: 'count', value: '0', zero: true }],
  ];
  const chosen = all.slice(0, count);
  return aSpec({
    kind: 'multiples',
    title: '14 days to Sunday 15 Nov',
    subtitle: 'each on its own scale, Asia/Jakarta',
    format: 'count',
    labels: days(14, '2026-11-02'),
    series: chosen.map(([label, values], index) => ({ key: String(index), label, values })),
    panels: chosen.map(([, , panel]) => panel),
    footer: 'Blue ground: the days of the number · dotted: may still change',
  });
}
