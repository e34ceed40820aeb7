import { readFileSync } from 'node:fs';
import path from 'node:path';
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
      }),
    );
    for (const name of ['PORT', 'DATABASE_URL', 'SLACK_API_URL', 'LOG_LEVEL', 'SLACK_BOT_TOKEN'])
      expect(error.message).toContain(name);
    expect(error.message).not.toContain('hunter2');
    expect(error.message).not.toContain('xapp-secret');
  });

  test('lists every variable once', () => {
    expect(new Set(variables.map((variable) => variable.name)).size).toBe(variables.length);
  });
});
