import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays } from '../../src/domain/period.ts';
import { activeConversations } from '../../src/kpis/active-conversations/query.ts';
import { conversationsBegun } from '../../src/kpis/conversations-begun.ts';
import type { Scope } from '../../src/kpis/kpi.ts';
import { messagesSent } from '../../src/kpis/messages-sent.ts';
import { contactsWriting } from '../../src/kpis/new-vs-returning/query.ts';
import { inboundByHour } from '../../src/kpis/peak-hours/query.ts';
import { replyTimes } from '../../src/kpis/reply-times.ts';
import { conversationDaily } from '../../src/rollups/conversation-daily.ts';
import { unsettledDays } from '../../src/rollups/read.ts';
import { useDatabase } from '../database.ts';
import { conversationsOf, isActiveAt, type OracleMessage, type OracleRecord } from '../facts/conversations/oracle.ts';
import { aDesk } from '../facts/conversations/writing.ts';

/*
 * What KPIs of messages and conversations count, as of any moment, against a plain walk over the messages: no days summed, no
 * facts stored. CREMA_PROPERTY_RUNS multiplies the runs, CREMA_PROPERTY_SEED sets the seed.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_122);
const timeLimit = 120_000 * factor;
const origin = Temporal.Instant.from('2026-10-30T00:00:00Z').epochMilliseconds / 1000;
const instant = (at: number) => Temporal.Instant.fromEpochMilliseconds(at * 1000);

const moment = fc
  .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 60, 14_400, 18_000, 43_200, 86_399))
  .map(([day, second]) => origin + day * 86_400 + second);
const message: fc.Arbitrary<OracleMessage> = fc.record({
  id: fc.constant(''),
  conversation: fc.constantFrom(null, null, 'a', 'k1'),
  contact: fc.constantFrom('a', 'a', 'b', 'c', null),
  direction: fc.constantFrom('inbound', 'outbound'),
  sender: fc.constantFrom(null, 'operator', 'bot'),
  operator: fc.constantFrom(null, 'o1'),
  campaign: fc.constantFrom(null, null, 'spring'),
  channel: fc.constantFrom(null, 'web'),
  account: fc.constant(null),
  at: moment,
});
const record: fc.Arbitrary<OracleRecord> = fc.record({
  id: fc.constantFrom('k1', 'k2'),
  contact: fc.constant('c'),
  channel: fc.constant(null),
  status: fc.constantFrom(null, 'handled', 'resolved'),
  started: fc.option(moment, { nil: null }),
  closed: fc.option(moment, { nil: null }),
  operator: fc.constant(null),
  team: fc.constantFrom(null, 't1'),
  account: fc.constant(null),
  handledBy: fc.constant(null),
  deleted: fc.constant(false),
});

let tenants = 0;
test('numbers of messages and conversations are those of a plain walk, whenever asked', {
  timeout: timeLimit,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc
        .array(message, { minLength: 1, maxLength: 40 })
        .map((list) => list.map((one, n) => ({ ...one, id: `m${String(n).padStart(2, '0')}` }))),
      fc.uniqueArray(record, { selector: ({ id }) => id, maxLength: 2 }),
      moment,
      fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
      async (messages, records, now, timezone) => {
        const desk = await aDesk(database.db, `o${++tenants}`, timezone);
        await desk.write(
          'message',
          messages.map((one) => ({
            ...{ id: one.id, conversation_id: one.conversation, contact_id: one.contact, direction: one.direction },
            ...{ sender_kind: one.sender, operator_id: one.operator, campaign_id: one.campaign, channel: one.channel },
            sent_at: instant(one.at).toString(),
          })),
        );
        if (records.length > 0)
          await desk.write(
            'conversation',
            records.map((one) => ({
              ...{ id: one.id, contact_id: one.contact, status: one.status, team_id: one.team },
              started_at: one.started === null ? null : instant(one.started).toString(),
              closed_at: one.closed === null ? null : instant(one.closed).toString(),
            })),
          );
        await desk.sweep();
        await desk.drain();
        const { db } = database;
        const at = { ...desk.tenant, now: instant(now) };
        const period = { from: '2026-10-30', to: '2026-11-08' };
        const unsettled = await unsettledDays(db, [conversationDaily], desk.tenant, at.now);
        const scope: Scope = { at: { ...at, unsettled }, weekStart: 1, period, filters: [] };
        const dateOf = (time: number) => instant(time).toZonedDateTimeISO(timezone).toPlainDate().toString();
        const isIn = (time: number) => time <= now && dateOf(time) >= period.from && dateOf(time) < period.to;
        const total = { kind: 'total' } as const;
        const counts = async (query: typeof conversationsBegun) =>
          (await query(db, scope, total))[0]?.sums.counts ?? {};

        const all = conversationsOf(messages, records);
        const begun = all.filter(({ started }) => isIn(started));
        const asked = begun.filter(({ direction }) => direction === 'inbound');
        const isReplied = ({ firstReply, started }: (typeof all)[number]) =>
          firstReply !== null && firstReply <= started + 86_400 && firstReply <= now;
        expect(
          only(await counts(conversationsBegun), ['conversations', 'inbound', 'outbound', 'replied', 'pending']),
        ).toEqual([
          begun.length,
          asked.length,
          begun.filter(({ direction }) => direction === 'outbound').length,
          asked.filter(isReplied).length,
          asked.filter((one) => !isReplied(one) && one.started > now - 86_400).length,
        ]);

        const replies = all.flatMap(({ responses }) => responses).filter(({ answered }) => isIn(answered));
        const response = await counts((...asking) => replyTimes('response', ...asking));
        expect(only(response, ['answers', 'seconds'])).toEqual([
          replies.length,
          replies.reduce((sum, one) => sum + one.answered - one.asked, 0),
        ]);
        const waits = replies.flatMap((one) =>
          one.waitedSince === null ? [] : [Math.max(0, one.answered - one.waitedSince)],
        );
        const wait = await counts((...asking) => replyTimes('wait', ...asking));
        expect(only(wait, ['answers', 'seconds'])).toEqual([waits.length, waits.reduce((sum, one) => sum + one, 0)]);

        const sent = messages.filter((one) => isIn(one.at));
        const inbound = sent.filter(({ direction }) => direction === 'inbound');
        expect(only(await counts(messagesSent), ['inbound', 'outbound'])).toEqual([
          inbound.length,
          sent.length - inbound.length,
        ]);
        expect((await counts(inboundByHour)).inbound ?? 0).toBe(inbound.length);
        const days = { ...scope, period: { from: '2026-11-02', to: '2026-11-04' } };
        const [writing] = await contactsWriting(db, days, total);
        const writers = Map.groupBy(
          messages.filter((one) => one.contact !== null && one.direction === 'inbound' && one.at <= now),
          ({ contact }) => contact,
        );
        const dates = [...writers.values()].map((list) => list.map((one) => dateOf(one.at)).toSorted());
        const within = dates.filter((list) => list.some((date) => date >= '2026-11-02' && date < '2026-11-04'));
        expect(only(writing?.sums.counts ?? {}, ['contacts', 'new'])).toEqual([
          within.length,
          within.filter(([first]) => first! >= '2026-11-02').length,
        ]);

        const today = dateOf(now);
        const buckets = Array.from({ length: 9 }, (_, n) => addDays(period.from, n)).filter((day) => day <= today);
        const levels = await activeConversations(db, scope, { kind: 'series', grain: 'day', buckets });
        const endOf = (day: string) =>
          day === today
            ? now
            : // Before midnight, which belongs to the next day; messages come at whole seconds.
              Temporal.PlainDate.from(addDays(day, 1)).toZonedDateTime(timezone).epochMilliseconds / 1000 - 0.5;
        expect(buckets.map((day) => levels.find(({ bucket }) => bucket === day)?.sums.counts.active ?? 0)).toEqual(
          buckets.map((day) => all.filter((one) => isActiveAt(one, endOf(day))).length),
        );
      },
    ),
    { seed, numRuns: 20 * factor, interruptAfterTimeLimit: timeLimit - 30_000 },
  );
});

const only = (counts: Readonly<Record<string, number>>, names: readonly string[]) =>
  names.map((name) => counts[name] ?? 0);
