import sql from 'sql-template-tag';
import { policiesOf } from '../app/policies.ts';
import { sourcesOf } from '../app/sources.ts';
import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/config.ts';
import type { Db } from '../db/db.ts';
import { slaTerms } from '../facts/policies.ts';
import { bringUpToDate } from '../jobs/upkeep.ts';
import { CremaError } from '../lib/errors.ts';
import { operatorIds, supervisedTeamId } from '../sandbox/company/staff.ts';
import {
  agent,
  botUserId,
  type Channel,
  executive,
  leadership,
  type Person,
  supervisor,
  support,
  supportLead,
} from '../sandbox/workspace.ts';
import type { Source } from '../sources/stream.ts';
import { syncStream } from '../sync/sync.ts';
import { type DemoCrm, demoSource, demoTimezone, isFounded } from './crm.ts';
import { runTap, type TapDeps } from './tap.ts';

/** More calls than the local CRM is ever asked: there is nobody to be considerate of. */
const quota = 100_000;

const open = { kind: 'public', archived: false } as const;

const marketing: Channel = {
  ...open,
  id: 'C0MARKET01',
  name: 'marketing',
  topic: 'Campaigns and what became of them',
  members: [executive.id, supportLead.id, botUserId],
};

const dataDesk: Channel = {
  ...open,
  id: 'C0DATA0001',
  name: 'data',
  topic: 'What is late, and jobs that fail',
  members: [supportLead.id, botUserId],
};

/** Channels that alerts go to, besides those every workspace has. */
export const demoChannels: readonly Channel[] = [marketing, dataDesk];
/** Where the demo's alerts can go besides Slack and mail: the sandbox's PagerDuty and its receiver of webhooks. */
interface DemoPaging {
  eventsUrl: string;
  routingKey: string;
  hookUrl: string;
  hookSecret: string;
}

/** The demo's settings: the company's zone and CRM, and the sandbox's people with their roles. Noor stays a stranger. */
export function demoConfig(crm: Pick<DemoCrm, 'url' | 'apiKey' | 'webhookSecret'>, paging: DemoPaging): Config {
  const text = `
tenants:
  default:
    name: Lumen Goods
    timezone: ${demoTimezone}
    mail: {from: Crema <crema@lumen-goods.example>}
    sources:
      ${demoSource}:
        kind: chat-crm
        url: ${crm.url}
        key: ${crm.apiKey}
        webhook_secret: ${crm.webhookSecret}
        messages: webhook
        quota: {per_minute: ${quota}}
        custom_fields: {segment: segment, source: source, account_id: account, fields.interest: interest}
    subscriptions:
      coffee: {what: digest morning-coffee, to: {channel: ${leadership.id}}, when: weekdays at 08:30}
      coffee-for-sari: {what: digest morning-coffee, to: {person: ${supervisor.id}}, when: weekdays at 08:30}
      report: {what: report weekly, to: {email: ${executive.email}}, when: weekly mon at 08:00}
      report-for-leaders: {what: report weekly, to: {channel: ${leadership.id}}, when: weekly mon at 08:00}
    alerts:
      targets:
        on-call: {pagerduty: "${paging.routingKey}", events_url: "${paging.eventsUrl}"}
        ticket-system: {webhook: "${paging.hookUrl}", secret: "${paging.hookSecret}"}
      to: {channel: ${support.id}}
      rules:
        sla: {kind: sla-risk, escalate: [{after: 30 min, to: [{person: ${supervisor.id}}, on-call]}]}
        first-responses: {kind: kpi-threshold, kpi: sla-first-response 7d by team, below: 0.9, clear: 0.92}
        backlog: {kind: kpi-threshold, kpi: backlog by team, above: 40, clear: 35, for: 10 min}
        campaigns: {kind: campaign-underperformance, to: [{channel: ${marketing.id}}, ticket-system]}
        data: {kind: freshness, to: {channel: ${dataDesk.id}}}
kpis:
  resolution-time: {target: 86400}
`;
  const person = (who: Person, role: Config['people'][number]['role'], operator: string, teams: string[] = []) => ({
    name: who.realName,
    slack: who.id,
    email: who.email,
    role,
    operator,
    teams,
    tenant: 'default',
  });
  return {
    ...parseConfig(text, 'demo'),
    people: [
      person(executive, 'executive', operatorIds.executive),
      person(supportLead, 'owner', operatorIds.lead),
      person(supervisor, 'supervisor', operatorIds.supervisor, [supervisedTeamId]),
      person(agent, 'agent', operatorIds.agent),
    ],
  };
}

/**
 * Reads the demo's CRM as any other: the tap, then every stream of its API, each from where it was left. The first time
 * that is 18 months, later what has happened since.
 */
export async function loadCompany(
  deps: TapDeps & { crm: DemoCrm; config: Config; note: (text: string) => void },
): Promise<void> {
  const { db, clock, tenant, note, config } = deps;
  note('Reading the CRM: its help desk and sales through a tap...\n');
  note(`  ${await runTap(deps)} records\n`);
  note('  contacts, chats and campaigns through its API...\n');
  for (const source of sourcesOf(config, tenant.slug)) {
    for (const { id } of source.streams) note(`  ${id}: ${await readWhole(deps, source, id)}\n`);
  }
  const terms = slaTerms(policiesOf(config, tenant.slug));
  const { evaluated, buckets } = await bringUpToDate(db, { tenant, terms: () => terms }, clock);
  note(`  SLAs: ${evaluated} tickets evaluated; aggregates: ${buckets} days made\n`);
}

/** Most runs of a stream that has more than one run reads. */
const mostRuns = 20;

async function readWhole({ db, clock, log, tenant }: TapDeps, source: Source, stream: string): Promise<string> {
  let written = 0;
  let calls = 0;
  let outcome = 'part';
  for (let run = 0; run < mostRuns && outcome === 'part'; run++) {
    const result = await syncStream({ db, clock, log, tenant }, source, stream, {
      ...{ signal: new AbortController().signal, now: true },
    });
    written += result.stored.inserted + result.stored.updated;
    calls += result.calls;
    outcome = result.outcome;
  }
  return `${written} written, ${calls} calls${outcome === 'whole' ? '' : ` (${outcome})`}`;
}

/** The demo must not mix its company into somebody's numbers: what is there has to be of the CRM founded in `dir`. */
export async function refuseOtherData(db: Db, dir: string, home: string): Promise<void> {
  const [row] = await db.query<{ present: boolean; other: boolean }>(sql`
    select count(*) > 0 as present, coalesce(bool_or(source <> ${demoSource}), false) as other from ops.streams`);
  if (row?.present && (row.other || !(await isFounded(dir)))) {
    throw new CremaError('DEMO_OTHER_DATA', `${home} holds data that is not the demo's`, {
      remedy: 'Give the demo a folder of its own: CREMA_HOME=.crema-demo npm run demo',
    });
  }
}
