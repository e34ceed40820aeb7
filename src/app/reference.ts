import { checks } from '../checks/index.ts';
import { variables } from '../config/environment.ts';
import { formatTarget } from '../domain/format.ts';
import { jobsOf } from '../jobs/index.ts';
import type { Misfire } from '../jobs/job.ts';
import { byGroup } from '../kpis/groups.ts';
import { kpis } from '../kpis/index.ts';
import type { Board, Kpi } from '../kpis/kpi.ts';
import { rollups } from '../rollups/index.ts';
import { type Command, globalOptions } from './command.ts';
import { alertsPage } from './reference-alerts.ts';

const generated = '<!-- Generated from the code by `npm run docs`; a test compares the two. -->\n\n';

/** The pages of docs/reference by file name, made from the registries. */
export function referencePages(commands: readonly Command[]): Record<string, string> {
  return {
    'kpis.md': kpiPage(),
    'cli.md': cliPage(commands),
    'environment.md': environmentPage(),
    'rollups.md': rollupPage(),
    'jobs.md': jobPage(),
    'alerts.md': alertsPage(generated, table),
  };
}

function kpiPage(): string {
  const sections = byGroup(kpis);
  const index = table(
    ['Group', 'KPI', 'Question', 'Kind', 'Unit'],
    sections.flatMap(({ title, of }) =>
      of.map((kpi) => [title, `[${kpi.id}](#${kpi.id})`, kpi.question, kpi.kind, kpi.unit]),
    ),
  );
  const inOrder = sections.flatMap(({ of }) => of);
  return `${generated}# KPIs\n\n${index}\n${inOrder.map(kpiSection).join('\n')}`;
}

function kpiSection(kpi: Kpi): string {
  const facts = [
    ['Title', kpi.title],
    ['Formula', kpi.formula],
    ['Better', kpi.better],
    ['Target', kpi.target === null ? 'none by default' : formatTarget(kpi.target, kpi.unit)],
    ['Dimensions', kpi.dimensions.join(', ')],
    [
      'Parts',
      Object.entries(kpi.parts)
        .map(([name, part]) => `\`${name}\` ${part.title}`)
        .join('; ') || 'none',
    ],
    ...(kpi.board ? [['Rows', boardWords(kpi.board)]] : []),
    ...(kpi.defaultBy ? [['Broken down', `by ${kpi.defaultBy} unless the question says otherwise`]] : []),
    ...(kpi.scenarios ? [['Scenarios', `${kpi.scenarios.join(', ')}; those of the configuration too`]] : []),
    ...(kpi.snapshots ? [['Snapshots', 'one a day; `as-of:DATE` shows what was believed then']] : []),
    ...(kpi.audience === 'supervisors' ? [['Who may ask', 'supervisors and above']] : []),
    ['Owner', `${kpi.owner}, criticality ${kpi.criticality}`],
    [
      'Made from',
      [kpi.streams.join(', '), kpi.rollups.map((rollup) => `[${rollup.id}](rollups.md#${rollup.id})`).join(', ')]
        .filter(Boolean)
        .join(' by way of '),
    ],
    ['Refresh SLA', `${kpi.refreshSlaMinutes} min`],
    ['Matures', maturityWords(kpi.maturesAfterDays)],
    ['Definition', `version ${kpi.version}, valid ${kpi.validFrom ? `from ${kpi.validFrom}` : 'for all data'}`],
  ];
  return [
    `## ${kpi.id}\n`,
    `${kpi.question}\n`,
    table(
      ['', ''],
      facts.map((fact) => [...fact]),
    ),
    ...kpi.caveats.map((caveat) => `- ${caveat}`),
    '',
    ...kpi.examples.map((example) => `    /kpi ${example}`),
    '',
  ].join('\n');
}

function boardWords({ by, ranked }: Board): string {
  const order = ranked === undefined ? 'the largest first' : `ranked from ${ranked.fewest} cases on`;
  return `one per ${by} unless the question says otherwise, ${order}`;
}

