import sql, { raw } from 'sql-template-tag';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Answer, answer } from '../../src/answers/answer.ts';
import { parseRequest } from '../../src/answers/parse.ts';
import type { KpiResult, Measure, Unit } from '../../src/domain/kpi-result.ts';
import type { DimensionId } from '../../src/kpis/dimensions.ts';
import { kpis } from '../../src/kpis/index.ts';
import type { Kpi } from '../../src/kpis/kpi.ts';
import { useDatabase } from '../database.ts';
import type { Asker } from './asking.ts';
import {
  accountName,
  cells,
  common,
  type Grants,
  makeCompany,
  maySee,
  now,
  operatorName,
  type Rec,
  recordsOf,
  type TenantName,
  type Ticket,
  teamName,
  tenantNames,
  viewers,
} from './rights-company.ts';

/*
 * Every KPI, asked by everybody in every shape: no answer shows or counts a record that its asker may not see. What is
 * expected comes from the list of records and the grants of rights-company.ts, never from an answer.
 */
const database = useDatabase();
const askers = {} as Record<TenantName, Asker>;
const records = { ours: recordsOf('ours'), theirs: recordsOf('theirs') };
beforeAll(async () => {
  for (const tenant of tenantNames) askers[tenant] = await makeCompany(database.db, tenant);
});

interface Asked {
  /** Local dates, the last one not included. */
  from: string;
  to: string;
  now: string;
}

const isWithin = (at: string | null, { from, to, now }: Asked) => at !== null && at >= from && at < to && at <= now;
const by = (at: string | null, asked: Asked) => at !== null && at <= asked.now;
const isTicket = (record: Rec): record is Ticket => record.entity === 'ticket';

const halves = {
  first: (ticket: Ticket, asked: Asked) => by(ticket.answered, asked) || by(ticket.breaches.first, asked),
  resolution: (ticket: Ticket, asked: Asked) => by(ticket.resolved, asked) || by(ticket.breaches.resolution, asked),
  both(ticket: Ticket, asked: Asked) {
    const isMissed = by(ticket.breaches.first, asked) || by(ticket.breaches.resolution, asked);
    return isMissed || (by(ticket.answered, asked) && by(ticket.resolved, asked));
  },
};
const came = (half: (ticket: Ticket, asked: Asked) => boolean) => (record: Rec, asked: Asked) =>
  isTicket(record) && isWithin(record.created, asked) && half(record, asked);
const surveyOf = (kind: string) => (record: Rec, asked: Asked) =>
  record.entity === 'survey' && record.kind === kind && isWithin(record.created, asked);
const resolvedIn = (record: Rec, asked: Asked) => isTicket(record) && isWithin(record.resolved, asked);

/** At the end of the period, or at the moment of the question where that comes first. */
function isOpen(record: Rec, asked: Asked): boolean {
  const until = { ...asked, from: '' };
  return isTicket(record) && isWithin(record.created, until) && !isWithin(record.resolved, until);
}

/** Which records a KPI counts: its definition in words of this test's own. */
const counts: Readonly<Record<string, (record: Rec, asked: Asked) => boolean>> = {
  tickets: came(() => true),
  'tickets-resolved': resolvedIn,
  'resolution-time': resolvedIn,
  'first-response-time': came((ticket, asked) => by(ticket.answered, asked)),
  'sla-reported': came((ticket) => ticket.flag !== null),
  sla: came(halves.both),
  'sla-first-response': came(halves.first),
  'sla-resolution': came(halves.resolution),
  backlog: isOpen,
  leaderboard: came((ticket) => ticket.operator !== null),
  workload: (record, asked) => record.operator !== null && isOpen(record, asked),
  csat: surveyOf('csat'),
  nps: surveyOf('nps'),
};
const undecided: Readonly<Record<string, (record: Rec, asked: Asked) => boolean>> = {
  sla: came((ticket, asked) => !halves.both(ticket, asked)),
  'sla-first-response': came((ticket, asked) => !halves.first(ticket, asked)),
  'sla-resolution': came((ticket, asked) => !halves.resolution(ticket, asked)),
};

