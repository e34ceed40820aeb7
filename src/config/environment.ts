import path from 'node:path';
import { usageError } from '../lib/errors.ts';
import { readMailbox } from '../lib/mailbox.ts';

interface Variable {
  name: string;
  description: string;
  fallback?: string;
  secret?: boolean;
}

/** Every environment variable Crema reads; docs/reference/environment.md is generated from this list. */
export const variables = [
  {
    name: 'DATABASE_URL',
    description: 'PostgreSQL 15 or newer; unset: the embedded PostgreSQL under CREMA_HOME',
    secret: true,
  },
  { name: 'CREMA_HOME', description: "folder of the embedded database and Crema's files", fallback: '.crema' },
  { name: 'CREMA_CONFIG', description: 'the configuration file', fallback: 'crema.yaml' },
  { name: 'PORT', description: 'port of the HTTP server', fallback: '3000' },
  { name: 'PUBLIC_URL', description: 'address under which the HTTP server is reachable from outside' },
  { name: 'SLACK_BOT_TOKEN', description: "the Slack app's bot token (xoxb-...)", secret: true },
  { name: 'SLACK_SIGNING_SECRET', description: "the Slack app's signing secret", secret: true },
  {
    name: 'SLACK_APP_TOKEN',
    description: 'app-level token (xapp-...); set: Socket Mode instead of HTTP',
    secret: true,
  },
  {
    name: 'CRON_SECRET',
    description: 'lets whoever bears it run the aggregates over HTTP (/api/cron/aggregate-metrics); unset: nobody',
    secret: true,
  },
  {
    name: 'SMTP_URL',
    description: 'where mail is handed in (smtp://user:password@host:587, smtps://...); unset: no mail',
    secret: true,
  },
  { name: 'MAIL_FROM', description: 'sender of mail for tenants without mail.from in the configuration file' },
  {
    name: 'PUPPETEER_EXECUTABLE_PATH',
    description: 'Chrome or Chromium that prints reports; unset: an installed one, else the bundled one (Linux x64)',
  },
  { name: 'SLACK_API_URL', description: 'another Slack API base, ends in /api/ (the sandbox)' },
  {
    name: 'LOG_LEVEL',
    description:
      'trace, debug, info, warn, error or silent; unset: info for `start` and `demo`, warn for other commands',
  },
] as const satisfies readonly Variable[];

export interface Environment {
  databaseUrl: string | undefined;
  home: string;
  configFile: string;
  /** Whether CREMA_CONFIG or --config named the file: then it has to exist. */
  configNamed: boolean;
  port: number;
  publicUrl: string | undefined;
  slackBotToken: string | undefined;
  slackSigningSecret: string | undefined;
  slackAppToken: string | undefined;
  slackApiUrl: string | undefined;
  cronSecret: string | undefined;
  smtpUrl: string | undefined;
  mailFrom: string | undefined;
  /** Chrome or Chromium for printing. */
  browserPath: string | undefined;
  /** Undefined: as the command likes it. */
  logLevel: string | undefined;
}

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the variables; all problems are reported at once, with the variable's name and the remedy. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const problems: string[] = [];
  const read = (name: (typeof variables)[number]['name']): string | undefined => {
    const value = env[name]?.trim();
    if (value) return value;
    const variable: Variable | undefined = variables.find((candidate) => candidate.name === name);
    return variable?.fallback;
  };
  const port = Number(read('PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push(`PORT is "${env.PORT}": give a number from 0 to 65535`);
  const databaseUrl = read('DATABASE_URL');
  if (databaseUrl && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    problems.push(
      'DATABASE_URL does not start with postgres://: give postgres://user:password@host:5432/name, or unset it',
    );
  }
  const slackApiUrl = read('SLACK_API_URL');
  if (slackApiUrl && !/^https?:\/\/.*\/api\/$/.test(slackApiUrl)) {
    problems.push(`SLACK_API_URL is "${slackApiUrl}": give a URL that ends in /api/`);
  }
  const smtpUrl = read('SMTP_URL');
  // What it is says more than it should.
  if (smtpUrl && !/^smtps?:\/\//.test(smtpUrl))
    problems.push('SMTP_URL does not start with smtp:// or smtps://: give smtp://user:password@host:587');
  const mailFrom = read('MAIL_FROM');
  if (mailFrom && !readMailbox(mailFrom))
    problems.push(`MAIL_FROM is "${mailFrom}": give an address, with or without a name: Crema <crema@example.com>`);
  const logLevel = read('LOG_LEVEL');
  if (logLevel !== undefined && !logLevels.includes(logLevel))
    problems.push(`LOG_LEVEL is "${logLevel}": use one of ${logLevels.join(', ')}`);
  const botToken = read('SLACK_BOT_TOKEN');
  if (botToken && !botToken.startsWith('xoxb-'))
    problems.push('SLACK_BOT_TOKEN is not a bot token: it starts with xoxb-');
  if (problems.length > 0) throw usageError('ENVIRONMENT', problems.join('\n'));
  return {
    databaseUrl,
    home: path.resolve(read('CREMA_HOME') ?? '.crema'),
    configFile: path.resolve(read('CREMA_CONFIG') ?? 'crema.yaml'),
    configNamed: Boolean(env.CREMA_CONFIG?.trim()),
    port,
    publicUrl: read('PUBLIC_URL'),
    slackBotToken: botToken,
    slackSigningSecret: read('SLACK_SIGNING_SECRET'),
    slackAppToken: read('SLACK_APP_TOKEN'),
    slackApiUrl,
    cronSecret: read('CRON_SECRET'),
    smtpUrl,
    mailFrom,
    browserPath: read('PUPPETEER_EXECUTABLE_PATH'),
    logLevel,
  };
}
