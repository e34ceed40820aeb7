import { findRule } from '../../alerts/store/rules.ts';
import { addSilence, endSilence, silencesAt } from '../../alerts/store/silences.ts';
import { readDuration } from '../../config/duration.ts';
import { usageError } from '../../lib/errors.ts';
import type { CommandContext, ExitCode } from '../command.ts';
import type { Session } from '../open.ts';
import { alignedTable } from '../text.ts';
import { localTime } from './text.ts';

const example = 'Write it as: crema alerts silence low-sla 4 h, or crema alerts silence team=crm/7 priority=low 2 h';

/** Lists what is silenced now. */
export async function listSilences({ clock, globals, io }: CommandContext, { db, tenant }: Session): Promise<ExitCode> {
  const silences = await silencesAt(db, tenant.tenantId, clock.now());
  if (globals.json) {
    io.out(`${JSON.stringify(silences, null, 2)}\n`);
    return 0;
  }
  if (silences.length === 0) {
    io.out('Nothing is silenced.\n');
    return 0;
  }
  const rows = silences.map(({ silenceId, matchers, until, createdBy, comment }) => [
    String(silenceId),
    Object.entries(matchers)
      .map(([name, values]) => `${name}=${values.join(',')}`)
      .join(' '),
    localTime(until, tenant),
    createdBy,
    comment,
  ]);
  io.out(`${alignedTable({ header: ['no', 'what', 'until', 'by', 'why'], rows, numeric: [true] })}\n`);
  return 0;
}

/** Tells nobody of a rule's incidents, or of those with some labels, for so long. Throws a usage error for what means nothing. */
export async function silence(
  { clock, io }: CommandContext,
  { db, tenant }: Session,
  words: readonly string[],
  why: string | undefined,
): Promise<ExitCode> {
  const labels = words.filter((word) => word.includes('='));
  const [name, ...rest] = labels.length > 0 ? ['', ...words.filter((word) => !word.includes('='))] : words;
  const matchers: Record<string, string[]> = {};
  for (const label of labels) {
    const [key = '', values = ''] = label.split('=');
    if (key === '' || values === '') throw usageError('ALERTS_SILENCE', `"${label}" is no label and value`, example);
    matchers[key] = values.split(',');
  }
  if (labels.length === 0) {
    const rule = await findRule(db, tenant.tenantId, name ?? '');
    if (!rule) throw usageError('ALERTS_RULE', `there is no rule "${name ?? ''}"`, 'List them: crema alerts rules');
    matchers.rule = [String(rule.ruleId)];
  }
  const seconds = readDuration(rest.join(' '), (problem) => {
    throw usageError('ALERTS_SILENCE', `for how long? ${problem}`, example);
  });
  const from = clock.now();
  const until = from.add({ seconds: seconds ?? 0 });
  const one = { matchers, from, until, createdBy: 'the command line', person: null, comment: why ?? 'no reason given' };
  const id = await db.tx((tx) => addSilence(tx, tenant.tenantId, one));
  io.out(`Silenced until ${localTime(until, tenant)} (silence ${id}). What still fires then is told then.\n`);
  return 0;
}

/** Ends a silence before its time. */
export async function unsilence(
  { clock, io }: CommandContext,
  { db, tenant }: Session,
  text: string,
): Promise<ExitCode> {
  const id = Number(text);
  if (!Number.isSafeInteger(id))
    throw usageError('ALERTS_SILENCE', `"${text}" is no number of a silence`, 'List them: crema alerts silences');
  const ended = await db.tx((tx) => endSilence(tx, tenant.tenantId, id, { now: clock.now(), endedBy: null }));
  io.out(ended ? `Silence ${id} has ended.\n` : `Silence ${id} does not hold.\n`);
  return 0;
}