/** CREMA_PROPERTY_RUNS above 1 asks everybody everything; otherwise who sees the same as another is asked less. */
const isThorough = Number(process.env.CREMA_PROPERTY_RUNS ?? 1) > 1;

/** Held in other files. */
const elsewhere: readonly string[] = [
  // Those of operators' own records: adoption-rights.slow.test.ts.
  ...['users', 'active-users'],
  // Those of conversations: engagement.test.ts asks them as an agent and as a supervisor.
  ...['conversations', 'conversation-status', 'active-conversations', 'response-rate', 'response-time', 'wait-time'],
  // Those of sales: sales-rights.slow.test.ts. Of Crema's own streams everybody may know.
  ...['leads', 'funnel', 'pipeline', 'win-rate', 'revenue-won', 'sales-cycle', 'freshness'],
];

const isForSupervisors = ({ audience }: Kpi) => audience === 'supervisors';
/** What everybody may ask, and is shown a part of. */
const shared = kpis.filter(({ id }) => id in counts);

test('every KPI of the catalogue says here which records it counts, or is refused as a whole', () => {
  const others = kpis.filter((kpi) => !isForSupervisors(kpi) && !elsewhere.includes(kpi.id));
  expect(Object.keys(counts).toSorted()).toEqual(others.map(({ id }) => id).toSorted());
});

/** Supervisors and above, by tenant. */
const above: Record<TenantName, readonly string[]> = {
  ours: ['*', 'owner', 'admin', 'executive', 'lead', 'slack:sue', 'slack:zoe'],
  theirs: ['*', 'agent', 'slack:ben', 'owner-there', 'lead'],
};

test.each(tenantNames)(
  'of tenant "%s", what is for supervisors is refused to all others, and not shown to them',
  async (tenant) => {
    const companyWide = kpis.filter(isForSupervisors);
    expect(companyWide.length).toBeGreaterThan(0);
    for (const { id, sees } of viewers) {
      const view = viewOf(tenant, id, sees[tenant]);
      const may = above[tenant].includes(id);
      // One who may is shown to; that the others may too is what the list says.
      const asked = may && id !== 'lead' && !isThorough ? [] : companyWide;
      for (const kpi of asked) {
        const { kind } = await answerTo(view, [kpi.id], now.usual);
        expect([id, kpi.id, kind === 'not-permitted']).toEqual([id, kpi.id, !may]);
      }
      const list = await answerTo(view, ['list'], now.usual);
      const listed = list.kind === 'list' ? list.kpis.filter(isForSupervisors) : [];
      expect([id, listed.length]).toEqual([id, may ? companyWide.length : 0]);
      const overview = await overviewOf(view);
      const headlines = overview.kind === 'overview' ? overview.results.map(({ kpi }) => kpi) : [];
      if (!may) expect(headlines.filter((headline) => companyWide.some((kpi) => kpi.id === headline))).toEqual([]);
    }
  },
);

/** How many records a number stands for. */
function casesOf(measure: Measure, unit: Unit): number {
  return unit === 'count' ? Number(measure.value ?? 0) : (measure.denominator ?? measure.parts?.count ?? 0);
}

/** A count as the cells it adds up from, for the message of a failure. */
function cellsIn(count: number): string {
  const parts = cells.flatMap((_, cell) => (Math.floor(count / 2 ** cell) % 2 === 1 ? [cell] : []));
  return `${count} = cells ${parts.join(' ')}`;
}

function dimensionValue(record: Rec, dimension: DimensionId): string {
  if (dimension === 'team' || dimension === 'operator') {
    const id = record[dimension];
    return id === null ? '' : `${record.source}/${id}`;
  }
  if (dimension === 'account') return `${record.source}/${record.account}`;
  const values: { [id in DimensionId]?: string | null } = isTicket(record) ? record : {};
  return values[dimension] ?? '';
}

interface View {
  tenant: TenantName;
  viewer: string;
  grants: Grants;
  visible: readonly Rec[];
  cells: ReadonlySet<number>;
}

function viewOf(tenant: TenantName, viewer: string, grants: Grants): View {
  const visible = records[tenant].filter((record) => maySee(grants, record));
  return { tenant, viewer, grants, visible, cells: new Set(visible.map(({ cell }) => cell)) };
}

