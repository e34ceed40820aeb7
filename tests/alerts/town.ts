import sql from 'sql-template-tag';
import { lookAtDue } from '../../src/alerts/look.ts';
import { type PolicyContext, ruleFrom } from '../../src/alerts/policy.ts';
import { putRule } from '../../src/alerts/store/rules.ts';
import { alertMaker } from '../../src/app/alerts/letters.ts';
import { onAlertSettled } from '../../src/app/alerts/start.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import type { Db } from '../../src/db/db.ts';
import { everything } from '../../src/db/viewer.ts';
import type { Carrier, CarrierId } from '../../src/deliveries/delivery.ts';
import { type DispatchDeps, dispatchNext } from '../../src/deliveries/dispatch.ts';
import { mendDeliveries } from '../../src/deliveries/mend.ts';
import type { Tenant } from '../../src/domain/tenant.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { bringUpToDate } from '../../src/jobs/upkeep.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Calendar } from '../../src/sla/calendar.ts';
import { openTime } from '../../src/sla/open-time.ts';
import { defaultPolicies, type Policies } from '../../src/sla/policy.ts';
import { makeTenant } from '../database.ts';
import { type HandClock, handClock, quickTiming } from '../deliveries/post-office.ts';

/** What reached the outside world, in order. */
export interface Arrived {
  /** Of the business clock. */
  at: string;
  to: string;
  part: string;
  /** Its first line. */
  text: string;
  body: Record<string, unknown>;
}

export interface TownOptions {
  now: string;
  timezone?: string;
  policies?: Policies;
  calendars?: Readonly<Record<string, Calendar>>;
  targets?: PolicyContext['targets'];
  /** How the outside world takes a delivery; as sent where absent. */
  carrier?: (arrive: (at: Arrived) => void) => Carrier;
  /** Ways out of their own. */
  carriers?: Partial<Record<CarrierId, Carrier>>;
}

/**
 * A tenant whose clock stands still until it is moved, with its rules, deliveries and an outside world that keeps what
 * reached it. Time passes minute by minute: data is brought up to date, rules are looked at, deliveries are sent.
 */
export async function town(db: Db, { now, timezone = 'UTC', ...options }: TownOptions) {
  const slug = `t${Math.random().toString(36).slice(2, 10)}`;
  const tenantId = await makeTenant(db, slug, { timezone });
  const tenant: Tenant = { tenantId, slug, name: slug, timezone, weekStart: 1, locale: 'en', currency: 'USD' };
  const clock: HandClock = handClock(now);
  const machine = handClock('2030-01-01T00:00:00Z');
  const arrived: Arrived[] = [];
  const terms = slaTerms(options.policies ?? defaultPolicies);
  const calendar = (name: string) => (options.calendars?.[name] ? openTime(options.calendars[name]) : undefined);
  let message = 0;
  const carrier: Carrier = options.carrier?.((one) => void arrived.push(one)) ?? {
    async send({ letter, carrier: way, recipient, part }, handing) {
      await handing.handOver();
      const body = letter.body as Record<string, unknown>;
      arrived.push({
        at: clock.now().toString(),
        to: `${way} ${recipient}`,
        part,
        text: textOf(body),
        body,
      });
      message += 1;
      const { messageId } = body;
      const id = typeof messageId === 'string' ? { messageId } : {};
      return { kind: 'sent', proof: { channel: recipient, ts: String(message), ...id } };
    },
  };
  const ways: CarrierId[] = ['slack', 'mail', 'pagerduty', 'webhook'];
  const moments = () => ({ now: clock.now(), machine: machine.now() });
  const dispatching: DispatchDeps = {
    ...{ db, tenantId, clock, machine, log: silentLog, timing: quickTiming },
    carriers: { ...Object.fromEntries(ways.map((way) => [way, carrier])), ...options.carriers },
    make: { alert: alertMaker({ db, tenant, mail }) },
    onSettled: (tx, delivery, ended) => onAlertSettled(tx, delivery, ended, { ...moments(), timezone }),
  };

  return {
    ...{ db, tenantId, tenant, clock, machine, arrived, terms, moments, dispatching },
    /** What reached `to` since the last time this was asked, as `minute part text`. */
    told(to?: string): string[] {
      const since = arrived.splice(0);
      return since
        .filter((one) => to === undefined || one.to === to)
        .map(({ at, part, text }) => `${at.slice(11, 16)} ${part} ${text.replaceAll(/[\u00a0\u202f]/g, ' ')}`);
    },
    async rule(settings: Record<string, unknown>, name = 'rule'): Promise<number> {
      const read = alertRuleSchema.parse({ to: { channel: 'C0ALERTS' }, ...settings });
      const context: PolicyContext = {
        ...{ targets: options.targets ?? {}, to: undefined, isCalendar: (one) => calendar(one) !== undefined },
      };
      return db.tx((tx) => putRule(tx, tenantId, ruleFrom(read, context, { name, viewer: everything }), clock.now()));
    },
    /** Says how far the streams of a source reach, and what they promise. */
    async reaches(source: string, streams: readonly string[], asOf: string, refreshMinutes: number | null = null) {
      await db.run(sql`
        insert into ops.streams (tenant_id, source, stream, as_of, loaded_at, refresh_sla_minutes)
        select ${tenantId}::bigint, ${source}, stream, ${asOf}::timestamptz, ${asOf}::timestamptz, ${refreshMinutes}::int
        from unnest(${streams as string[]}::text[]) as stream
        on conflict (tenant_id, source, stream) do update
        set as_of = excluded.as_of, refresh_sla_minutes = excluded.refresh_sla_minutes`);
    },
    /** Everything that is to happen at this moment happens. */
    async work(): Promise<void> {
      await bringUpToDate(db, { tenant, terms: () => terms }, clock);
      await lookAtDue({ db, log: silentLog, context: { tenant, settings: {}, terms }, calendar }, moments());
      await mendDeliveries(dispatching);
      const stop = new AbortController().signal;
      while (await dispatchNext(dispatching, stop));
    },
    /** Lets time pass, and everything happen at each minute of it. */
    async pass(minutes: number): Promise<void> {
      for (let minute = 0; minute < minutes; minute++) {
        clock.move(60_000);
        machine.move(60_000);
        await this.work();
      }
    },
  };
}

const mail = {
  settings: () => ({
    ...{ from: { name: 'Crema', address: 'crema@example.com' }, replyTo: undefined },
    ...{ allowed: ['example.com'], insecureSmtp: false },
  }),
  publicUrl: 'https://crema.example.com',
};

/** What a letter says first, whichever way it goes. */
function textOf({ text, subject, event, hook }: Record<string, unknown>): string {
  if (typeof text === 'string') return text;
  if (typeof subject === 'string') return subject;
  if (typeof hook === 'string') {
    const { type, incident } = JSON.parse(hook) as { type: string; incident: { title: string } };
    return `${type} ${incident.title}`;
  }
  const { event_action: action, payload } = (event ?? {}) as { event_action?: string; payload?: { summary: string } };
  return `${action} ${payload?.summary ?? ''}`.trim();
}

export type Town = Awaited<ReturnType<typeof town>>;
