import type { AccountUser } from './account-users.ts';
import { type Company, daySeconds } from './company.ts';
import { randomFor } from './random.ts';
import { operators } from './staff.ts';

/** Somebody was at work in the CRM; epoch seconds. */
export interface ActivityMark {
  operatorId: string;
  at: number;
  accountId: string | undefined;
}

/** Who was at work on a local day, ascending by time: one to three marks for each who was. */
export function activityOf(company: Company, day: number, users: readonly AccountUser[]): ActivityMark[] {
  const start = company.dayStart(day);
  const staff = operators
    .filter(({ active, joinedAfterDays }) => joinedAfterDays <= day && (active || day < 300))
    .map(({ id, type }) => ({ id, accountId: undefined, keenness: type === 'lite' ? 0.55 : 0.93 }));
  const present = users.filter(
    ({ joinedAt, leftAt }) => joinedAt < start && (leftAt === undefined || leftAt > start + daySeconds),
  );
  return [...staff, ...present]
    .flatMap(({ id, accountId, keenness }) => {
      const random = randomFor(`${company.founding.seed}/active/${day}/${id}`);
      // Holidays are taken by the week.
      const away = randomFor(`${company.founding.seed}/away/${Math.floor(day / 7)}/${id}`).chance(0.07);
      const share = [1, 1, 1, 1, 0.95, 0.3, 0.06][company.weekday(day)]!;
      if (away || !random.chance(keenness * share)) return [];
      const first = start + Math.round(3600 * (7.5 + 2.5 * random.next()));
      const count = 1 + Number(random.chance(0.45)) + Number(random.chance(0.2));
      return Array.from({ length: count }, (_, index) => ({
        operatorId: id,
        at: first + index * Math.round(3600 * (1.5 + 2 * random.next())),
        accountId,
      }));
    })
    .toSorted((a, b) => a.at - b.at || (a.operatorId < b.operatorId ? -1 : 1));
}
