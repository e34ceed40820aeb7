import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytesOf } from '../../deliveries/artifacts.ts';
import type { DeliveryState } from '../../deliveries/delivery.ts';
import { countsOf, type DeliveryRow, deliveriesOf, deliveryOf, retryDelivery } from '../../deliveries/overview.ts';
import { systemClock } from '../../lib/clock.ts';
import { CremaError, usageError } from '../../lib/errors.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { type Session, withSession } from '../open.ts';
import { alignedTable } from '../text.ts';

const actions = ['list', 'show', 'retry'] as const;
/** Rows of a list, unless told otherwise. */
const usualRows = 30;

export const deliveries: Command = {
  name: 'deliveries',
  args: '[action] [id]',
  summary: 'what was sent to whom, what waits and what came to nothing',
  description:
    'Without arguments, or with `list`: how many deliveries of the last 30 days are in which state, and the latest of them; `--troubled` only those that failed, were left out or of which nobody knows. `show ID` tells all about one, and `--out DIR` writes the files that were sent with it, byte for byte. `retry ID` lets one that came to nothing go out once more: a running bot sends it. One of unknown outcome is looked for first where Slack lets Crema look; else `--even-if-doubled` is needed.',
  options: [
    { flags: '--troubled', description: 'only what failed, was left out, or is unknown' },
    { flags: '--subscription <number>', description: 'only those of one subscription' },
    { flags: '--out <dir>', description: 'with show: write what was sent into this folder' },
    { flags: '--even-if-doubled', description: 'with retry: send it again although it may have arrived' },
  ],
  examples: [
    'crema deliveries',
    'crema deliveries --troubled',
    'crema deliveries show 42 --out /tmp/sent',
    'crema deliveries retry 42',
  ],
  run(context, [action = 'list', word], options) {
    if (!actions.some((known) => known === action))
      throw usageError('DELIVERIES_ACTION', `there is no "${action}": use ${actions.join(', ')}`);
    const id = Number(word);
    if (action !== 'list' && !Number.isSafeInteger(id))
      throw usageError(
        'DELIVERIES_ID',
        `${action} what? Give the number of a delivery, as \`crema deliveries\` lists it`,
      );
    return withSession(context, 'deliveries', (session) => {
      if (action === 'show') return show(context, session, id, options.out as string | undefined);
      if (action === 'retry') return retry(context, session, id, options.evenIfDoubled === true);
      return list(context, session, options);
    });
  },
};

const troubled: readonly DeliveryState[] = ['failed', 'unknown', 'skipped'];

async function list(
  { clock, globals, io }: CommandContext,
  { db, tenant }: Session,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const subscription = options.subscription === undefined ? undefined : Number(options.subscription);
  if (subscription !== undefined && !Number.isSafeInteger(subscription))
    throw usageError('DELIVERIES_SUBSCRIPTION', `"${options.subscription}" is no number of a subscription`);
  const counts = await countsOf(db, tenant.tenantId, clock.now().subtract({ hours: 30 * 24 }));
  const rows = await deliveriesOf(db, tenant.tenantId, {
    limit: usualRows,
    ...(options.troubled === true ? { states: troubled } : {}),
    ...(subscription === undefined ? {} : { subscription }),
  });
  if (globals.json) {
    io.out(`${JSON.stringify({ counts, deliveries: rows }, null, 2)}\n`);
    return 0;
  }
  const counted = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
  io.out(`Last 30 days: ${counted.length > 0 ? counted.join(', ') : 'nothing was due'}\n`);
  if (rows.length === 0) return 0;
  const header = ['id', 'due', 'what', 'to', 'state', 'attempts'];
  const table = rows.map((row) => [
    String(row.id),
    localTime(row.dueAt, tenant.timezone),
    whatOf(row),
    `${row.carrier} ${row.recipient}`,
    row.state,
    String(row.attempts),
  ]);
  io.out(`\n${alignedTable({ header, rows: table, numeric: [true, false, false, false, false, true] })}\n`);
  for (const { id, reason, state } of rows) if (reason !== null && state !== 'sent') io.out(`  ${id}: ${reason}\n`);
  return 0;
}

