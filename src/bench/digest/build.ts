import sql from 'sql-template-tag';
import { digestMaker } from '../../app/deliveries/digest.ts';
import { createChartRenderer } from '../../charts/renderer.ts';
import type { Db } from '../../db/db.ts';
import type { Carrier } from '../../deliveries/delivery.ts';
import { type DispatchDeps, dispatchNext, usualDeliveryTiming } from '../../deliveries/dispatch.ts';
import { createEditions } from '../../deliveries/editions.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { fixedClock, systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { botUserId } from '../../sandbox/workspace.ts';
import { createFindPeople } from '../../slack/find-people.ts';
import { readerOf } from '../../slack/readers.ts';
import { now } from '../company.ts';
import { rounded, timed } from '../spread.ts';
import { schedule } from './subscribe.ts';

/** Deliveries at a time, as in a running bot. */
export const atOnce = 4;

/** Until then, in milliseconds, nothing that was built is taken up again: sending comes later. */
export const heldMs = 3_600_000;

export interface Built {
  digests: number;
  editions: number;
  pictures: number;
  seconds: number;
  perMinute: number;
  editionsPerMinute: number;
}

/** Makes the letter of every delivery, as the bot does, and keeps it; nothing is sent. */
export async function buildDigests(db: Db, tenant: Tenant, readers: number): Promise<Built> {
  const { tenantId } = tenant;
  const clock = fixedClock(now.toString());
  const charts = createChartRenderer();
  const nobody = () => Promise.reject(new Error('everybody is named'));
  const findPeople = createFindPeople({ db, tenantId, profiles: { check: nobody }, log: silentLog });
  const audience = {
    ...{ findPeople, botUserId: () => botUserId, log: silentLog },
    client: { conversations: { members: nobody } },
  };
  const making = {
    ...{ db, tenant, settings: {}, clock, log: silentLog, charts, mail: undefined },
    editions: createEditions({ db, tenantId, clock }),
    digests: () => ({}),
    schedule: () => schedule,
    slack: { readerOf: (recipient: string) => readerOf(recipient, audience) },
  };
  const hold: Carrier = { send: async () => ({ kind: 'again', reason: 'built', afterMs: heldMs }) };
  const deps: DispatchDeps = {
    ...{ db, tenantId, clock, machine: systemClock, log: silentLog, timing: usualDeliveryTiming },
    ...{ carriers: { slack: hold }, make: { digest: digestMaker(making) } },
  };
  try {
    const never = new AbortController().signal;
    const { ms } = await timed(() =>
      Promise.all(
        Array.from({ length: atOnce }, async () => {
          while (await dispatchNext(deps, never));
        }),
      ),
    );
    const [row] = await db.query<{ digests: number; editions: number; pictures: number; why: string | null }>(sql`
      select count(*) filter (where letter is not null)::int as digests, count(distinct edition_id)::int as editions,
        count(distinct letter -> 'files' -> 0 ->> 'hash')::int as pictures, max(reason) filter (where letter is null) as why
      from ops.deliveries where tenant_id = ${tenantId} and part = 'main'`);
    const { digests, editions, pictures, why } = row!;
    if (digests !== readers) throw new Error(`${digests} of ${readers} digests were built: ${why}`);
    return {
      ...{ digests, editions, pictures, seconds: rounded(ms / 1000) },
      perMinute: Math.round((60_000 * digests) / ms),
      editionsPerMinute: Math.round((60_000 * editions) / ms),
    };
  } finally {
    await charts.close();
  }
}
