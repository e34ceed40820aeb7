import fc from 'fast-check';
import { expect, test } from 'vitest';
import { useDatabase } from '../../database.ts';
import { conversationsOf, type OracleMessage, type OracleRecord } from './oracle.ts';
import { aDesk, type Desk } from './writing.ts';

/*
 * Messages and conversations written in whatever order and batches, corrected, moved to another chat or time, deleted and
 * written again, with sweeps and drains at any time in between: in the end the stored facts are what a plain walk over the
 * messages comes to, and no cell of an aggregate differs from a recompute. CREMA_PROPERTY_RUNS multiplies the runs,
 * CREMA_PROPERTY_SEED sets the seed.
 */
const database = useDatabase();
const factor = Number(process.env.CREMA_PROPERTY_RUNS ?? 1);
const seed = Number(process.env.CREMA_PROPERTY_SEED ?? 20_261_121);
const timeLimit = 120_000 * factor;

const origin = Temporal.Instant.from('2026-10-30T00:00:00Z').epochMilliseconds / 1000;
const iso = (at: number | null) => (at === null ? null : Temporal.Instant.fromEpochMilliseconds(at * 1000).toString());
const stored = (at: number | null) => iso(at)?.replace('T', ' ').replace('Z', '+00') ?? null;

/** Near the edges of 24 hours of silence, over ten days in which clocks change in New York; every third second apart at most. */
const moment = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1, 3600, 14_400, 43_200, 86_399))
  .map(([day, second]) => origin + day * 86_400 + second);

