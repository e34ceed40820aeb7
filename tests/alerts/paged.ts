import { afterAll, beforeAll } from 'vitest';
import { createPagingCarriers } from '../../src/app/paging.ts';
import { alertsSchema } from '../../src/config/alerts.ts';
import type { Db } from '../../src/db/db.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createPagingSink, type PagingSink } from '../../src/sandbox/paging/sink.ts';
import { town } from './town.ts';
import { watched } from './watched.ts';

/** A PagerDuty and a receiver of hooks for the tests of a file. */
export function usePagingSink(): () => PagingSink {
  let sink: PagingSink;
  beforeAll(async () => {
    sink = await createPagingSink({ clock: systemClock, secret: 'hush' });
  });
  afterAll(() => sink.stop());
  return () => sink;
}

/** A tenant with a rule that pages there, and what there is of its first incident. */
export async function paged(db: Db, sink: PagingSink, settings: Record<string, unknown> = {}) {
  const { targets } = alertsSchema.parse({
    targets: {
      night: { pagerduty: '0123456789abcdef0123456789abcdef', events_url: sink.eventsUrl },
      hook: { webhook: sink.hookUrl, secret: 'hush' },
    },
  });
  const carriers = createPagingCarriers({ targets: () => targets, machine: systemClock, timeoutMs: 5_000 });
  const place = await town(db, { now: '2026-11-10T10:00:00Z', targets, carriers });
  const rule = await watched(place, { to: ['night', 'hook'], resolve_after: 0, ...settings });
  const key = new RegExp(`^crema:${place.tenant.slug}:1::1$`);
  const ours = () => sink.pagerDuty.incidents.filter((one) => key.test(one.key));
  const hooks = () =>
    sink.hooks.filter(({ body }) => (body.incident as { tenant: string }).tenant === place.tenant.slug);
  return { place, rule, ours, hooks };
}
