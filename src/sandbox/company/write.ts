import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { accounts } from './accounts.ts';
import { csvLine } from './csv.ts';
import type { Founding } from './demand.ts';
import { mappings } from './mappings.ts';
import { operators, teams } from './staff.ts';
import { recommendationsOf, type SurveyAnswer, satisfactionOf } from './surveys.ts';
import { ticketAt, ticketsOf } from './tickets.ts';

export interface CompanyOptions {
  /**
   * Local dates, half-open: tickets of `from` to the day before `to`, as they stand when `to` begins, and the survey
   * answers given until then.
   */
  from: string;
  to: string;
  timezone: string;
  seed: string;
}

export interface WrittenCompany {
  /** What to import, in this order. */
  imports: { file: string; map: string }[];
  /** The moment the files speak of. */
  asOf: Temporal.Instant;
  /** Monday of the bad week. */
  badWeek: string;
}

/**
 * Writes a believable company's CRM exports and their mappings into `dir`. The same options give the same bytes; with a
 * later `to` the earlier tickets are the same but for what has happened to them since. What must not move with `to` (the
 * first day, the bad week) is kept in `dir/company.json`.
 */
export async function writeCompany(dir: string, options: CompanyOptions): Promise<WrittenCompany> {
  await mkdir(dir, { recursive: true });
  const founding = await foundOnce(path.join(dir, 'company.json'), options);
  const asOf = Temporal.PlainDate.from(options.to).toZonedDateTime(founding.timezone).toInstant();
  const tables = {
    accounts: accountLines(founding),
    teams: teamLines(),
    operators: operatorLines(founding),
    tickets: ticketLines(founding, options, asOf),
    surveys: surveyLines(founding, options, asOf),
  };
  const imports: WrittenCompany['imports'] = [];
  for (const [name, lines] of Object.entries(tables) as [keyof typeof tables, Iterable<string>][]) {
    const file = path.join(dir, `${name}.csv`);
    const map = path.join(dir, `${name}.map.yaml`);
    await writeFile(map, mappings[name]);
    await pipeline(Readable.from(lines), createWriteStream(file));
    imports.push({ file, map });
  }
  return { imports, asOf, badWeek: founding.badWeek };
}

async function foundOnce(file: string, options: CompanyOptions): Promise<Founding> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  const known = kept === undefined ? undefined : (JSON.parse(kept) as Founding);
  if (known && known.seed === options.seed && known.timezone === options.timezone) return known;
  const to = Temporal.PlainDate.from(options.to);
  const badWeek = to.subtract({ days: to.dayOfWeek - 1, weeks: 3 }).toString();
  const founding = { seed: options.seed, timezone: options.timezone, founded: options.from, badWeek };
  await writeFile(file, `${JSON.stringify(founding, null, 2)}\n`);
  return founding;
}

function* accountLines(founding: Founding): Generator<string> {
  yield csvLine(['id', 'name', 'created_at', 'demo']);
  const first = Temporal.PlainDate.from(founding.founded);
  for (const [index, account] of accounts.entries()) {
    const createdOn = first.add({ days: index * 11 - 700 });
    yield csvLine([account.id, account.name, createdOn.toString(), account.demo]);
  }
}

function* teamLines(): Generator<string> {
  yield csvLine(['id', 'name']);
  for (const team of teams) yield csvLine([team.id, team.name]);
}

function* operatorLines(founding: Founding): Generator<string> {
  yield csvLine(['id', 'name', 'email', 'role', 'type', 'team', 'supervisors', 'active', 'status', 'joined']);
  const first = Temporal.PlainDate.from(founding.founded);
  for (const operator of operators) {
    const above = operators.filter(
      (other) => other.role === 'supervisor' && other.teamId === operator.teamId && other !== operator,
    );
    yield csvLine([
      operator.id,
      operator.name,
      operator.email,
      operator.role,
      operator.type,
      operator.teamId,
      above.map((supervisor) => supervisor.id).join(';'),
      operator.active,
      operator.status,
      first.add({ days: operator.joinedAfterDays }).toString(),
    ]);
  }
}

function* ticketLines(founding: Founding, options: CompanyOptions, asOf: Temporal.Instant): Generator<string> {
  yield csvLine([
    'id',
    'created_at',
    'updated_at',
    'priority',
    'status',
    'first_response_at',
    'resolved_at',
    'closed_at',
    'reopened',
    'sla_met',
    'operator',
    'team',
    'account',
    'channel',
    'category',
  ]);
  const now = asOf.epochMilliseconds / 1000;
  for (const date of daysOf(options)) {
    for (const life of ticketsOf(founding, date)) {
      const ticket = ticketAt(life, now);
      if (!ticket) continue;
      yield csvLine([
        ticket.id,
        time(ticket.createdAt),
        time(ticket.updatedAt),
        ticket.priority,
        ticket.status,
        time(ticket.firstResponseAt),
        time(ticket.resolvedAt),
        time(ticket.closedAt),
        ticket.reopenedCount,
        ticket.slaMet,
        ticket.operatorId,
        ticket.teamId,
        ticket.accountId,
        ticket.channel,
        ticket.category,
      ]);
    }
  }
}

/** Answers about the period's tickets, and what was answered each month to the question after recommendation. */
function* surveyLines(founding: Founding, options: CompanyOptions, asOf: Temporal.Instant): Generator<string> {
  yield csvLine(['id', 'kind', 'score', 'answered_at', 'account', 'operator', 'team', 'ticket', 'comment']);
  const now = asOf.epochMilliseconds / 1000;
  for (const date of daysOf(options)) {
    for (const life of ticketsOf(founding, date)) {
      const answer = satisfactionOf(founding, life);
      if (answer && answer.answeredAt < now) yield surveyLine(answer);
    }
    if (date.day !== 1) continue;
    for (const answer of recommendationsOf(founding, date.toPlainYearMonth()))
      if (answer.answeredAt < now) yield surveyLine(answer);
  }
}

function surveyLine(answer: SurveyAnswer): string {
  return csvLine([
    answer.id,
    answer.kind,
    answer.score,
    time(answer.answeredAt),
    answer.accountId,
    answer.operatorId,
    answer.teamId,
    answer.ticketId,
    answer.comment,
  ]);
}

function* daysOf({ from, to }: CompanyOptions): Generator<Temporal.PlainDate> {
  const end = Temporal.PlainDate.from(to);
  for (
    let date = Temporal.PlainDate.from(from);
    Temporal.PlainDate.compare(date, end) < 0;
    date = date.add({ days: 1 })
  )
    yield date;
}

function time(epochSeconds: number | undefined): string | undefined {
  return epochSeconds === undefined
    ? undefined
    : Temporal.Instant.fromEpochMilliseconds(epochSeconds * 1000).toString();
}