const week = { words: '2026-11-09..2026-11-15', from: '2026-11-09', to: '2026-11-16' };
const before = { words: '2026-11-02..2026-11-08', from: '2026-11-02', to: '2026-11-09' };
const today = { words: 'today', from: '2026-11-20', to: '2026-11-21' };
const ever = { words: 'all', from: '', to: '9999' };

interface Question {
  period: { words: string; from: string; to: string };
  now?: string;
  by?: DimensionId;
  filter?: { dimension: DimensionId; value: string; keeps: (record: Rec) => boolean };
  versus?: typeof before;
  table?: boolean;
}

interface Tally {
  questions: number;
  refused: number;
  numbers: number;
  leaks: string[];
}

/** Asks as a person would and holds the whole answer against what the asker may see. */
async function tryOut(view: View, kpi: Kpi, question: Question, tally: Tally): Promise<Answer> {
  const { period, filter } = question;
  const words = [
    ...[kpi.id, period.words, ...(question.by ? ['by', question.by] : [])],
    ...(filter ? [`${filter.dimension}:${filter.value}`] : []),
    ...[...(question.versus ? ['vs', question.versus.words] : []), ...(question.table ? ['table'] : [])],
  ];
  const asked = { ...period, now: question.now ?? now.usual };
  const said = await answerTo(view, words, asked.now);
  const where = `${view.tenant}, ${view.viewer || 'nobody'} asks "${words.join(' ')}" at ${asked.now}`;
  tally.questions += 1;
  tally.leaks.push(...forbiddenIn(said, view).map((text) => `${where}: shows ${text}`));
  if (said.kind === 'unknown-value') tally.refused += 1;
  if (said.kind !== 'result' && said.kind !== 'no-data') return said;
  const counted = view.visible.filter(filter?.keeps ?? (() => true));
  for (const [what, shown, expected] of numbersOf(said.result, kpi, question, counted, asked)) {
    tally.numbers += 1;
    if (shown !== expected) tally.leaks.push(`${where}: ${what} is ${cellsIn(shown)}, not ${cellsIn(expected)}`);
  }
  return said;
}

function answerTo(view: View, words: readonly string[], at: string): Promise<Answer> {
  const { tenantId, timezone } = askers[view.tenant];
  const tenant = {
    tenantId,
    slug: view.tenant,
    name: view.tenant,
    timezone,
    weekStart: 1,
    locale: 'en',
    currency: 'USD',
  };
  const context = { db: database.db, tenant, viewer: view.viewer, now: Temporal.Instant.from(at), settings: {} };
  return answer(context, parseRequest(words));
}

const overviews = new Map<string, Promise<Answer>>();

/** The overview of the usual moment, asked once by each. */
function overviewOf(view: View): Promise<Answer> {
  const key = `${view.tenant} ${view.viewer}`;
  const asked = overviews.get(key) ?? answerTo(view, [], now.usual);
  overviews.set(key, asked);
  return asked;
}

/** Whatever in an answer tells of records, people or tenants its asker may not see. */
function forbiddenIn(said: Answer, { tenant, grants, cells: seen }: View): string[] {
  // What they typed themselves tells them nothing.
  const { request: _, value: __, commands: ___, ...told } = said as Answer & Record<string, unknown>;
  const text = JSON.stringify(told);
  const mine = cells.filter((_, cell) => seen.has(cell));
  const isTeam = (source: string, id: string) => mine.some((own) => own.source === source && own.team === id);
  /** Their own people are known to them also without records. */
  const isOperator = (source: string, id: string) =>
    grants === 'all' ||
    grants.operators.includes(`${source}/${id}`) ||
    mine.some((own) => own.source === source && own.operator === id);
  const rules: [pattern: RegExp, isAllowed: (...found: string[]) => boolean][] = [
    [/\b(?:acc|via|k|account )(\d+)-/gi, (cell) => seen.has(Number(cell))],
    [/\b(ours|theirs)\b/gi, (name) => name.toLowerCase() === tenant],
    [/Team (crm|chat) (\d)/g, (source, id) => grants === 'all' || isTeam(source, id)],
    [/Operator (crm|chat) (\w+)/g, isOperator],
    [/\b(anna|ben|carl|gone|sue|zoe)\b/g, (id) => isOperator('crm', id) || isOperator('chat', id)],
  ];
  return rules.flatMap(([pattern, isAllowed]) =>
    [...text.matchAll(pattern)].filter(([, ...found]) => !isAllowed(...found)).map(([found]) => found),
  );
}

