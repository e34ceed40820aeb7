import { type Backtest, backtest } from '../../alerts/backtest.ts';
import { changeRuleState } from '../../alerts/rest.ts';
import { openIncidents, resolvedIncidents } from '../../alerts/store/incidents.ts';
import { promote } from '../../alerts/store/noise.ts';
import { findRule, rulesOf } from '../../alerts/store/rules.ts';
import { undeliveredAlerts } from '../../alerts/store/undelivered.ts';
import { parsePeriod, periodExamples, resolvePeriod, startOfDay } from '../../domain/period.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { systemClock } from '../../lib/clock.ts';
import { usageError } from '../../lib/errors.ts';
import { undeliveredLine } from '../alerts/arriving.ts';
import { listSilences, silence, unsilence } from '../alerts/silences.ts';
import { backtestText, incidentRow, localTime, lookLines, severityName } from '../alerts/text.ts';
import { lookContext, lookNow, type TriedRule, triedRule, triedRules } from '../alerts/try.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { type Session, withSession } from '../open.ts';
import { alignedTable } from '../text.ts';

const actions = [
  'list',
  'rules',
  'check',
  'backtest',
  'pause',
  'resume',
  'promote',
  'silence',
  'silences',
  'unsilence',
] as const;
/** How far back, where nothing else is said. */
const backtestDays = 90;
const historyDays = 30;

export const alerts: Command = {
  name: 'alerts',
  args: '[action] [rule] [period...]',
  summary: 'open incidents, alert rules, what they see now and would have told in the past',
  description: `Without arguments, or with \`list\`: incidents that are open, and which of their messages did not arrive; \`--all\` also those of the last ${historyDays} days that are over. \`rules\` lists the rules of crema.yaml and those made by hand. \`check\` looks with every rule now, or with one, and says what fires and what cannot be known; it tells nobody and writes nothing. \`backtest RULE\` says when a rule would have fired in the last ${backtestDays} days, or in another period, and what would have told less of the same. \`pause RULE\` lets it rest, which closes its incidents, and \`resume RULE\` takes it up again; \`promote RULE\` tells one in channels again that hardly anybody acted on and that is in the digest only. \`silence RULE DURATION\`, or \`silence LABEL=VALUE DURATION\`, tells nobody for so long; \`silences\` lists them and \`unsilence N\` ends one. A rule is meant by its name in crema.yaml or by its number.`,
  options: [
    { flags: '--all', description: `with list: also incidents of the last ${historyDays} days that are over` },
    { flags: '--why <text>', description: 'with silence: the reason, for whoever wonders' },
  ],
  examples: [
    'crema alerts',
    'crema alerts list --all',
    'crema alerts check',
    'crema alerts backtest low-sla',
    'crema alerts backtest 3 30d --json',
    'crema alerts promote low-sla',
    'crema alerts silence low-sla 4 h --why "maintenance"',
  ],
  run(context, [action = 'list', name, ...period], options) {
    if (!actions.some((known) => known === action))
      throw usageError('ALERTS_ACTION', `there is no "${action}": use ${actions.join(', ')}`);
    if (['backtest', 'pause', 'resume', 'promote', 'silence', 'unsilence'].includes(action) && name === undefined)
      throw usageError(
        'ALERTS_RULE',
        `${action} what? Give the name or number of a rule`,
        'List them: crema alerts rules',
      );
    return withSession(context, 'alerts', (session) => {
      switch (action) {
        case 'rules':
          return listRules(context, session);
        case 'check':
          return check(context, session, name);
        case 'backtest':
          return tryOnPast(context, session, name!, period.join(' '));
        case 'pause':
        case 'resume':
        case 'promote':
          return change(context, session, action, name!);
        case 'silence':
          return silence(context, session, [name!, ...period], options.why as string | undefined);
        case 'silences':
          return listSilences(context, session);
        case 'unsilence':
          return unsilence(context, session, name!);
        default:
          return listIncidents(context, session, options.all === true);
      }
    });
  },
};

