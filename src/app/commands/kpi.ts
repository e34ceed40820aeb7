import sql from 'sql-template-tag';
import { type Answer, answer } from '../../answers/answer.ts';
import { type KpiRequest, parseRequest } from '../../answers/parse.ts';
import { csvOf } from '../../answers/table.ts';
import { leadIn } from '../../domain/format.ts';
import type { KpiResult } from '../../domain/kpi-result.ts';
import { type Grain, grains } from '../../domain/period.ts';
import { kpiOf } from '../../kpis/index.ts';
import { CremaError, usageError } from '../../lib/errors.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { type Session, withSession } from '../open.ts';
import { textOf } from '../text.ts';
import { viewerOf } from '../viewer.ts';
import { writeOut } from '../write-out.ts';

const formats = ['text', 'json', 'csv', 'png', 'svg', 'blocks'] as const;
type Format = (typeof formats)[number];

export const kpi: Command = {
  name: 'kpi',
  args: '[words...]',
  summary: 'answer a question about a KPI',
  description:
    'The grammar of /kpi: ID [PERIOD] [by DIM] [DIM:VALUE...] [vs PERIOD] in any order; also: list [GROUP], explain ID, receipt CODE, help. Without data the exit code is 3.',
  options: [
    { flags: '--format <format>', description: `${formats.join(', ')} (default text)` },
    { flags: '--out <file>', description: 'write to a file instead of the output' },
    {
      flags: '--as <user>',
      description: 'see what this person may see: Slack id, e-mail or name; operator id for people of crema.yaml',
    },
    { flags: '--grain <grain>', description: 'day, week or month (default by the length of the period)' },
  ],
  examples: [
    'crema kpi list',
    'crema kpi sla-reported',
    'crema kpi resolution-time 30d by team',
    'crema kpi sla-reported all by priority --format json',
    'crema kpi backlog 12w --format png --out backlog.png',
    'crema kpi leaderboard "last month" team:"Tier 2" --format csv',
    'crema kpi tickets "last month" channel:email vs year --as sam@example.com',
    'crema kpi receipt k7f3a2',
  ],
  run(context, words, options) {
    const format = formatOf(options, context);
    const grain = grainOf(options.grain);
    const parsed = parseRequest(words);
    const request = parsed.kind === 'kpi' ? { ...parsed, question: { ...parsed.question, grain } } : parsed;
    if (request.kind === 'misunderstood') {
      context.io.note(textOf(request, { locale: 'en', color: false }));
      return Promise.resolve<ExitCode>(2);
    }
    return withSession(context, 'kpi', async (session) => {
      const { db, tenant, config } = session;
      const { viewer, rights } = await viewerOf(session, options.as);
      const receipts = { rights, log: context.log };
      const now = context.clock.now();
      const answered = await answer({ db, tenant, viewer, now, settings: config.kpis, receipts }, request);
      const refused = refusals[answered.kind];
      if (refused !== undefined) {
        context.io.note(textOf(answered, { locale: tenant.locale, color: false }));
        return refused;
      }
      for (const note of await outdatedBy(session)) context.io.note(`${note}\n`);
      const rendered = await render(answered, request.kind === 'kpi' ? request : null, format, context, tenant.locale);
      if (options.out === undefined) context.io.out(rendered);
      else await writeOut(String(options.out), rendered, context.io);
      return answered.kind === 'no-data' ? 3 : 0;
    });
  },
};

/** Outcomes that are no answer, with their exit codes: wrong usage, but for what a person may not ask. */
const refusals: Partial<Record<Answer['kind'], ExitCode>> = {
  'unknown-value': 2,
  'unknown-scenario': 2,
  'no-snapshots': 2,
  'not-permitted': 1,
  'no-receipt': 1,
};

/** What was stored by other settings than those of now, and stays so until somebody brings it up to date. */
async function outdatedBy({ db, tenant, terms }: Session): Promise<string[]> {
  const [row] = await db.query<{ policies: boolean; zone: string | null }>(sql`
    select
      coalesce((select fingerprint <> ${terms.fingerprint} from ops.sla_policies where tenant_id = ${tenant.tenantId}), false) as policies,
      (select min(timezone) from ops.rollups where tenant_id = ${tenant.tenantId} and timezone <> ${tenant.timezone}) as zone`);
  return [
    ...(row?.policies ? ['SLAs are still those of other policies than the configuration has; run: crema refresh'] : []),
    ...(row?.zone ? [`Days are still those of ${row.zone}, not ${tenant.timezone}; run: crema refresh`] : []),
  ];
}

function formatOf(options: Readonly<Record<string, unknown>>, context: CommandContext): Format {
  const given = options.format ?? (context.globals.json ? 'json' : 'text');
  const format = formats.find((candidate) => candidate === given);
  if (!format) throw usageError('FORMAT_UNKNOWN', `no format "${given}"; use one of ${formats.join(', ')}`);
  return format;
}

function grainOf(given: unknown): Exclude<Grain, 'hour'> | null {
  if (given === undefined) return null;
  const grain = grains.find((candidate) => candidate === given);
  if (!grain) throw usageError('GRAIN_UNKNOWN', `no grain "${given}"; use day, week or month`);
  if (grain === 'hour')
    throw usageError('GRAIN_HOUR', 'the KPIs of today keep no hourly aggregates; use day, week or month');
  return grain;
}

/** Whoever `--as` names; Crema itself where it is not given. */
async function render(
  answered: Answer,
  request: KpiRequest | null,
  format: Format,
  context: CommandContext,
  locale: string,
): Promise<string | Uint8Array> {
  const { io } = context;
  if (answered.kind !== 'result' && answered.kind !== 'no-data' && answered.kind !== 'receipt') {
    return format === 'json' ? `${JSON.stringify(answered, null, 2)}\n` : textOf(answered, { locale, color: io.color });
  }
  const { result } = answered;
  if (answered.kind === 'receipt' && format === 'json') {
    const { request, ...reprinted } = answered;
    return `${JSON.stringify({ ...reprinted, words: request.words }, null, 2)}\n`;
  }
  const wanted: Format = format === 'text' && request?.show === 'csv' ? 'csv' : format;
  switch (wanted) {
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'csv':
      return csvOf(result);
    case 'text':
      return textOf(answered, { locale, color: io.color });
    case 'blocks': {
      const { answerMessage } = await import('../../slack/messages/index.ts');
      return `${JSON.stringify(answerMessage(answered, { locale }), null, 2)}\n`;
    }
    case 'png':
    case 'svg':
      return renderChart(result, wanted, locale);
  }
}

/** Charts are drawn by a worker that only these formats need; it is gone before the command ends. */
async function renderChart(result: KpiResult, format: 'png' | 'svg', locale: string): Promise<string | Uint8Array> {
  const { chartOfAnswer } = await import('../../answers/chart.ts');
  const { createChartRenderer } = await import('../../charts/renderer.ts');
  const spec = chartOfAnswer(result, locale);
  if (kpiOf(result.kpi)?.chart === null)
    throw usageError(
      'CHART_NONE',
      `${result.kpi} is a table, of which no picture is drawn`,
      'Ask for --format text, csv or json.',
    );
  if (!spec)
    throw new CremaError('CHART_EMPTY', `${leadIn(result.title)} has nothing to draw for this period`, {
      remedy: 'Ask for a period with data, or for --format text.',
    });
  const renderer = createChartRenderer();
  try {
    return format === 'png' ? await renderer.png(spec) : await renderer.svg(spec);
  } finally {
    await renderer.close();
  }
}