/** Every number of a result that counts records: what it is, what is shown, what it has to be. */
function* numbersOf(
  result: KpiResult,
  kpi: Kpi,
  { versus }: Question,
  visible: readonly Rec[],
  asked: Asked,
): Generator<readonly [string, number, number]> {
  const isCounted = counts[kpi.id]!;
  const matching = visible.filter((record) => isCounted(record, asked));
  const total = matching.length;
  yield ['the number', casesOf(result, kpi.unit), total];
  const isUndecided = undecided[kpi.id];
  if (isUndecided)
    yield ['undecided', result.parts.pending ?? 0, visible.filter((record) => isUndecided(record, asked)).length];
  if ('unassigned' in result.parts) {
    const nobodys = visible.filter((record) => record.operator === null && isOpen(record, asked));
    yield ['unassigned', result.parts.unassigned ?? 0, nobodys.length];
  }
  if (versus && kpi.unit === 'count')
    yield [
      'the number before',
      Number(result.comparison?.value ?? 0),
      visible.filter((record) => isCounted(record, { ...versus, now: asked.now })).length,
    ];
  const { points } = result.series;
  if (kpi.kind === 'stock') yield ['the last point', Number(points.at(-1)?.value ?? 0), total];
  else if (kpi.unit !== 'duration')
    yield ['the series', points.reduce((sum, point) => sum + casesOf(point, kpi.unit), 0), total];
  if (result.distribution)
    yield ['the distribution', result.distribution.bands.reduce((sum, { count }) => sum + count, 0), total];
  if (result.attention) {
    const hour = Temporal.Instant.from(asked.now).add({ hours: 1 }).toString();
    const due = visible.filter((record) => {
      if (!isTicket(record) || record.created > asked.now) return false;
      return Object.values(record.breaches).some((at) => at !== null && at > asked.now && at <= hour);
    });
    yield ['tickets due soon', result.attention.tickets, due.length];
    const unassigned = due.filter(({ operator }) => operator === null).length;
    yield ['unassigned ones', result.attention.unassigned, unassigned];
  }
  if (result.records) {
    const disputed = matching.filter((record) => isTicket(record) && halves.both(record, asked)).length;
    yield ['the records', result.records.total, disputed];
    yield ['rows of records', result.records.rows.length, Math.min(disputed, 500)];
  }
  for (const note of result.notes) {
    const told = /only (\d+)\.|on (?:all )?(\d+) (?:of|tickets)/.exec(note);
    if (told) yield [`the note "${note}"`, Number(told[1] ?? told[2]), total];
    const unassigned = /^(\d+) tickets? unassigned/.exec(note)?.[1];
    const nobodys = visible.filter((record) => record.operator === null && came(() => true)(record, asked));
    if (unassigned !== undefined) yield [`the note "${note}"`, Number(unassigned), nobodys.length];
  }
  if (!result.breakdown) return;
  const dimension = result.breakdown.by as DimensionId;
  const groups = new Map(
    [...Map.groupBy(matching, (record) => dimensionValue(record, dimension))].map(([key, own]) => [key, own.length]),
  );
  let rest = total;
  for (const row of result.breakdown.rows) {
    const key = [row.key!, `crm/${row.key}`, `chat/${row.key}`].find((one) => groups.has(one)) ?? row.key!;
    const shown = casesOf(row, kpi.unit);
    const expected = groups.get(key) ?? 0;
    rest -= expected;
    groups.delete(key);
    yield [`row ${row.key}`, shown, expected];
  }
  yield ['the other rows', result.breakdown.other ? casesOf(result.breakdown.other, kpi.unit) : 0, rest];
}

