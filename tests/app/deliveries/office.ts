import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sql, { raw } from 'sql-template-tag';
import { expect } from 'vitest';
import { type RunningApp, startApp } from '../../../src/app/start.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { readEnvironment } from '../../../src/config/environment.ts';
import { fixedClock, type MovableClock, movableClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import type { Message } from '../../../src/sandbox/message.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { agent, botUserId, type Channel, executive, supervisor, supportLead } from '../../../src/sandbox/workspace.ts';
import { makeTenant, type TestDatabase } from '../../database.ts';
import { until } from '../../jobs/company.ts';
import { sharedHome } from '../../pdf/printing.ts';
import { type SurveyState, type TicketState, writeSurveys, writeTickets } from '../../rollups/writing.ts';
import { type Ran, runCrema } from '../run-crema.ts';

/*
 * The whole bot as `crema start` runs it, between a workspace, a mail server and a database that are real, with a clock
 * that stands until it is moved.
 */

export const timezone = 'Asia/Jakarta';
const signingSecret = 'office-signing-secret';
const botToken = 'xoxb-office-bot';

const channelOf = (id: string, name: string, members: readonly string[]): Channel => ({
  ...{ id, name, kind: 'public', topic: '', archived: false, members: [...members, botUserId] },
});
/** The same people as in #leadership, named in another order. */
export const board = channelOf('C0BOARD001', 'board', [supportLead.id, executive.id]);
/** Maya and the bot. */
export const desk = channelOf('C0DESK0001', 'desk', [executive.id]);
/** Somebody who sees everything and somebody who sees Tier 2. */
export const tier2 = channelOf('C0TIER2001', 'tier-2', [supportLead.id, supervisor.id]);

/** `people:` of crema.yaml. */
export const people = `
people:
  - {name: Maya Hartono, slack: ${executive.id}, email: ${executive.email}, role: executive}
  - {name: Daniel Okafor, slack: ${supportLead.id}, email: ${supportLead.email}, role: owner}
  - {name: Sari Wijaya, slack: ${supervisor.id}, email: ${supervisor.email}, role: supervisor, source: crm, teams: [team-2]}
  - {name: Rafael Costa, slack: ${agent.id}, email: ${agent.email}, role: agent, source: crm, operator: op-1}
`;

export interface LedgerRow {
  id: number;
  kind: string;
  carrier: string;
  recipient: string;
  slot: string;
  part: string;
  revision: number;
  state: string;
  reason: string | null;
  failures: number;
  editionId: number | null;
}

export interface Office {
  sandbox: Sandbox;
  clock: MovableClock;
  app: RunningApp;
  tenantId: number;
  home: string;
  /** Business time goes on from there; what has come due is looked for at once. */
  moveTo(instant: string): void;
  /** So many tickets on a local date: those with an odd number are Tier 1's, the others Tier 2's. */
  tickets(date: string, count: number, prefix?: string): Promise<void>;
  /** Records through the writer, and what is derived from them brought up to date. */
  write(records: { tickets?: readonly TicketState[]; surveys?: readonly SurveyState[] }): Promise<void>;
  /** What a stream promises, and how far it reaches. */
  stream(name: string, state: { asOf: string; minutes?: number }): Promise<void>;
  ledger(of?: Partial<LedgerRow>): Promise<LedgerRow[]>;
  /** The ledger's rows of that kind, once there are so many and all of them are in that state. */
  reached(state: string, count: number, of?: Partial<LedgerRow>): Promise<LedgerRow[]>;
  editions(): Promise<number>;
  /** Resolves once the bot has looked, at the time the clock has, for what is due by these; all of them unless given. */
  looked(...names: string[]): Promise<void>;
  /** The bot's messages, as somebody sees them, without what hangs in threads. */
  said(channel: string, user?: string): Message[];
  replies(to: Message, user?: string): Message[];
  crema(...argv: string[]): Promise<Ran>;
  /** A job by hand. Returns what it counted. */
  job(id: string): Promise<Record<string, number>>;
  /** Another crema.yaml. */
  reload(subscriptions: string, whom?: string): Promise<void>;
  stop(): Promise<void>;
}

export interface OfficeOptions {
  /** Where the clock stands. */
  now: string;
  /** Lines under `subscriptions:`, two spaces deeper. */
  subscriptions: string;
  /** Further lines of crema.yaml, at its top. */
  more?: string;
  /** Headlines of the digest: tickets and csat unless given. */
  headlines?: string;
}

/** Starts it with a tenant that has teams and operators, and no records. */
export async function openOffice(database: TestDatabase, options: OfficeOptions): Promise<Office> {
  const { db } = database;
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-office-'));
  const clock = movableClock(fixedClock(options.now));
  const tenantId = await makeTenant(db, 'default', { timezone });
  await db.run(sql`
    insert into crm.teams (tenant_id, source, id, name, version)
    values (${tenantId}, 'crm', 'team-1', 'Tier 1', 1), (${tenantId}, 'crm', 'team-2', 'Tier 2', 1)`);
  await db.run(sql`
    insert into crm.operators (tenant_id, source, id, name, team_id, version)
    values (${tenantId}, 'crm', 'op-1', 'Rafael Costa', 'team-1', 1), (${tenantId}, 'crm', 'op-2', 'Ines Moura', 'team-2', 1)`);
  const sandbox = await createSandbox({
    ...{ clock, log: silentLog, signingSecret, botToken, fileReadyMs: 0, channels: [board, desk, tier2] },
  });
  const variables = {
    ...{ DATABASE_URL: database.url, CREMA_HOME: sharedHome, CREMA_CONFIG: path.join(home, 'crema.yaml') },
    ...{ SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: sandbox.apiUrl },
    ...{ SMTP_URL: sandbox.smtpUrl },
    ...(process.env.PUPPETEER_EXECUTABLE_PATH && { PUPPETEER_EXECUTABLE_PATH: process.env.PUPPETEER_EXECUTABLE_PATH }),
  };
  const yamlOf = (subscriptions: string, whom: string) => `
tenants:
  default:
    name: Lumen Goods
    timezone: ${timezone}
    mail: {from: Crema <crema@example.com>, allowed_domains: [example.com]}
    digests: {morning-coffee: {headlines: [${options.headlines ?? 'tickets, csat'}]}}
    subscriptions:
${subscriptions}
${whom}${options.more ?? ''}`;
  const configure = async (subscriptions: string, whom = people) => {
    const text = yamlOf(subscriptions, whom);
    await writeFile(path.join(home, 'crema.yaml'), text);
    return parseConfig(text, 'crema.yaml');
  };
  const app = await startApp({
    environment: { ...readEnvironment({ PORT: '0', ...variables }), port: 0 },
    config: await configure(options.subscriptions),
    ...{ configPresent: true, tenant: 'default', host: '127.0.0.1', clock, log: silentLog },
  });
  sandbox.setBotUrl(`${app.url}/slack/events`);
  const run = () => ({ tenant: { tenantId, timezone }, at: clock.now() });
  let version = 0;

  const office: Office = {
    ...{ sandbox, clock, app, tenantId, home },
    moveTo: (instant) => clock.moveTo(Temporal.Instant.from(instant)),
    tickets: (date, count, prefix = 't') =>
      office.write({
        tickets: Array.from({ length: count }, (_, index) =>
          aTicket(`${prefix}-${date}-${index + 1}`, date, index + 1),
        ),
      }),
    async write({ tickets = [], surveys = [] }) {
      version += 1;
      const written = { source: 'crm' };
      if (tickets.length > 0)
        await db.tx((tx) =>
          writeTickets(
            tx,
            run(),
            tickets.map((one) => ({ ...one, version })),
            written,
          ),
        );
      if (surveys.length > 0)
        await db.tx((tx) =>
          writeSurveys(
            tx,
            run(),
            surveys.map((one) => ({ ...one, version })),
            written,
          ),
        );
      // The bot itself keeps what is derived up to date.
      await until('the bot brings the numbers up to date', async () => (await undone()) === 0);
    },
    async stream(name, { asOf, minutes }) {
      await db.run(sql`
        insert into ops.streams (tenant_id, source, stream, as_of, loaded_at, refresh_sla_minutes)
        values (${tenantId}, 'crm', ${name}, ${asOf}, ${asOf}, ${minutes ?? null})
        on conflict (tenant_id, source, stream) do update
        set as_of = excluded.as_of, refresh_sla_minutes = excluded.refresh_sla_minutes`);
    },
    async ledger(of = {}) {
      const rows = await db.query<LedgerRow>(sql`
        select delivery_id as id, kind, carrier, recipient, slot, part, revision, state, reason, failures,
          edition_id as "editionId"
        from ops.deliveries where tenant_id = ${tenantId} order by delivery_id`);
      return rows.filter((row) => Object.entries(of).every(([name, value]) => row[name as keyof LedgerRow] === value));
    },
    async reached(state, count, of = {}) {
      const states = async () => (await office.ledger(of)).map((row) => row.state);
      await expect.poll(states, { timeout: 30_000 }).toEqual(Array.from({ length: count }, () => state));
      return office.ledger(of);
    },
    async editions() {
      const [row] = await db.query<{ count: number }>(sql`
        select count(*)::int from ops.editions where tenant_id = ${tenantId}`);
      return row!.count;
    },
    looked: (...names) =>
      until('the bot looks for what is due', async () => {
        const rows = await db.query<{ name: string; until: Temporal.Instant }>(sql`
          select name, handled_until as until from ops.subscriptions where tenant_id = ${tenantId}`);
        const asked = rows.filter(({ name }) => names.length === 0 || names.includes(name));
        return asked.every((row) => row.until.equals(clock.now()));
      }),
    said: (channel, user = supportLead.id) =>
      sandbox
        .conversation(channel, user)
        .filter((message) => message.user === botUserId && (message.threadTs ?? message.ts) === message.ts),
    replies: (to, user = supportLead.id) =>
      sandbox.conversation(to.channel, user).filter(({ threadTs, ts }) => threadTs === to.ts && ts !== to.ts),
    crema: (...argv) => runCrema(argv, variables),
    async job(id) {
      // A run of the schedule may be at work at this moment.
      for (;;) {
        const { out, note } = await runCrema(['jobs', 'run', id, '--json', '--now', clock.now().toString()], variables);
        const told = out === '' ? { state: note, ran: true } : JSON.parse(out);
        if (told.ran === false) continue;
        expect(told.state).toBe('done');
        return told.counts;
      }
    },
    reload: async (subscriptions, whom) => app.reload(await configure(subscriptions, whom)),
    async stop() {
      await app.stop();
      await sandbox.stop();
      await rm(home, { recursive: true, force: true });
    },
  };

  async function undone(): Promise<number> {
    const tables = ['ops.dirty', 'ops.sla_marks'];
    const parts = tables.map((table) => `(select count(*) from ${table} where tenant_id = ${tenantId})`);
    const [row] = await db.query<{ count: number }>(sql`select (${raw(parts.join(' + '))})::int as count`);
    return row!.count;
  }
  return office;
}

/** Comes at nine and some seconds of a local date, and is solved an hour later. */
export function aTicket(id: string, date: string, number: number): TicketState {
  const created = Temporal.PlainDate.from(date)
    .toZonedDateTime({ timeZone: timezone, plainTime: '09:00' })
    .add({ seconds: 10 * number })
    .toInstant();
  const team = 2 - (number % 2);
  return {
    ...{ id, version: 1, created_at: created.toString(), updated_at: null, channel: 'email', sla_met: true },
    ...{ resolved_at: created.add({ hours: 1 }).toString(), closed_at: null, priority: 'high', status: 'resolved' },
    ...{ team_id: `team-${team}`, operator_id: `op-${team}`, account_id: null },
  };
}

/** Every text of a message, in one string. */
export function textOf(message: Message): string {
  const texts: string[] = [];
  JSON.stringify([message.text, message.blocks], (name, value) => {
    if (name === 'text' && typeof value === 'string') texts.push(value);
    return value;
  });
  return [message.text, ...texts].join('\n');
}
