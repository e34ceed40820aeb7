import sql from 'sql-template-tag';
import { backtest } from '../../src/alerts/backtest.ts';
import type { Incident } from '../../src/alerts/incident.ts';
import { lookAtDue } from '../../src/alerts/look.ts';
import { ruleFrom } from '../../src/alerts/policy.ts';
import { incidentOf } from '../../src/alerts/store/incidents.ts';
import { putRule } from '../../src/alerts/store/rules.ts';
import { alertMaker } from '../../src/app/alerts/letters.ts';
import { onAlertSettled } from '../../src/app/alerts/start.ts';
import { alertRuleSchema } from '../../src/config/alerts.ts';
import type { Db } from '../../src/db/db.ts';
import { everything } from '../../src/db/viewer.ts';
import { type DispatchDeps, dispatchNext } from '../../src/deliveries/dispatch.ts';
import { mendDeliveries } from '../../src/deliveries/mend.ts';
import { slaTerms } from '../../src/facts/policies.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Message } from '../../src/sandbox/message.ts';
import { general } from '../../src/sandbox/workspace.ts';
import { defaultPolicies } from '../../src/sla/policy.ts';
import type { Alerting } from '../../src/slack/alerts/deps.ts';
import { createHolidays } from '../../src/subscriptions/holidays.ts';
import { handClock, quickTiming } from '../deliveries/post-office.ts';
import { type CompanyOptions, now, startCompany } from './company.ts';

/** SLA as the CRM reports it, of the last two weeks: 80 % and 90 %, half of each in either team. */
export const teamsBelow = { kind: 'kpi-threshold', kpi: 'sla-reported 14d by team', below: 0.99 } as const;

/**
 * The company with its alerts: a clock that is moved, rules that are looked at and messages that go out when `work` is
 * called, and buttons that work all the time.
 */
export async function startAlertCompany(db: Db, options: CompanyOptions & { past?: Alerting['past'] } = {}) {
  const clock = handClock(now);
  const machine = handClock('2030-01-01T00:00:00Z');
  const terms = slaTerms(defaultPolicies);
  let changes = 0;
  const company = await startCompany(db, {
    sandbox: { clock, ...options.sandbox },
    door: {
      clock,
      subscribing: {
        templates: () => ({ digest: ['morning-coffee'], report: ['weekly'] }),
        holidays: createHolidays(() => ({})),
        mailRefusal: () => undefined,
      },
      alerting: {
        past:
          options.past ??
          ((rule, period) =>
            backtest(rule, period, {
              ...{ db, tenant: company.tenant, settings: {}, terms, log: silentLog, now: clock.now(), lateStreams: [] },
              calendar: () => undefined,
            })),
        onChange: () => {
          changes += 1;
        },
      },
      ...options.door,
    },
  });
  const { tenant, door, sandbox } = company;
  const { tenantId } = tenant;
  const moments = () => ({ now: clock.now(), machine: machine.now(), timezone: tenant.timezone });
  const dispatching: DispatchDeps = {
    ...{ db, tenantId, clock, machine, log: silentLog, timing: quickTiming },
    carriers: { slack: door.carrier },
    make: { alert: alertMaker({ db, tenant, slack: door }) },
    onSettled: (tx, delivery, ended) => onAlertSettled(tx, delivery, ended, moments()),
  };

  return {
    ...company,
    ...{ clock, moments, changes: () => changes },
    /** Makes a rule of crema.yaml. */
    rule(settings: Record<string, unknown>, name = 'teams'): Promise<number> {
      const read = alertRuleSchema.parse({ to: { channel: general.id }, ...settings });
      const context = { targets: {}, to: undefined, isCalendar: () => false };
      return db.tx((tx) => putRule(tx, tenantId, ruleFrom(read, context, { name, viewer: everything }), clock.now()));
    },
    /** Lets so many minutes pass, with everything that happens in them. */
    async work(minutes = 0): Promise<void> {
      for (let minute = 0; minute <= minutes; minute++) {
        if (minute > 0) {
          clock.move(60_000);
          machine.move(60_000);
        }
        await lookAtDue(
          { db, log: silentLog, context: { tenant, settings: {}, terms }, calendar: () => undefined },
          moments(),
        );
        await mendDeliveries(dispatching);
        const stop = new AbortController().signal;
        while (await dispatchNext(dispatching, stop));
      }
    },
    incident: (incidentId = 1): Promise<Incident | undefined> => incidentOf(db, tenantId, incidentId),
    /** The message of the last incident in a channel, as everybody there sees it. */
    alert(channel = general.id): Message {
      const all = sandbox.conversation(channel, 'U0EXEC0001');
      return all.findLast(({ user, ephemeralTo, threadTs }) => user === 'U0CREMA001' && !ephemeralTo && !threadTs)!;
    },
    /** What is wrong outside: refused calls and errors in the log. */
    failures: () => [
      ...sandbox.apiCalls.filter((call) => !call.ok).map(({ method, error }) => `${method} ${error}`),
      ...company.logged.filter((line) => Number(line.level) >= 50).map((line) => String(line.msg)),
    ],
    rules: () =>
      db.query<{ id: number; settings: object; owner: string; viewer: string; state: string; to: object }>(sql`
        select rule_id as id, settings, owner, viewer, state, policy -> 'routes' -> -1 -> 'to' as to
        from ops.alert_rules where tenant_id = ${tenantId} order by rule_id`),
  };
}

export type AlertCompany = Awaited<ReturnType<typeof startAlertCompany>>;