type Named = 'team' | 'operator' | 'account';
const valuesBefore = new WeakMap<View, Map<Named, ReturnType<typeof findValues>>>();

/** Names and ids of what the viewer sees some of, and of what they see nothing of: the same for every KPI. */
function values(view: View, dimension: Named) {
  const before = valuesBefore.get(view) ?? new Map<Named, ReturnType<typeof findValues>>();
  valuesBefore.set(view, before);
  const found = before.get(dimension) ?? findValues(view, dimension);
  before.set(dimension, found);
  return found;
}

function findValues(view: View, dimension: Named) {
  const { tenant } = view;
  const nameOf = {
    team: teamName,
    operator: operatorName,
    account: (_: TenantName, __: string, id: string) => accountName(tenant, id),
  }[dimension];
  const list = (some: readonly Rec[]) => [
    ...new Map(
      some.flatMap((record) => {
        const id = record[dimension];
        return id === null
          ? []
          : [[`${record.source}/${id}`, { id, name: nameOf(tenant, record.source, id) }] as const];
      }),
    ).values(),
  ];
  const seen = list(view.visible);
  const unseen = list(records[tenant]).filter(({ name }) => !seen.some((one) => one.name === name));
  return { seen, unseen: { ids: unseen.filter(({ id }) => !seen.some((one) => one.id === id)), names: unseen } };
}

/** Every shape of question; `brief` leaves out those that only repeat another by one more dimension. */
async function tryAll(view: View, kpi: Kpi, tally: Tally, brief = false): Promise<void> {
  const go = (question: Question) => tryOut(view, kpi, question, tally);
  const cuts = brief ? (['operator'] as const) : kpi.dimensions;
  for (const dimension of cuts) if (kpi.dimensions.includes(dimension)) await go({ period: week, by: dimension });
  await go({ period: week, now: now.past, table: true });
  await go({ period: today });
  await go({ period: week, now: now.urgent });
  if (!brief) {
    await go({ period: week, table: true });
    await go({ period: week, versus: before });
    await go({ period: ever, by: 'account' });
    const by = kpi.dimensions.includes('operator') ? 'operator' : 'team';
    await go({ period: week, now: now.past, by });
    await go({ period: today, by });
  }
  for (const [turn, dimension] of (['team', 'operator', 'account'] as const).entries()) {
    if (!kpi.dimensions.includes(dimension)) continue;
    const { seen, unseen } = values(view, dimension);
    const own = seen.at(-1);
    const keeps = (record: Rec) => record[dimension] === own?.id;
    if (own && !brief)
      await go({ period: ever, now: now.urgent, by: dimension, filter: { dimension, value: own.id, keeps } });
    const foreign = [unseen.ids.at(-1)?.id, unseen.names[0]?.name, otherTenants(view.tenant, dimension)];
    // KPIs find values by the same code: each tries one of them, turn about.
    const tried = isThorough ? foreign : foreign.slice((shared.indexOf(kpi) + turn) % foreign.length).slice(0, 1);
    for (const value of tried) {
      if (value === undefined) continue;
      const said = await go({ period: week, filter: { dimension, value, keeps: () => false } });
      if (said.kind !== 'unknown-value')
        tally.leaks.push(`${view.tenant}, ${view.viewer}: ${kpi.id} knows ${dimension}:${value}`);
    }
  }
}

/** The name of something that only the other tenant has. */
function otherTenants(tenant: TenantName, dimension: 'team' | 'operator' | 'account'): string {
  const other = tenant === 'ours' ? 'theirs' : 'ours';
  if (dimension === 'account') return accountName(other, 'acc0-0');
  return dimension === 'team' ? teamName(other, 'crm', '1') : operatorName(other, 'crm', 'anna');
}

const noTally = (): Tally => ({ questions: 0, refused: 0, numbers: 0, leaks: [] });