function maturityWords(days: Kpi['maturesAfterDays']): string {
  if (days === 0) return 'at once';
  if (days === 'longest-target') return 'when the longest SLA target has passed';
  if (days === 'first-response-target') return 'when the longest first-response target has passed';
  return `after ${days} days`;
}

function cliPage(commands: readonly Command[]): string {
  const globals = table(
    ['Option', 'Does'],
    globalOptions.map((option) => [`\`${option.flags}\``, option.description]),
  );
  const sections = commands.map((command) => {
    const options = command.options?.length
      ? `\n${table(
          ['Option', 'Does'],
          command.options.map((option) => [`\`${option.flags}\``, option.description]),
        )}`
      : '';
    const usage = `crema ${command.name}${command.args ? ` ${command.args}` : ''}`;
    return `## ${command.name}\n\n\`${usage}\`: ${command.summary}.\n\n${command.description ?? ''}\n${options}\n${command.examples.map((example) => `    ${example}`).join('\n')}\n`;
  });
  return `${generated}# Command line\n\nExit codes: 0 done (also when there was nothing to do), 1 failed, 2 wrong usage or configuration, 3 no data.\n\nGlobal options, before or behind the command:\n\n${globals}\n${sections.join('\n')}`;
}

function environmentPage(): string {
  const rows = variables.map((variable) => [
    `\`${variable.name}\``,
    variable.description,
    'fallback' in variable ? `\`${variable.fallback}\`` : '',
    'secret' in variable ? 'secret' : '',
  ]);
  return `${generated}# Environment variables\n\nSecrets are read from here only; they never appear in logs, errors or Slack.\n\n${table(['Variable', 'Meaning', 'Default', ''], rows)}`;
}

function rollupPage(): string {
  const sections = rollups.map((rollup) =>
    [
      `## ${rollup.id}\n`,
      table(
        ['', ''],
        [
          ['Table', `\`${rollup.table}\``],
          ['Made from', `\`${rollup.entityTable}\`, by the local day of \`${rollup.at}\``],
          ['Key', ['tenant_id', 'day', ...rollup.key].map((name) => `\`${name}\``).join(', ')],
          ['Additive parts', rollup.measures.map((name) => `\`${name}\``).join(', ')],
          ['Definition', `version ${rollup.definitionVersion}`],
          [
            'Read by',
            kpis
              .filter((kpi) => kpi.rollups.includes(rollup))
              .map((kpi) => `[${kpi.id}](kpis.md#${kpi.id})`)
              .join(', '),
          ],
        ],
      ),
    ].join('\n'),
  );
  return `${generated}# Aggregates\n\n${sections.join('\n')}`;
}

function jobPage(): string {
  const rows = jobsOf().map((job) => [
    `\`${job.id}\``,
    job.title,
    `\`${job.cadence.cron}\` ${job.cadence.zone === 'tenant' ? "in the tenant's zone" : 'UTC'}`,
    misfireWords(job.misfire),
    job.after ? `${job.after.jobs.join(', ')}, ${job.after.deadlineMinutes} min at most` : '',
    String(job.maxAttempts),
    `${job.refreshSlaMinutes} min`,
    job.aggregate ?? '',
  ]);
  const header = ['Job', 'Does', 'Due', 'Missed slots', 'Waits for', 'Attempts', 'Refresh SLA', 'By hand'];
  const tests = table(
    ['Test', 'What holds', 'Where it fails'],
    checks.map(({ id, title, remedy }) => [`\`${id}\``, title, remedy]),
  );
  return `${generated}# Jobs\n\nThose there are whatever is configured.\n\n${table(header, rows)}\n## Data tests\n\nWhat \`crema check\` looks at.\n\n${tests}`;
}

function misfireWords(misfire: Misfire): string {
  if (misfire === 'latest') return 'the latest stands for them';
  return misfire === 'all' ? 'all are caught up' : `skipped after ${misfire.skipAfterMinutes} min`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')}\n`;
}
