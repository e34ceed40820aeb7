import { accounts } from './accounts.ts';
import { type Company, daySeconds } from './company.ts';
import { personOf } from './people.ts';
import { randomFor } from './random.ts';

/** Somebody at a customer's who works in the CRM under that account's licence. Times are epoch seconds. */
export interface AccountUser {
  id: string;
  accountId: string;
  name: string;
  email: string;
  role: 'agent' | 'supervisor' | 'admin' | 'owner';
  type: 'regular' | 'lite';
  joinedAt: number;
  leftAt: number | undefined;
  /** How likely they are to work in it on a working day. */
  keenness: number;
}

/** The customers' people: half a dozen at the largest account, one at the smallest, none at the one for tests. */
export function accountUsers(company: Company): readonly AccountUser[] {
  return accounts.flatMap((account, index) => {
    if (account.demo) return [];
    const count = Math.max(1, Math.round(14 / (index + 3) ** 0.7));
    return Array.from({ length: count }, (_, place): AccountUser => {
      const id = `op-${account.id}-${place + 1}`;
      const random = randomFor(`${company.founding.seed}/user/${id}`);
      const since =
        company.start + daySeconds * Math.round(random.chance(0.6) ? -200 * random.next() : 420 * random.next());
      return {
        id,
        accountId: account.id,
        name: personOf(index, random).name,
        email: `user${place + 1}@${account.id}.example.com`,
        role: place === 0 ? (index % 4 === 0 ? 'owner' : 'admin') : place === 4 ? 'supervisor' : 'agent',
        type: random.chance(0.4) ? 'lite' : 'regular',
        joinedAt: since + 9 * 3600,
        leftAt: random.chance(0.15) ? since + daySeconds * Math.round(250 + 300 * random.next()) : undefined,
        keenness: 0.2 + 0.65 * random.next(),
      };
    });
  });
}
