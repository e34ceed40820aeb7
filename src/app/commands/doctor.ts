import sql from 'sql-template-tag';
import { countPeople } from '../../answers/people.ts';
import type { Db } from '../../db/db.ts';
import { pendingMigrations } from '../../db/migrate.ts';
import { CremaError, messageOf } from '../../lib/errors.ts';
import { createSmtp } from '../../mail/smtp.ts';
import { checkSlack, neededScopes } from '../../slack/check.ts';
import { planWords, shortStreams } from '../../sync/plan-words.ts';
import { planFor } from '../../sync/planning.ts';
import { troubledStreams } from '../../sync/state.ts';
import { arrivingOf } from '../alerts/arriving.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { mailSettings } from '../mail.ts';
import { type OpenDatabase, openDatabase } from '../open.ts';
import { sayPolicies } from '../policy-words.ts';
import { sourcesOf } from '../sources.ts';

interface Finding {
  what: string;
  state: 'ok' | 'note' | 'bad';
  detail: string;
  remedy?: string;
}

/** Clocks further apart than this make "as of" and signatures doubtful, in seconds. */
const clockTolerance = 5;

export const doctor: Command = {
  name: 'doctor',
  summary:
    'check configuration, SLA policies, database, migrations, clock, people, sources, alerts, Slack, mail and fonts',
  description:
    'One line for each thing that has to be right, with the remedy where it is not. Exits with 1 if anything is wrong.',
  examples: ['crema doctor', 'crema doctor --json'],
  async run(context): Promise<ExitCode> {
    const findings = [
      ...(await configuration(context)),
      ...(await database(context)),
      await slack(context),
      await mail(context),
      await fonts(),
    ];
    if (context.globals.json) context.io.out(`${JSON.stringify(findings, null, 2)}\n`);
    else for (const finding of findings) context.io.out(line(finding));
    return findings.some((finding) => finding.state === 'bad') ? 1 : 0;
  },
};

function line({ what, state, detail, remedy }: Finding): string {
  const mark = { ok: 'ok  ', note: 'note', bad: 'BAD ' }[state];
  return `${mark}  ${what.padEnd(14)} ${detail}\n${remedy && state !== 'ok' ? `      ${''.padEnd(14)} ${remedy}\n` : ''}`;
}

async function configuration(context: CommandContext): Promise<Finding[]> {
  const { configFile } = context.environment;
  try {
    const { config, present } = await context.config();
    const detail = present
      ? `${configFile}: ${Object.keys(config.tenants).length} tenants, ${config.people.length} people`
      : `no ${configFile}: all defaults`;
    const found: Finding = present
      ? { what: 'configuration', state: 'ok', detail }
      : {
          what: 'configuration',
          state: 'note',
          detail,
          remedy: 'Copy crema.example.yaml to crema.yaml to name people and targets.',
        };
    const policies = sayPolicies(config, context.globals.tenant, context.clock.now());
    return [found, { what: 'SLA policies', state: 'ok', detail: policies }];
  } catch (error) {
    return [{ what: 'configuration', state: 'bad', detail: messageOf(error), remedy: remedyOf(error) }];
  }
}

async function database(context: CommandContext): Promise<Finding[]> {
  let opened: OpenDatabase;
  try {
    opened = await openDatabase(context.environment, context.log, 'doctor');
  } catch (error) {
    return [{ what: 'database', state: 'bad', detail: messageOf(error), remedy: remedyOf(error) }];
  }
  try {
    const [server] = await opened.db.query<{ version: string; number: number; at: Temporal.Instant }>(sql`
      select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
        clock_timestamp() as at`);
    const pending = await pendingMigrations(opened.db);
    const away = Math.abs(Temporal.Now.instant().since(server!.at).total('seconds'));
    return [
      {
        what: 'database',
        state: server!.number >= 150_000 ? 'ok' : 'bad',
        detail: `PostgreSQL ${server!.version}, ${opened.embedded ? `embedded under ${context.environment.home}` : 'from DATABASE_URL'}`,
        remedy: 'Crema needs PostgreSQL 15 or newer.',
      },
      {
        what: 'migrations',
        state: pending.length === 0 ? 'ok' : 'bad',
        detail: pending.length === 0 ? 'up to date' : `${pending.length} missing, from ${pending[0]}`,
        remedy: 'Run: crema migrate',
      },
      {
        what: 'clock',
        state: away <= clockTolerance ? 'ok' : 'bad',
        detail: `${away.toFixed(1)} s from the database's`,
        remedy: 'Let both machines keep time by NTP.',
      },
      ...(pending.length === 0
        ? [...(await people(opened.db)), ...(await sources(context, opened.db)), ...(await alerts(context, opened.db))]
        : []),
    ];
  } catch (error) {
    return [{ what: 'database', state: 'bad', detail: messageOf(error), remedy: remedyOf(error) }];
  } finally {
    await opened.close();
  }
}