describe.each(tenantNames)('of tenant "%s", no answer leaks', (tenant) => {
  const total = noTally();
  const sights = viewers.map(({ sees }) => JSON.stringify(sees[tenant]));

  test.each(viewers.map((viewer, index) => [`${viewer.who} (${viewer.id})`, viewer, index] as const))(
    'to %s',
    async (_who, { id, sees }, index) => {
      const tally = noTally();
      const view = viewOf(tenant, id, sees[tenant]);
      const isAsBefore = tenant === 'theirs' || sights.indexOf(sights[index]!) < index;
      await Promise.all(shared.map((kpi) => tryAll(view, kpi, tally, isAsBefore && !isThorough)));
      for (const at of isThorough ? Object.values(now) : [now.usual]) {
        const overview = await (at === now.usual ? overviewOf(view) : answerTo(view, [], at));
        tally.leaks.push(...forbiddenIn(overview, view).map((text) => `overview shows ${text}`));
      }
      for (const key of ['questions', 'refused', 'numbers'] as const) total[key] += tally[key];
      total.leaks.push(...tally.leaks);
      expect(tally.leaks).toEqual([]);
      expect(tally.numbers).toBeGreaterThan(100);
    },
    300_000,
  );

  test('in all', () => {
    const { questions, refused, numbers, leaks } = total;
    console.log(`${tenant}: ${questions} questions, ${refused} refused, ${numbers} numbers compared`);
    console.log(`${tenant}: ${leaks.length} leaks`);
    expect(leaks).toEqual([]);
  });
});

test('several who will read an answer are shown what each of them may see', async () => {
  const tally = noTally();
  let pair = 0;
  for (const [index, some] of viewers.entries()) {
    for (const other of viewers.slice(index + 1)) {
      // '*' is Crema itself and nobody's id, so it is no reader among others; nobody is not one either.
      if (some.id === '*' || other.id === '') continue;
      const grants = common(some.sees.ours, other.sees.ours);
      const view = viewOf('ours', `${some.id} ${other.id}`, grants);
      for (const one of [some, other]) expect(view.visible.every((record) => maySee(one.sees.ours, record))).toBe(true);
      const kpi = shared[pair % shared.length]!;
      const isOfPast = pair++ % 2 === 0;
      if (isOfPast || isThorough) await tryOut(view, kpi, { period: week, now: now.past, table: true }, tally);
      if (!isOfPast || isThorough) await tryOut(view, kpi, { period: week, by: kpi.dimensions.at(-1)! }, tally);
    }
  }
  const [sue, ben, zoe] = ['slack:sue', 'slack:ben', 'slack:zoe'];
  const three = viewOf('ours', `${sue} owner ${ben}`, { teams: [], operators: ['crm/ben'] });
  const none = viewOf('ours', `${sue} ${ben} ${zoe}`, { teams: [], operators: [] });
  for (const view of [three, none]) for (const kpi of shared) await tryOut(view, kpi, { period: week }, tally);
  console.log(
    `pairs: ${pair}, ${tally.questions} questions, ${tally.numbers} numbers compared, ${tally.leaks.length} leaks`,
  );
  expect(tally.leaks).toEqual([]);
}, 300_000);

describe('the matrix catches', () => {
  const agent = () => viewOf('ours', 'agent', viewers.find(({ id }) => id === 'agent')!.sees.ours);

  test.each([
    ['an aggregate without its policy', 'mart.ticket_sla_daily', 'sla', { period: week }],
    ['records without their policy, asked for today', 'crm.tickets', 'tickets', { period: today }],
    [
      'records without their policy, asked of the past',
      'crm.tickets',
      'sla-first-response',
      { period: week, now: now.past },
    ],
    ['answers without their policy', 'mart.survey_daily', 'csat', { period: week, by: 'account' }],
    ['names of what is not seen', 'mart.ticket_created_daily', 'tickets', { period: week, by: 'operator' }],
  ] as const)('%s', async (_what, table, id, question) => {
    const kpi = kpis.find((one) => one.id === id)!;
    const tally = noTally();
    await tryOut(agent(), kpi, question, tally);
    expect(tally.leaks).toEqual([]);
    await database.db.run(sql`alter table ${raw(table)} disable row level security`);
    await tryOut(agent(), kpi, question, tally);
    await database.db.run(sql`alter table ${raw(table)} enable row level security`);
    expect(tally.leaks).not.toEqual([]);
  });
});
