import type { Company } from './company.ts';
import { randomFor } from './random.ts';

/** What one kind of thing cost in a calendar month; local dates, half-open. */
export interface Cost {
  id: string;
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  kind: string;
  channel: string | undefined;
  /** Minor units of the campaigns' currency. */
  amountMinor: number;
  /** When the books said so last; epoch seconds. */
  updatedAt: number;
}

const kinds = [
  { kind: 'staff', channel: undefined, base: 3_150_000 },
  { kind: 'software', channel: undefined, base: 240_000 },
  { kind: 'telephony', channel: 'phone', base: 96_000 },
  { kind: 'messaging', channel: 'whatsapp', base: 58_000 },
  { kind: 'advertising', channel: undefined, base: 410_000 },
] as const;

/** The costs of every finished month as the books have them at a moment: closed on the fifth, one in eight put right later. */
export function costsAt(company: Company, now: number): Cost[] {
  const first = company.dateOf(0).with({ day: 1 });
  const costs: Cost[] = [];
  for (let number = 0; ; number++) {
    const from = first.add({ months: number });
    const to = first.add({ months: number + 1 });
    const closedOn = company.dateOf(0).until(to.with({ day: 5 }), { largestUnit: 'days' }).days;
    const closedAt = company.dayStart(closedOn) + 10 * 3600;
    if (closedAt >= now) return costs;
    for (const { kind, channel, base } of kinds) {
      const random = randomFor(`${company.founding.seed}/cost/${from}/${kind}`);
      const amount = Math.round(base * (1 + 0.02 * number) * Math.exp(0.07 * random.normal()));
      const correctedAt = random.chance(0.125) ? closedAt + 14 * 86_400 : undefined;
      const corrected = correctedAt !== undefined && correctedAt < now;
      costs.push({
        id: `cost-${from.toString().slice(0, 7)}-${kind}`,
        from,
        to,
        kind,
        channel,
        amountMinor: corrected ? Math.round(amount * 1.04) : amount,
        updatedAt: corrected ? correctedAt : closedAt,
      });
    }
  }
}