const message: fc.Arbitrary<OracleMessage> = fc.record({
  id: fc.integer({ min: 1, max: 14 }).map((n) => `m${n}`),
  conversation: fc.constantFrom(null, null, 'a', 'k1', 'k2'),
  contact: fc.constantFrom('a', 'a', 'a', 'b', null),
  direction: fc.constantFrom('inbound', 'outbound'),
  sender: fc.constantFrom(null, null, 'operator', 'bot', 'campaign'),
  operator: fc.constantFrom(null, 'o1', 'o2'),
  campaign: fc.constantFrom(null, null, 'spring'),
  channel: fc.constantFrom(null, 'whatsapp', 'web'),
  account: fc.constantFrom(null, 'acme'),
  at: moment,
});
const record: fc.Arbitrary<OracleRecord> = fc.record({
  id: fc.constantFrom('k1', 'k2', 'k3', 'a'),
  contact: fc.constantFrom(null, 'a'),
  channel: fc.constantFrom(null, 'email'),
  status: fc.constantFrom(null, 'unhandled', 'handled', 'resolved'),
  started: fc.option(moment, { nil: null }),
  closed: fc.option(moment, { nil: null }),
  operator: fc.constantFrom(null, 'o3'),
  team: fc.constantFrom(null, 't1'),
  account: fc.constantFrom(null, 'bolt'),
  handledBy: fc.constantFrom(null, 'mixed'),
  deleted: fc.constant(false),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('messages'),
      of: fc.uniqueArray(message, { selector: ({ id }) => id, minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('records'),
      of: fc.uniqueArray(record, { selector: ({ id }) => id, minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('delete'),
      ids: fc.uniqueArray(
        fc.integer({ min: 1, max: 14 }).map((n) => `m${n}`),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), id: fc.constantFrom('k1', 'k2', 'k3', 'a') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('sweep', 'drain') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function take(desk: Desk, now: Step, messages: Map<string, OracleMessage>, records: Map<string, OracleRecord>) {
  if (now.kind === 'messages') {
    await desk.write(
      'message',
      now.of.map((one) => ({
        ...{ id: one.id, conversation_id: one.conversation, contact_id: one.contact, direction: one.direction },
        ...{ sender_kind: one.sender, operator_id: one.operator, campaign_id: one.campaign, channel: one.channel },
        ...{ account_id: one.account, sent_at: iso(one.at), status: 'sent' },
      })),
    );
    for (const one of now.of) messages.set(one.id, one);
  } else if (now.kind === 'records') {
    await desk.write(
      'conversation',
      now.of.map((one) => ({
        ...{ id: one.id, contact_id: one.contact, channel: one.channel, status: one.status, team_id: one.team },
        ...{ started_at: iso(one.started), closed_at: iso(one.closed), operator_id: one.operator },
        ...{ account_id: one.account, handled_by: one.handledBy },
      })),
    );
    for (const one of now.of) records.set(one.id, one);
  } else if (now.kind === 'delete') {
    await desk.delete('message', now.ids);
    for (const id of now.ids) messages.delete(id);
  } else if (now.kind === 'forget') {
    await desk.delete('conversation', [now.id]);
    const known = records.get(now.id);
    records.set(now.id, { ...(known ?? emptyRecord(now.id)), deleted: true });
  } else if (now.kind === 'sweep') await desk.sweep();
  else await desk.drain();
}

const emptyRecord = (id: string): OracleRecord => ({
  ...{ id, contact: null, channel: null, status: null, started: null, closed: null, operator: null, team: null },
  ...{ account: null, handledBy: null, deleted: true },
});

let tenants = 0;
test('facts about conversations are those of the messages, however these came', { timeout: timeLimit }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata'),
      async (steps, timezone) => {
        const desk = await aDesk(database.db, `p${++tenants}`, timezone);
        const messages = new Map<string, OracleMessage>();
        const records = new Map<string, OracleRecord>();
        for (const now of steps) await take(desk, now, messages, records);
        await desk.sweep();
        expect(await desk.marks()).toEqual([]);
        const expected = conversationsOf([...messages.values()], [...records.values()]);
        const begun = (await desk.stretches()).filter(({ begins }) => begins);
        expect(begun.map(factOf).toSorted(byText)).toEqual(
          expected
            .map((one) => ({
              ...{ chat: one.chat, started: stored(one.started), direction: one.direction, channel: one.channel },
              ...{ status: one.status, account: one.account, operator: one.operator, team: one.team },
              ...{ handledBy: one.handledBy, firstReply: stored(one.firstReply) },
            }))
            .toSorted(byText),
        );
        expect(
          (await desk.stretches())
            .filter((row) => row.waits_since !== null)
            .map((row) => ({ chat: row.chat, waits: row.waits_since }))
            .toSorted(byText),
        ).toEqual(
          expected
            .filter(({ waitsSince }) => waitsSince !== null)
            .map(({ chat, waitsSince }) => ({ chat, waits: stored(waitsSince) }))
            .toSorted(byText),
        );
        expect((await desk.responses()).map(responseOf).toSorted(byText)).toEqual(
          expected
            .flatMap(({ chat, responses }) =>
              responses.map((one) => ({
                ...{ chat, id: one.id, asked: stored(one.asked), answered: stored(one.answered) },
                ...{ waitedSince: stored(one.waitedSince), operator: one.operator },
              })),
            )
            .toSorted(byText),
        );
        expect(await desk.verify()).toMatchObject({ differing: 0, examples: [] });
        await desk.drain();
        expect(await desk.wrongCells()).toEqual([]);
      },
    ),
    { seed, numRuns: 20 * factor, interruptAfterTimeLimit: timeLimit - 30_000 },
  );
});

const factOf = (row: Record<string, unknown>) => ({
  ...{ chat: row.chat, started: row.started_at, direction: row.direction, channel: row.channel, status: row.status },
  ...{ account: row.account_id, operator: row.operator_id, team: row.team_id, handledBy: row.handled_by },
  firstReply: row.first_reply_at,
});
const responseOf = (row: Record<string, unknown>) => ({
  ...{ chat: row.chat, id: row.id, asked: row.asked_at, answered: row.answered_at, waitedSince: row.waited_since },
  operator: row.operator_id,
});
const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
