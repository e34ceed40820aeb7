import { describe, expect, test } from 'vitest';
import type { Calendar } from '../../src/sla/calendar.ts';
import {
  compilePolicies,
  defaultPolicies,
  longestTargetDays,
  type Policies,
  type PolicyVersion,
} from '../../src/sla/policy.ts';
import { at } from './at.ts';
import { minute, openMinutes, type WallMinute, wallClock } from './wall-clock.ts';

const hour = 3600;
const now = at('2027-01-04 10:17');
const days = (policies: Policies, of: Parameters<typeof longestTargetDays>[1] = ['firstResponse', 'resolution']) =>
  longestTargetDays(compilePolicies(policies), of, now);
const version = (hours: number, extra: Partial<PolicyVersion> = {}): PolicyVersion => ({
  ...defaultPolicies.standard[0]!,
  targets: { firstResponse: { high: hours * hour } },
  ...extra,
});

describe('the days until a ticket is decided at the latest', () => {
  test('are five for the resolution and one for the first response when nothing is configured', () => {
    expect(days(defaultPolicies, ['resolution'])).toBe(5);
    expect(days(defaultPolicies, ['firstResponse'])).toBe(1);
    expect(days(defaultPolicies, ['firstResponse', 'nextResponse', 'resolution'])).toBe(5);
    expect(days(defaultPolicies, ['nextResponse'])).toBe(0);
  });

  test('are those of the strictest and the laxest account, whichever takes longest', () => {
    expect(days({ standard: [version(1)], accounts: { acme: [version(49)], other: [version(2)] } })).toBe(3);
  });

  test('leave out terms that were not in force in the last four weeks', () => {
    const ended = [version(240), version(24, { validFrom: at('2026-12-07 10:17') })];
    expect(days({ standard: ended })).toBe(1);
    expect(days({ standard: [ended[0]!, { ...ended[1]!, validFrom: at('2026-12-07 10:18') }] })).toBe(10);
    expect(days({ standard: [version(24), version(240, { validFrom: now + 1 })] })).toBe(1);
    expect(days({ standard: [version(24), version(240, { validFrom: now })] })).toBe(10);
  });

  test('do not count what is never due', () => {
    expect(days({ standard: [version(2, { calendar: { timezone: 'UTC', hours: {} } })] })).toBe(0);
  });

  const morning = [{ from: '08:00', to: '12:00' }];
  const split = [
    { from: '09:00', to: '12:30' },
    { from: '13:30', to: '18:00' },
  ];
  const closesEarly: Calendar = { timezone: 'UTC', hours: { mon: split, tue: split, fri: morning } };
  const berlin: Calendar = {
    timezone: 'Europe/Berlin',
    hours: { mon: split, tue: split, wed: split, thu: split, fri: morning },
    holidays: ['2026-12-25', '2026-12-28'],
    days: { '2026-12-24': morning, '2026-12-31': morning },
  };
  test.each<[string, Calendar, number]>([
    ['a closed weekend begins at noon', closesEarly, 240],
    ['a closed weekend begins at noon, a little more than a shift', closesEarly, 270],
    ['holidays and half days, hours', berlin, 60],
    ['holidays and half days, a day of work', berlin, 480],
    ['holidays and half days, a day of work and a minute', berlin, 481],
    ['holidays and half days, a week of work', berlin, 2160],
  ])('are what every minute of four weeks gives: %s', (_what, calendar, minutes) => {
    expect(days({ standard: [version(0, { calendar, targets: { resolution: { low: minutes * 60 } } })] })).toBe(
      byMinutes(calendar, minutes),
    );
  });
});

const window = 28 * 1440;
const clocks = new Map<string, WallMinute[]>();

function clockOf(timezone: string): WallMinute[] {
  const clock = clocks.get(timezone) ?? wallClock(timezone, now - window * minute, window + 21 * 1440);
  clocks.set(timezone, clock);
  return clock;
}

/** The longest wait for so many open minutes that begins at any minute of the four weeks before `now`, in days. */
function byMinutes(calendar: Calendar, target: number): number {
  const open = openMinutes(calendar, clockOf(calendar.timezone));
  let longest = 0;
  for (let start = 0, due = 0, left = target; start <= window; start++) {
    while (left > 0) if (open[due++]) left--;
    longest = Math.max(longest, due - start);
    if (open[start]) left++;
  }
  return Math.ceil(longest / 1440);
}
