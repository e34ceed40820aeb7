import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { loadConfig, parseConfig } from '../../src/config/config.ts';
import { readEnvironment, variables } from '../../src/config/environment.ts';
import { kpiIds } from '../../src/kpis/index.ts';
import { CremaError } from '../../src/lib/errors.ts';

function refusal(work: () => unknown): CremaError {
  try {
    work();
  } catch (error) {
    if (error instanceof CremaError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('crema.yaml', () => {
  test('the example is valid and shows every setting', () => {
    const config = parseConfig(
      readFileSync(path.join(import.meta.dirname, '..', '..', 'crema.example.yaml'), 'utf8'),
      'crema.example.yaml',
      kpiIds,
    );
    expect(config.tenants.default?.timezone).toBe('Asia/Jakarta');
    expect(config.people.map((person) => person.role)).toEqual(['executive', 'supervisor', 'agent']);
  });

  test('an empty file is all defaults', () => {
    expect(parseConfig('', 'crema.yaml')).toMatchObject({
      tenants: { default: { timezone: 'UTC', week_start: 'monday' } },
      people: [],
      kpis: {},
    });
  });

  test('digests name KPIs that there are, as many as can be read', () => {
    const text = [
      'tenants:',
      '  default:',
      '    digests:',
      '      morning-coffee: {headlines: [sla, tikets], chart: [sla]}',
      '      Sales: {}',
      '      empty: {headlines: []}',
      '      long: {findings: 9, headline: [sla]}',
    ].join('\n');
    const { message } = refusal(() => parseConfig(text, 'crema.yaml', kpiIds));
    expect(message).toContain('crema.yaml:5 tenants.default.digests.Sales: ');
    expect(message).toContain('crema.yaml:6 tenants.default.digests.empty.headlines: names no KPI');
    expect(message).toContain('did you mean headlines?');
    const wrong = refusal(() => parseConfig(text.split('\n').slice(0, 4).join('\n'), 'crema.yaml', kpiIds));
    expect(wrong.message).toBe(
      'crema.yaml:4 tenants.default.digests.morning-coffee.headlines.1: "tikets" is no KPI; did you mean tickets?',
    );
    const digests = { 'morning-coffee': { headlines: ['sla'], findings: 0 } };
    expect(
      parseConfig(JSON.stringify({ tenants: { default: { digests } } }), 'f', kpiIds).tenants.default,
    ).toMatchObject({
      digests,
    });
  });

  test('reports every problem at once, with line, path and what would be right', () => {
    const text = [
      'tenants:',
      '  default: {timezone: Mars/Olympus}',
      'people:',
      '  - {name: Nobody, role: boss}',
      '  - {email: a@example.com, role: agent}',
      '  - {email: a@example.com, role: owner, tenant: elsewhere}',
      'kpi: {}',
    ].join('\n');
    const error = refusal(() => parseConfig(text, 'crema.yaml', kpiIds));
    expect(error.usage).toBe(true);
    expect(error.message).toContain('crema.yaml:2 tenants.default.timezone: is not an IANA time zone');
    expect(error.message).toContain('crema.yaml:4 people.0.role');
    expect(error.message).toContain('kpi');
    expect(error.remedy).toContain('crema.example.yaml');
  });

  test('refuses two people of a tenant with one Slack id or address, and takes them in two tenants', () => {
    const twice = (tenant: string) =>
      `tenants: {other: {}}
people:
  - {slack: U1, email: a@example.com, role: owner}
  - {slack: U2, email: A@example.com, role: executive, tenant: ${tenant}}
  - {slack: U1, role: executive, tenant: ${tenant}}
`;
    const { message } = refusal(() => parseConfig(twice('default'), 'c.yaml'));
    expect(message).toContain('c.yaml:4 people.1.email: somebody above has the same');
    expect(message).toContain('c.yaml:5 people.2.slack: somebody above has the same');
    expect(parseConfig(twice('other'), 'c.yaml').people).toHaveLength(3);
  });

  test('refuses people of unknown tenants, agents without a record and targets of unknown KPIs', () => {
    const error = refusal(() =>
      parseConfig(
        'people:\n  - {email: a@example.com, role: owner, tenant: elsewhere}\nkpis:\n  sla-reportd: {target: 0.9}\n',
        'c.yaml',
        kpiIds,
      ),
    );
    expect(error.message).toContain('no tenant "elsewhere"');
    expect(error.message).toContain('c.yaml:4 kpis.sla-reportd: no such KPI');
    expect(refusal(() => parseConfig('people: [{email: a@example.com, role: agent}]', 'c.yaml')).message).toContain(
      'operator:',
    );
  });

  test('reads whom mail comes from and where it may go to', () => {
    const mail = (text: string) => parseConfig(`tenants: {default: {mail: ${text}}}`, 'c.yaml').tenants.default!.mail;
    expect(mail('{from: "Crema, the bot <Crema@Example.com>"}')).toEqual({
      from: { name: 'Crema, the bot', address: 'Crema@example.com' },
      ...{ allowed_domains: [], insecure_smtp: false },
    });
    expect(parseConfig('', 'c.yaml').tenants.default!.mail).toEqual({ allowed_domains: [], insecure_smtp: false });
    const { message } = refusal(() =>
      mail(
        '{from: nobody, reply_to: "a@example.com, b@example.com", allowed_domains: [example.com, "*", a@example.com]}',
      ),
    );
    for (const path of ['mail.from: is not an address', 'mail.reply_to: is', 'allowed_domains.1', 'allowed_domains.2'])
      expect(message).toContain(path);
    expect(message).not.toContain('allowed_domains.0');
  });

  test('a syntax error names line and column', () => {
    expect(refusal(() => parseConfig('people: [', 'c.yaml')).message).toMatch(/c\.yaml: .*line 1/s);
  });

  test('a missing file is all defaults, unless it was named', async () => {
    expect(await loadConfig('/no/such/crema.yaml', { named: false })).toMatchObject({ present: false });
    await expect(loadConfig('/no/such/crema.yaml', { named: true })).rejects.toThrow('/no/such/crema.yaml');
  });
});

describe('the environment', () => {
  test('has defaults for everything', () => {
    expect(readEnvironment({})).toMatchObject({ port: 3000, databaseUrl: undefined, home: path.resolve('.crema') });
  });

  test('reports all problems at once and never a secret', () => {
    const error = refusal(() =>
      readEnvironment({
        PORT: 'http',
        DATABASE_URL: 'mysql://u:hunter2@h/d',
        SLACK_API_URL: 'http://x',
        LOG_LEVEL: 'loud',
        SLACK_BOT_TOKEN: 'xapp-secret',
        SMTP_URL: 'mail.example.com:hunter2',
        MAIL_FROM: 'nobody',
      }),
    );
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'SLACK_API_URL',
      'LOG_LEVEL',
      'SLACK_BOT_TOKEN',
      'SMTP_URL',
      'MAIL_FROM',
    ])
      expect(error.message).toContain(name);
    expect(error.message).not.toContain('hunter2');
    expect(error.message).not.toContain('xapp-secret');
  });

  test('lists every variable once', () => {
    expect(new Set(variables.map((variable) => variable.name)).size).toBe(variables.length);
  });
});

describe('targets of alerts', () => {
  const read = (lines: string, variables: Record<string, string> = {}) =>
    parseConfig(
      `tenants:\n  acme:\n    alerts:\n      targets:\n${lines.replace(/^/gm, '        ')}`,
      'c.yaml',
      undefined,
      variables,
    ).tenants.acme!.alerts.targets;

  test('take their keys and addresses from the environment, and never show them', () => {
    const targets = read(
      `on-call: {pagerduty: "\${KEY}"}\nhook: {webhook: "https://\${HOST}/x", secret: "\${SECRET}"}`,
      {
        ...{ KEY: 'k-1', HOST: 'example.com', SECRET: 's-1' },
      },
    );
    const { 'on-call': onCall, hook } = targets;
    expect(onCall && 'pagerduty' in onCall && onCall.pagerduty.reveal()).toBe('k-1');
    expect(hook && 'webhook' in hook && [hook.webhook, hook.secret.reveal()]).toEqual(['https://example.com/x', 's-1']);
    for (const text of [JSON.stringify(targets), inspect(targets, { depth: 9 })]) expect(text).not.toMatch(/k-1|s-1/);
  });

  test('that name a variable there is none of, or no address, are told', () => {
    const { message } = refusal(() => read(`on-call: {pagerduty: "\${KEY}"}`));
    expect(message).toContain(
      'c.yaml:5 tenants.acme.alerts.targets.on-call.pagerduty: the environment variable KEY is not set',
    );
    expect(refusal(() => read('hook: {webhook: example.com, secret: s}')).message).toContain('alerts.targets.hook');
    expect(refusal(() => read('hook: {webhook: "https://u:p@example.com", secret: s}')).message).toContain(
      'alerts.targets.hook',
    );
  });
});

describe('sources', () => {
  const source = (lines: string, variables: Record<string, string> = {}) =>
    parseConfig(
      `tenants:\n  acme:\n    sources:\n      crm:\n${lines.replace(/^/gm, '        ')}`,
      'c.yaml',
      undefined,
      variables,
    ).tenants.acme!.sources.crm!;
  const minimal = 'kind: chat-crm\nurl: https://crm.example.com\nkey: $' + '{CRM_API_KEY}';

  test('take their secrets from the environment and have defaults for the rest', () => {
    const { key, ...rest } = source(minimal, { CRM_API_KEY: ' k-1 ' });
    expect(key.reveal()).toBe('k-1');
    expect(rest).toEqual({
      kind: 'chat-crm',
      url: 'https://crm.example.com',
      webhook_secret: [],
      quota: { per_minute: 60, per_day: 1000 },
      custom_fields: {},
      messages: 'poll',
      mass_delete_limit: 0.2,
    });
  });

  test('have one webhook secret or two, and a quota without a daily limit', () => {
    const both = source(`${minimal}\nwebhook_secret: ["\${NEW}", "\${OLD}"]\nquota: {per_minute: 1000}`, {
      CRM_API_KEY: 'k',
      NEW: 'n',
      OLD: 'o',
    });
    expect(both.webhook_secret.map((one) => one.reveal())).toEqual(['n', 'o']);
    expect(both.quota).toEqual({ per_minute: 1000 });
    expect(source(`${minimal}\nwebhook_secret: s`, { CRM_API_KEY: 'k' }).webhook_secret).toHaveLength(1);
  });

  test('never show a secret, however they are printed', () => {
    const one = source(`${minimal}\nwebhook_secret: hush`, { CRM_API_KEY: 'very-secret' });
    for (const text of [JSON.stringify(one), String(one.key), `${inspect(one, { depth: 9 })}`])
      expect(text).not.toMatch(/very-secret|hush/);
  });

  test('a missing variable is told by its name and the setting that needs it', () => {
    const error = refusal(() => source(`${minimal}\nwebhook_secret: ["\${A}", "\${B C}"]`));
    expect(error.usage).toBe(true);
    expect(error.message).toContain(
      'c.yaml:7 tenants.acme.sources.crm.key: the environment variable CRM_API_KEY is not set',
    );
    expect(error.message).toContain('c.yaml:8 tenants.acme.sources.crm.webhook_secret.0: the environment variable A');
    expect(error.message).toContain('webhook_secret.1: "$');
  });

  test('wrong settings are told with what would be right', () => {
    const { message } = refusal(() =>
      source(
        'kind: chat-crm\nurl: crm.example.com\nkey: k\nmesages: poll\nmass_delete_limit: 20\nquota: {per_minute: 0}\ncustom_fields: {segmnt: branch}',
      ),
    );
    for (const part of [
      'url: is not an address such as https://crm.example.com',
      'crm: "mesages" is no setting here; did you mean messages?',
      'mass_delete_limit: is a share from 0 to 1',
      'quota.per_minute: is a number of calls',
      'custom_fields.segmnt: "segmnt" is no field of a contact that a custom field may fill; did you mean segment?; or write fields.NAME',
    ])
      expect(message).toContain(part);
    expect(refusal(() => source('kind: other-crm')).message).toContain('needs kind:, one of chat-crm');
  });
});
