import sql from 'sql-template-tag';
import type { AlertRuleOf } from '../../../config/alerts.ts';
import type { Queryable } from '../../../db/db.ts';
import { readAs } from '../../../db/viewer.ts';
import type { Json } from '../../../deliveries/delivery.ts';
import { cadencePhrase, readWhen } from '../../../domain/cadence.ts';
import type { EntityId } from '../../../domain/entity.ts';
import { usageError } from '../../../lib/errors.ts';
import { type Schedule, type Slot, slotAfter, slotsBetween } from '../../../subscriptions/cadence.ts';
import type { Condition, Look } from '../../condition.ts';
import { ofEach } from '../past.ts';
import { lookAtEach } from '../questions.ts';
import type { LookContext, Past, RuleOf } from '../room.ts';
import { type Entry, entryLine } from './entry.ts';

/** What the rules of all lists say. */
export type ListSettings = Pick<AlertRuleOf<'churn-risk'>, 'when' | 'account' | 'most'>;
type ListRule = Omit<RuleOf<'churn-risk'>, 'settings'> & { settings: ListSettings };

/** A list stands until the next one, or for so long. */
const longestDays = 7;
/** A list that could not be made in its time is made so much later at most, as of its time. */
const latestHours = 12;

/** What makes the lists of one kind. */
export interface Lists {
  /** Without these streams nobody knows who belongs on it. */
  streams: readonly EntityId[];
  /** Who is on the list as of a moment, with the rights of the reader, in order. */
  entries(reader: Queryable, settings: ListSettings, at: LookContext): Promise<readonly Entry[]>;
}

/** When lists are made. Throws a usage error for words that mean no time. */
export function scheduleOf(when: string, timezone: string): Schedule {
  const read = readWhen(when);
  if (read) return { ...read, timezone };
  throw usageError('ALERT_WHEN', `"${when}" is no time for a list`, 'Write weekdays at 09:00, or weekly mon at 09:00');
}

/** `every Monday at 09:00` */
export function whenPhrase(when: string): string {
  const { cadence, at } = scheduleOf(when, 'UTC');
  return `${cadencePhrase(cadence)} at ${at}`;
}

/** A list as a rule keeps it, so that it stays what it was when it was made. */
interface KeptList {
  list: string;
  at: string;
  lines: string[];
}

/** Looks at rules that tell a list from time to time: each list once, as of its time. */
export function lookAtLists(
  lists: Lists,
  rules: readonly ListRule[],
  context: LookContext,
): Promise<Map<number, Look>> {
  return lookAtEach(rules, async (rule): Promise<Look> => {
    const { now, tenant } = context;
    const schedule = scheduleOf(rule.settings.when, tenant.timezone);
    const nextAt = slotAfter(schedule, now)?.at;
    const next = nextAt ? { nextAt } : {};
    const kept = rule.memory.kept as unknown as KeptList | undefined;
    const slot = slotsBetween(schedule, now.subtract({ hours: 24 * longestDays }), now).at(-1);
    // Of a rule that is new no list was missed.
    if (!slot || Temporal.Instant.compare(slot.at, rule.createdAt) < 0)
      return { kind: 'conditions', conditions: [], ...next };
    if (kept?.list === slot.date) return { kind: 'conditions', conditions: conditionsOf(kept), ...next };
    if (slot.at.until(now).total('hours') > latestHours) return { kind: 'conditions', conditions: [], ...next };
    const late = context.lateStreams.filter(({ stream }) => (lists.streams as readonly string[]).includes(stream));
    if (late.length > 0) {
      const streams = late.map(({ source, stream }) => `${source}: ${stream}`);
      return { kind: 'unknown', reason: 'the data is late', late: streams, ...next };
    }
    const entries = await entriesAt(lists, rule, slot, context);
    if (entries === null) return { kind: 'unknown', reason: 'whoever made the rule may not see contacts', ...next };
    const made: KeptList = { list: slot.date, at: slot.at.toString(), lines: entries.map(entryLine) };
    return { kind: 'conditions', conditions: conditionsOf(made), ...next, memory: { kept: made as unknown as Json } };
  });
}

function conditionsOf({ list, at, lines }: KeptList): Condition[] {
  if (lines.length === 0) return [];
  const facts = { line: lines[0]!, lines, rank: lines.length };
  return [{ labels: { list }, status: 'firing', severity: 1, since: Temporal.Instant.from(at), facts }];
}

/** Null where the rule's viewer may not see contacts at all: an empty list would say that nobody belongs on it. */
function entriesAt(
  lists: Lists,
  rule: Pick<ListRule, 'viewer' | 'settings'>,
  { at }: Pick<Slot, 'at'>,
  context: LookContext,
): Promise<readonly Entry[] | null> {
  const { db, tenant } = context;
  return readAs(db, { tenantId: tenant.tenantId, viewer: rule.viewer }, async (reader) => {
    const [row] = await reader.query<{ sees: boolean }>(sql`select ops.viewer_sees_company() as sees`);
    return row?.sees ? lists.entries(reader, rule.settings, { ...context, now: at }) : null;
  });
}

/** The lists of the past, each as long as it would have stood. */
export async function pastLists(
  lists: Lists,
  rule: Pick<ListRule, 'viewer' | 'settings'>,
  { from, to }: { from: Temporal.Instant; to: Temporal.Instant },
  context: LookContext,
): Promise<Past> {
  const schedule = scheduleOf(rule.settings.when, context.tenant.timezone);
  const slots = slotsBetween(schedule, from.subtract({ nanoseconds: 1 }), to);
  const made = await ofEach(slots, async (slot) => ({ slot, entries: await entriesAt(lists, rule, slot, context) }));
  if (made.length > 0 && made.every(({ entries }) => entries === null))
    return { kind: 'unknown', reason: 'whoever made the rule may not see contacts' };
  return {
    kind: 'episodes',
    episodes: made.flatMap(({ slot, entries }) => {
      if (!entries || entries.length === 0) return [];
      const end = [slotAfter(schedule, slot.at)?.at, slot.at.add({ hours: 24 * longestDays })]
        .filter((at) => at !== undefined)
        .reduce((a, b) => (Temporal.Instant.compare(a, b) <= 0 ? a : b));
      return [
        {
          ...{ labels: { list: slot.date }, name: `list of ${slot.date}`, from: slot.at },
          to: Temporal.Instant.compare(end, to) <= 0 ? end : null,
          worst: { value: entries.length, text: `${entries.length}` },
        },
      ];
    }),
    notes: [
      `A list is made ${whenPhrase(rule.settings.when)}; one without anybody on it is not told.`,
      'Contacts are those known now: status, account and name are the latest.',
    ],
  };
}