function whatOf({ kind, slot, part, revision, subscription }: DeliveryRow): string {
  const of = subscription === null ? '' : ` #${subscription}`;
  const piece = part === 'main' ? '' : `, ${part}${revision > 0 ? ` ${revision}` : ''}`;
  return `${kind}${of} of ${slot}${piece}`;
}

function localTime(at: Temporal.Instant, timezone: string): string {
  return at.toZonedDateTimeISO(timezone).toPlainDateTime().toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

async function show(
  { globals, io }: CommandContext,
  { db, tenant }: Session,
  id: number,
  out: string | undefined,
): Promise<ExitCode> {
  const row = await deliveryOf(db, tenant.tenantId, id);
  if (!row) throw noDelivery(id);
  if (globals.json) io.out(`${JSON.stringify(row, null, 2)}\n`);
  else {
    const facts: [string, string | null][] = [
      ['what', whatOf(row)],
      ['to', `${row.carrier} ${row.recipient}`],
      ['state', `${row.state}${row.reason === null ? '' : `: ${row.reason}`}`],
      ['due', localTime(row.dueAt, tenant.timezone)],
      ['settled', row.settledAt && localTime(row.settledAt, tenant.timezone)],
      ['attempts', `${row.attempts}, of which ${row.failures} came to nothing`],
      ['belongs to', row.after === null ? null : `delivery ${row.after}`],
      ['key', row.dedupeKey],
      ['given back', row.proof && JSON.stringify(row.proof)],
      [
        'files',
        row.letter && (row.letter.files.map(({ name, hash }) => `${name} (sha256 ${hash})`).join(', ') || 'none'),
      ],
    ];
    for (const [name, value] of facts) if (value !== null) io.out(`${name.padEnd(12)}${value}\n`);
    if (row.letter) io.out(`\n${JSON.stringify(row.letter.body, null, 2)}\n`);
  }
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    for (const { name, hash } of row.letter?.files ?? []) {
      const file = path.join(out, path.basename(name));
      await writeFile(file, await bytesOf(db, tenant.tenantId, hash));
      io.note(`${file} written\n`);
    }
  }
  return 0;
}

async function retry(
  { clock, io, environment }: CommandContext,
  { db, tenant }: Session,
  id: number,
  evenIfDoubled: boolean,
): Promise<ExitCode> {
  const row = await deliveryOf(db, tenant.tenantId, id);
  const retried = await db.tx((tx) =>
    retryDelivery(tx, tenant.tenantId, id, {
      ...{ now: clock.now(), machine: systemClock.now(), evenIfDoubled },
      canFind: row?.carrier === 'slack' && environment.slackBotToken !== undefined,
    }),
  );
  switch (retried.kind) {
    case 'none':
      throw noDelivery(id);
    case 'not needed':
      io.out(`Delivery ${id} is ${retried.state}: there is nothing to try again.\n`);
      return 0;
    case 'looking':
      io.out(`Delivery ${id} is looked for by the running bot; it goes out again only if it is not there.\n`);
      return 0;
    case 'ready':
      io.out(`Delivery ${id} goes out within seconds while \`crema start\` runs.\n`);
      return 0;
    case 'unknown outcome':
      throw new CremaError('DELIVERY_UNKNOWN', `nobody knows whether delivery ${id} arrived`, {
        remedy: `Look at the recipient's. If it is not there, or may be there twice: crema deliveries retry ${id} --even-if-doubled`,
      });
  }
}

function noDelivery(id: number): CremaError {
  return usageError('DELIVERY_UNKNOWN_ID', `there is no delivery ${id}`, '`crema deliveries` lists the latest.');
}
