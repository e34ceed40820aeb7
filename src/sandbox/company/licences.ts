import { accountUsers } from './account-users.ts';
import { accounts } from './accounts.ts';
import type { Company } from './company.ts';
import { randomFor } from './random.ts';

/** One billing period of an account's licence, half-open local dates. */
export interface Licence {
  id: string;
  accountId: string;
  billedOn: Temporal.PlainDate;
  nextBilledOn: Temporal.PlainDate;
  /** How many may work under it. */
  agents: number;
  /** When it was booked, and taken back again where it was a mistake; epoch seconds. */
  bookedAt: number;
  cancelledAt: number | undefined;
}

/**
 * The licences as the books have them at a moment (epoch seconds), by account and date: by the month for most, by the year
 * for some; two accounts in twenty end at some time, and one period in twenty is booked by mistake and taken back.
 */
export function licencesAt(company: Company, now: number): Licence[] {
  const { seed } = company.founding;
  const users = Map.groupBy(accountUsers(company), ({ accountId }) => accountId);
  return accounts.flatMap((account, index) => {
    if (account.demo) return [];
    const random = randomFor(`${seed}/licence/${account.id}`);
    const step = index % 4 === 2 ? { years: 1 } : { months: 1 };
    const first = company.dateOf(-Math.floor(30 * random.next()));
    const ends = random.chance(0.1) ? 200 + Math.floor(300 * random.next()) : Number.POSITIVE_INFINITY;
    const periods: Licence[] = [];
    for (let number = 0; ; number++) {
      const billedOn = first.add('years' in step ? { years: number } : { months: number });
      const day = company.dateOf(0).until(billedOn, { largestUnit: 'days' }).days;
      const bookedAt = company.dayStart(day) + 3600;
      if (bookedAt >= now || day > ends) break;
      const there = users
        .get(account.id)!
        .filter(({ joinedAt, leftAt }) => joinedAt <= bookedAt && (leftAt === undefined || leftAt > bookedAt));
      const own = randomFor(`${seed}/licence/${account.id}/${billedOn}`);
      const cancelledAt = own.chance(0.05) ? bookedAt + 5 * 86_400 : undefined;
      periods.push({
        id: `lic-${account.id}-${billedOn}`,
        accountId: account.id,
        billedOn,
        nextBilledOn: billedOn.add(step),
        agents: Math.max(1, there.length + (index % 3)),
        bookedAt,
        cancelledAt,
      });
    }
    return periods.filter(({ cancelledAt }) => cancelledAt === undefined || cancelledAt >= now);
  });
}
