import { type Facts, fingerprintOf, type Labels, type Look } from '../../src/alerts/condition.ts';
import { reply } from '../../src/alerts/deliver.ts';
import type { AlertRoom } from '../../src/alerts/kinds/room.ts';
import type { Severity } from '../../src/alerts/rule.ts';
import { settle } from '../../src/alerts/settle.ts';
import { addHistory, historyOf, incidentOf, putIncident } from '../../src/alerts/store/incidents.ts';
import { instancesOf } from '../../src/alerts/store/instances.ts';
import { ruleOf } from '../../src/alerts/store/rules.ts';
import { silencesAt } from '../../src/alerts/store/silences.ts';
import { dispatchNext } from '../../src/deliveries/dispatch.ts';
import { mendDeliveries } from '../../src/deliveries/mend.ts';
import { type Calendar, weekdays } from '../../src/sla/calendar.ts';
import { openTime } from '../../src/sla/open-time.ts';
import type { Town } from './town.ts';

/** One thing that is not well, as short as it can be said. */
export interface Ill {
  labels: Labels;
  about?: Labels;
  names?: Facts['names'];
  severity?: Severity;
}

/** 09:00 to 17:00 on weekdays, UTC. */
export const office: Calendar = {
  timezone: 'UTC',
  hours: Object.fromEntries(weekdays.slice(0, 5).map((day) => [day, [{ from: '09:00', to: '17:00' }]])),
};

const room = {
  tell: (_rule, members) => ({
    ...{ stateWord: 'Breached', headline: members.length === 1 ? '1 ticket' : `${members.length} tickets` },
    ...{ threshold: 'breached', words: null },
  }),
} as Pick<AlertRoom, 'tell'> as AlertRoom;

/**
 * A rule of a town whose looks come from the test, through the stages behind a look and out. Nothing is kept between two
 * calls but what is in the database: each could be made by another process.
 */
export async function watched(
  place: Town,
  settings: Record<string, unknown>,
  calendars: Readonly<Record<string, Calendar>> = { office },
) {
  const { db, tenantId, tenant, clock, machine } = place;
  const ruleId = await place.rule({
    kind: 'kpi-threshold',
    kpi: 'tickets today',
    above: 0,
    group_wait: 0,
    ...settings,
  });
  const since = clock.now();
  const begun = new Map<string, Temporal.Instant>();

  function lookOf(ills: readonly Ill[]): Look {
    return {
      kind: 'conditions',
      conditions: ills.map(({ labels, about = {}, names = {}, severity = 2 }) => {
        const name = Object.values(labels).join(' ');
        const from = begun.get(name) ?? clock.now();
        begun.set(name, from);
        return {
          ...{ labels, about, status: 'firing' as const, severity, since: from },
          facts: { line: `${name} is late`, rank: severity, names },
        };
      }),
    };
  }

  return {
    ruleId,
    since,
    /** Looks and writes what follows; `dies` breaks the transaction off at its end. Returns when time alone asks for another look. */
    async settle(ills: readonly Ill[], { dies = false } = {}): Promise<string | undefined> {
      const rule = (await ruleOf(db, tenantId, ruleId))!;
      const fingerprints = ills.map(({ labels }) => fingerprintOf(labels));
      const known = (await instancesOf(db, tenantId, [{ ruleId, fingerprints }])).get(ruleId) ?? [];
      const moments = place.moments();
      const silences = await silencesAt(db, tenantId, moments.now);
      const calendar = (name: string) => (calendars[name] ? openTime(calendars[name]) : undefined);
      const settled = await db.tx(async (tx) => {
        const context = { tenant, moments, silences, calendar, teamIncident: () => null };
        const done = await settle(tx, room, { rule, look: lookOf(ills), known }, context);
        if (dies) throw new Error('the process died');
        return done;
      });
      return settled.nextAt?.toString().slice(11, 16);
    },
    /** What waits to go out goes out. */
    async send(): Promise<void> {
      await mendDeliveries(place.dispatching);
      const stop = new AbortController().signal;
      while (await dispatchNext(place.dispatching, stop));
    },
    /** So many minutes later it is looked at, and what follows goes out. */
    async after(minutes: number, ills: readonly Ill[]): Promise<string | undefined> {
      clock.move(minutes * 60_000);
      machine.move(minutes * 60_000);
      const next = await this.settle(ills);
      await this.send();
      return next;
    },
    /** Somebody acts on it in the message, which the threads may say. */
    async act(
      incidentId: number,
      kind: 'acknowledged' | 'snoozed',
      { until, tell = false }: { until?: string; tell?: boolean } = {},
    ): Promise<void> {
      await db.tx(async (tx) => {
        const incident = (await incidentOf(tx, tenantId, incidentId))!;
        const now = clock.now();
        const acted =
          kind === 'acknowledged'
            ? { acknowledgedAt: now, acknowledgedBy: 'slack:U1' }
            : { snoozedUntil: Temporal.Instant.from(until!), snoozedBy: 'slack:U1' };
        const next = { ...incident, ...acted, version: incident.version + 1 };
        await putIncident(tx, next);
        const entry = { at: now, kind, person: 'slack:U1', personName: 'Noor', text: kind, told: true };
        const number = await addHistory(tx, next, entry);
        if (tell) await reply(tx, next, number, place.moments());
      });
    },
    incident: (id: number) => incidentOf(db, tenantId, id),
    history: (id: number) => historyOf(db, tenantId, id),
    /** What reached whom since the last time this was asked: `09:15 slack C1 main Breached: 1 ticket`. */
    told(): string[] {
      return place.arrived
        .splice(0)
        .map(({ at, to, part, text }) => `${at.slice(11, 16)} ${to.replace(/^slack /, '')} ${part} ${text}`);
    },
  };
}
