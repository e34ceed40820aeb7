import { sweepConversations } from '../../facts/conversations/sweep.ts';
import { markAllChats, type VerifiedConversations, verifyConversations } from '../../facts/conversations/verify.ts';
import { sweepSla } from '../../facts/sweep.ts';
import { markAllTickets, type VerifiedSla, verifySla } from '../../facts/verify.ts';
import { closest } from '../../lib/closest.ts';
import { usageError } from '../../lib/errors.ts';
import { drain, rebuild, type Verified, verify } from '../../rollups/engine.ts';
import { rollups } from '../../rollups/index.ts';
import type { Command, ExitCode, Io } from '../command.ts';
import { withSession } from '../open.ts';

export const refresh: Command = {
  name: 'refresh',
  args: '[rollup]',
  summary: 'bring the aggregates up to date',
  description:
    'Evaluates the SLA of tickets that changed or whose target has passed, makes conversations of the messages that changed, then recomputes the days that changed. --full does so for every ticket, chat and day; --verify then compares every fact and cell with a recompute from the records and exits with 1 if any differs.',
  options: [
    { flags: '--full', description: 'recompute every day, not only those that changed' },
    { flags: '--verify', description: 'compare every cell with a recompute' },
  ],
  examples: ['crema refresh', 'crema refresh ticket-created-daily --full', 'crema refresh --verify'],
  run(context, [name], options) {
    const chosen = rollups.filter((rollup) => name === undefined || rollup.id === name);
    if (chosen.length === 0) {
      const ids = rollups.map((rollup) => rollup.id);
      throw usageError(
        'ROLLUP_UNKNOWN',
        `no rollup "${name}"; did you mean ${closest(name ?? '', ids, 1)[0] ?? 'one of these'}? There are: ${ids.join(', ')}`,
      );
    }
    return withSession(context, 'refresh', async ({ db, tenant, terms }): Promise<ExitCode> => {
      const { io, globals, clock } = context;
      const reports: object[] = [];
      let differing = 0;
      if (options.full) await markAllTickets(db, tenant.tenantId);
      const swept = await sweepSla(db, tenant, terms, { now: clock.now() });
      const facts = options.verify ? await verifySla(db, tenant, terms, clock) : undefined;
      differing += facts?.differing ?? 0;
      if (options.full) await markAllChats(db, tenant.tenantId);
      const sweptChats = await sweepConversations(db, tenant);
      const conversations = options.verify ? await verifyConversations(db, tenant.tenantId) : undefined;
      differing += conversations?.differing ?? 0;
      if (!globals.json) {
        io.out(`ticket-sla: ${swept.evaluated} tickets evaluated, ${swept.changed} changed\n`);
        if (facts) printFacts(io, facts);
        io.out(`conversations: ${sweptChats.chats} chats looked at, ${sweptChats.changed} facts changed\n`);
        if (conversations) printConversations(io, conversations);
      }
      for (const rollup of chosen) {
        const drained = await (options.full ? rebuild : drain)(db, rollup, tenant, clock.now());
        const verified = options.verify ? await verify(db, rollup, tenant, clock.now()) : undefined;
        differing += verified?.differing ?? 0;
        reports.push({
          ...drained,
          ...(verified ? { cells: verified.cells, differing: verified.differing, examples: verified.examples } : {}),
        });
        if (globals.json) continue;
        io.out(`${rollup.id}: ${drained.buckets} days recomputed, ${drained.rows} rows written\n`);
        if (verified) printVerified(io, verified);
      }
      if (globals.json)
        io.out(
          `${JSON.stringify({ sla: { ...swept, ...facts }, conversations: { ...sweptChats, ...conversations }, rollups: reports, differing })}\n`,
        );
      else if (options.verify) io.out(`${differing} differing cells\n`);
      return differing === 0 ? 0 : 1;
    });
  },
};

function printFacts(io: Io, facts: VerifiedSla): void {
  io.out(`  verified ${facts.tickets} tickets, ${facts.differing} facts differ\n`);
  for (const { source, id, column, stored, evaluated } of facts.examples)
    io.out(`  ${source}/${id} ${column}: stored ${stored ?? 'nothing'}, evaluated ${evaluated ?? 'nothing'}\n`);
  if (facts.differing > facts.examples.length) io.out(`  and ${facts.differing - facts.examples.length} more\n`);
}

function printConversations(io: Io, facts: VerifiedConversations): void {
  io.out(`  verified ${facts.chats} chats, ${facts.differing} facts differ\n`);
  for (const { source, id, table, column, stored, made } of facts.examples)
    io.out(`  ${source}/${id} ${table}.${column}: stored ${stored ?? 'nothing'}, made again ${made ?? 'nothing'}\n`);
  if (facts.differing > facts.examples.length) io.out(`  and ${facts.differing - facts.examples.length} more\n`);
}

function printVerified(io: Io, verified: Verified): void {
  io.out(`  verified ${verified.cells} cells in ${verified.rows} rows, ${verified.differing} differ\n`);
  for (const cell of verified.examples) {
    io.out(
      `  ${JSON.stringify(cell.key)} ${cell.measure}: stored ${cell.stored ?? 'nothing'}, recomputed ${cell.recomputed ?? 'nothing'}\n`,
    );
  }
  if (verified.differing > verified.examples.length)
    io.out(`  and ${verified.differing - verified.examples.length} more\n`);
}