/** Who may ask, in each tenant: a note where nobody may. */
async function people(db: Db): Promise<Finding[]> {
  const tenants = await db.query<{ tenantId: number; slug: string }>(sql`
    select tenant_id as "tenantId", slug from ops.tenants order by slug`);
  const findings: Finding[] = [];
  for (const { tenantId, slug } of tenants) {
    const { named, matched, unmatched } = await countPeople(db, tenantId);
    findings.push({
      what: 'people',
      state: named + matched > 0 ? 'ok' : 'note',
      detail: `${tenants.length > 1 ? `${slug}: ` : ''}${named} named in crema.yaml; of Slack, ${matched} matched to operators by e-mail, ${unmatched} not`,
      remedy:
        'Operators of the CRM are recognised by e-mail address when they first ask (scope users:read.email); name others under people: in crema.yaml.',
    });
  }
  return findings;
}

/** Each source: what its calls can do, and what does not work at present. */
async function sources(context: CommandContext, db: Db): Promise<Finding[]> {
  const { config } = await context.config();
  const slug = context.globals.tenant;
  const [tenant] = await db.query<{ tenantId: number }>(sql`
    select tenant_id as "tenantId" from ops.tenants where slug = ${slug}`);
  const findings: Finding[] = [];
  for (const source of sourcesOf(config, slug)) {
    const what = `source ${source.name}`;
    if (!tenant) continue;
    for (const { stream, error, failingSince, notes } of await troubledStreams(db, tenant.tenantId, source.name)) {
      const remedy = `Try it: crema sync ${source.name}:${stream}`;
      if (error !== null) findings.push({ what, state: 'bad', detail: `${error} (since ${failingSince})`, remedy });
      else findings.push({ what, state: 'note', detail: `${stream}: ${notes.slice(0, 3).join('; ')}`, remedy });
    }
    const plan = await planFor(db, tenant.tenantId, source, context.clock.now());
    const short = shortStreams(plan);
    findings.push({
      what,
      state: short.length === 0 ? 'ok' : 'note',
      detail: planWords(source.name, plan).join('\n                     '),
      remedy: `Too few calls for ${short.map(({ id }) => id).join(', ')}: a larger plan of the CRM (quota: in crema.yaml), or messages by webhook.`,
    });
  }
  return findings;
}

/** Whether what alert rules tell arrives. */
async function alerts({ globals, clock }: CommandContext, db: Db): Promise<Finding[]> {
  const [tenant] = await db.query<{ tenantId: number }>(sql`
    select tenant_id as "tenantId" from ops.tenants where slug = ${globals.tenant}`);
  const found = tenant && (await arrivingOf(db, tenant.tenantId, clock.now()));
  return found ? [{ what: 'alerts', ...found }] : [];
}