async function change(
  { clock, io }: CommandContext,
  { db, tenant }: Session,
  action: 'pause' | 'resume' | 'promote',
  name: string,
): Promise<ExitCode> {
  const rule = await findRule(db, tenant.tenantId, name);
  if (!rule) throw usageError('ALERTS_RULE', `there is no rule "${name}"`, 'List them: crema alerts rules');
  const { ruleId, policy } = rule;
  const moments = { now: clock.now(), machine: systemClock.now() };
  const wanted = {
    pause: { state: 'paused', reason: 'paused from the command line' },
    resume: { state: 'active', reason: null },
  } as const;
  const changed = await db.tx((tx) =>
    action === 'promote'
      ? promote(tx, tenant.tenantId, ruleId, moments.now)
      : changeRuleState(tx, tenant.tenantId, ruleId, wanted[action], moments),
  );
  const said = {
    pause: ['rests until it is resumed; what it fired for is closed', 'rests already'],
    resume: ['is watched again from now on', 'is active'],
    promote: ['is told where it goes again', 'is not in the digest only'],
  }[action];
  io.out(`${policy.title} ${changed ? said[0] : said[1]}.\n`);
  return 0;
}

async function listIncidents(
  { clock, globals, io }: CommandContext,
  { db, tenant }: Session,
  isAll: boolean,
): Promise<ExitCode> {
  const since = clock.now().subtract({ hours: 24 * historyDays });
  const incidents = [
    ...(await openIncidents(db, tenant.tenantId)),
    ...(isAll ? await resolvedIncidents(db, tenant.tenantId, since) : []),
  ];
  const lost = await undeliveredAlerts(db, tenant.tenantId, { incidents });
  if (globals.json) {
    const of = Map.groupBy(lost, ({ incidentId }) => incidentId);
    const all = incidents.map((incident) => ({ ...incident, undelivered: of.get(incident.incidentId) ?? [] }));
    io.out(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  if (incidents.length === 0) {
    io.out(isAll ? `No incidents in the last ${historyDays} days.\n` : 'No incident is open.\n');
    return 0;
  }
  const rules = new Map(
    (await rulesOf(db, tenant.tenantId)).map((rule) => [rule.ruleId, rule.name ?? `#${rule.ruleId}`]),
  );
  const header = ['number', 'severity', 'since', 'what', 'rule', 'state'];
  const rows = incidents.map((incident) =>
    incidentRow(incident, rules.get(incident.ruleId) ?? `#${incident.ruleId}`, tenant),
  );
  io.out(`${alignedTable({ header, rows, numeric: header.map((_, column) => column === 0) })}\n`);
  for (const one of lost) io.out(`Did not arrive: ${undeliveredLine(one)}\n`);
  return 0;
}

async function listRules({ globals, io }: CommandContext, session: Session): Promise<ExitCode> {
  const rules = await triedRules(session);
  if (globals.json) {
    io.out(`${JSON.stringify(rules.map(shownRule), null, 2)}\n`);
    return 0;
  }
  if (rules.length === 0) {
    io.out('There are no alert rules: write some under alerts: in crema.yaml (docs/alerts.md).\n');
    return 0;
  }
  const header = ['number', 'name', 'kind', 'what', 'state', 'last look'];
  const rows = rules.map(({ ruleId, rule, stored }) => [
    ruleId === null ? '' : String(ruleId),
    rule.name ?? '',
    rule.settings.kind,
    rule.policy.title,
    stored ? stateOf(stored) : 'not read by a running bot yet',
    stored?.lookedAt ? localTime(stored.lookedAt, session.tenant) : 'never',
  ]);
  io.out(`${alignedTable({ header, rows, numeric: header.map((_, column) => column === 0) })}\n`);
  return 0;
}

function stateOf({ state, stateReason, health, healthReason, demotedAt }: NonNullable<TriedRule['stored']>): string {
  if (state !== 'active') return stateReason === null ? state : `${state}: ${stateReason}`;
  if (health === 'unknown') return `not known: ${healthReason}`;
  return demotedAt === null ? 'active' : 'active, in the digest only';
}

function shownRule({ ruleId, rule, stored }: TriedRule) {
  const { name = null, settings, policy } = rule;
  return {
    ...{ number: ruleId, name, kind: settings.kind, title: policy.title, settings, policy },
    ...{ state: stored?.state ?? 'new', health: stored?.health ?? 'new', healthReason: stored?.healthReason ?? null },
    lookedAt: stored?.lookedAt?.toString() ?? null,
  };
}

async function check(
  { clock, globals, io, log }: CommandContext,
  session: Session,
  name: string | undefined,
): Promise<ExitCode> {
  const all = await triedRules(session);
  const rules = name === undefined ? all : [triedRule(all, name)];
  const looks = await lookNow(rules, await lookContext(session, clock.now(), log));
  const seen = rules.map((rule, index) => ({ rule, look: looks[index]!, ...lookLines(looks[index]!) }));
  if (globals.json) {
    const data = seen.map(({ rule: { ruleId, rule }, look, state, lines }) => ({
      ...{ number: ruleId, name: rule.name ?? null, kind: rule.settings.kind, title: rule.policy.title, state, lines },
      conditions: look.kind === 'conditions' ? look.conditions : [],
    }));
    io.out(`${JSON.stringify(data, null, 2)}\n`);
    return 0;
  }
  if (seen.length === 0) io.out('There are no alert rules.\n');
  for (const { rule, look, state, lines } of seen) {
    const severity = look.kind === 'conditions' ? Math.max(0, ...look.conditions.map((one) => one.severity)) : 0;
    const how = state === 'firing' ? `firing, ${severityName(severity)}` : state;
    io.out(`${nameOf(rule)}: ${how}\n`);
    for (const line of lines) io.out(`  ${line}\n`);
  }
  return 0;
}

async function tryOnPast(
  { clock, globals, io, log }: CommandContext,
  session: Session,
  name: string,
  phrase: string,
): Promise<ExitCode> {
  const tried = triedRule(await triedRules(session), name);
  const now = clock.now();
  const period = pastPeriod(phrase, now, session.tenant);
  const found = await backtest(tried.rule, period, await lookContext(session, now, log));
  if ('unknown' in found) {
    if (globals.json) io.out(`${JSON.stringify(found, null, 2)}\n`);
    else io.note(`Nobody can tell: ${found.unknown}.\n`);
    return 3;
  }
  io.out(
    globals.json ? `${JSON.stringify(plain(found), null, 2)}\n` : backtestText(nameOf(tried), found, session.tenant),
  );
  return 0;
}

function plain({ from, to, ...found }: Backtest) {
  return { from: from.toString(), to: to.toString(), ...found };
}

function nameOf({ ruleId, rule }: TriedRule): string {
  return `${rule.name ?? `#${ruleId}`} (${rule.policy.title})`;
}

/** Days that a rule is tried on, until now at most. Throws a usage error for what is no period, or not over. */
function pastPeriod(phrase: string, now: Temporal.Instant, { timezone, weekStart }: Tenant) {
  const expression = phrase === '' ? ({ kind: 'last-days', days: backtestDays } as const) : parsePeriod(phrase);
  if (!expression || expression.kind === 'all')
    throw usageError(
      'ALERTS_PERIOD',
      `"${phrase}" is no period`,
      `Write one of ${periodExamples.slice(2, 8).join(', ')}`,
    );
  const today = now.toZonedDateTimeISO(timezone).toPlainDate().toString();
  const { from, to } = resolvePeriod(expression, { today, weekStart }, null);
  if (from >= today) throw usageError('ALERTS_PERIOD', `"${phrase}" has no day that is over`);
  // What begins with today is of interest too.
  return { from: startOfDay(from, timezone), to: to < today ? startOfDay(to, timezone) : now };
}