async function slack({ environment }: CommandContext): Promise<Finding> {
  const { slackBotToken: token, slackSigningSecret, slackAppToken, slackApiUrl } = environment;
  if (!token)
    return {
      what: 'slack',
      state: 'note',
      detail: 'SLACK_BOT_TOKEN is not set',
      remedy: 'See docs/slack-setup.md; `crema demo` needs no Slack.',
    };
  if (!slackSigningSecret && !slackAppToken) {
    return {
      what: 'slack',
      state: 'bad',
      detail: 'neither SLACK_SIGNING_SECRET nor SLACK_APP_TOKEN is set',
      remedy: 'Set the signing secret (HTTP) or an app-level token (Socket Mode).',
    };
  }
  const check = await checkSlack({ token, apiUrl: slackApiUrl });
  if (!check.ok)
    return {
      what: 'slack',
      state: 'bad',
      detail: check.detail,
      remedy: 'Check SLACK_BOT_TOKEN, the network, and that the app is installed.',
    };
  const missing = check.scopes.length === 0 ? [] : neededScopes.filter((scope) => !check.scopes.includes(scope));
  return missing.length === 0
    ? { what: 'slack', state: 'ok', detail: `${check.detail}${check.scopes.length > 0 ? ', all scopes granted' : ''}` }
    : {
        what: 'slack',
        state: 'bad',
        detail: `${check.detail}; scopes missing: ${missing.join(', ')}`,
        remedy: 'Add them under OAuth & Permissions and install again.',
      };
}

/** Connects, logs in and leaves; nothing is sent. */
async function mail({ environment, globals, config }: CommandContext): Promise<Finding> {
  const what = 'mail';
  const { smtpUrl } = environment;
  if (!smtpUrl)
    return {
      what,
      state: 'note',
      detail: 'SMTP_URL is not set',
      remedy: 'Set it to send reports by mail (docs/mail.md).',
    };
  try {
    const settings = mailSettings((await config()).config, globals.tenant, environment);
    const smtp = createSmtp({ url: smtpUrl, insecure: settings.insecureSmtp });
    const { server, secure, user } = await smtp.check();
    const detail = `${server}, ${secure ? 'TLS' : 'without TLS'}, ${user === undefined ? 'no login' : `logged in as ${user}`}`;
    if (!settings.from) {
      const remedy = 'Set mail: {from: Crema <crema@example.com>} in crema.yaml, or MAIL_FROM.';
      return { what, state: 'bad', detail: `${detail}; there is no sender`, remedy };
    }
    if (settings.allowed.length === 0) {
      const remedy = 'Set mail: {allowed_domains: [example.com]} in crema.yaml, or addresses under people:.';
      return { what, state: 'bad', detail: `${detail}; no domain may get mail`, remedy };
    }
    return { what, state: 'ok', detail: `${detail}; to ${settings.allowed.join(', ')}` };
  } catch (error) {
    const remedy =
      error instanceof CremaError
        ? remedyOf(error)
        : 'Check host, port, user and password of SMTP_URL. The server has to offer STARTTLS with a certificate that holds, or use smtps://.';
    return { what, state: 'bad', detail: messageOf(error), remedy };
  }
}

/** Draws a name in five scripts: fails where the bundled fonts or the canvas do not load. */
async function fonts(): Promise<Finding> {
  const { createChartRenderer } = await import('../../charts/renderer.ts');
  const renderer = createChartRenderer();
  try {
    const png = await renderer.png({
      kind: 'bar',
      title: 'Fonts',
      subtitle: '',
      format: 'count',
      labels: ['Zoë', 'Юлия', 'ليلى', '美咲', '지우'],
      axis: 'category',
      series: [{ key: 'fonts', label: 'Fonts', values: [1, 2, 3, 4, 5] }],
      incomplete: [],
      target: null,
      footer: '',
      locale: 'en',
      altText: 'A test picture',
    });
    return {
      what: 'charts, fonts',
      state: 'ok',
      detail: `a chart in five scripts drawn (${Math.round(png.byteLength / 1024)} kB)`,
    };
  } catch (error) {
    return {
      what: 'charts, fonts',
      state: 'bad',
      detail: messageOf(error),
      remedy: 'Install again: rm -rf node_modules && npm ci',
    };
  } finally {
    await renderer.close();
  }
}

function remedyOf(error: unknown): string {
  return (error instanceof CremaError && error.remedy) || 'See the message above.';
}
