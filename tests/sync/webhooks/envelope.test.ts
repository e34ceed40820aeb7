import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../../src/sync/webhooks/envelope.ts';

const now = Temporal.Instant.from('2026-11-20T08:00:00Z');
const at = '2026-11-20T07:59:00Z';
const event = (over: object = {}) => ({
  id: 'evt_1',
  type: 'ticket.updated',
  occurred_at: at,
  data: { id: 't1', status: 'open' },
  ...over,
});
const read = (content: unknown) => readEvent(Buffer.from(JSON.stringify(content)), now);
const readText = (text: string) => readEvent(Buffer.from(text), now);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('an event', () => {
  test('is read with what it says of the record', () => {
    expect(read(event())).toEqual({
      eventId: 'evt_1',
      bodySha256: sha256(JSON.stringify(event())),
      type: 'ticket.updated',
      entity: 'ticket',
      objectId: 't1',
      occurredAt: Temporal.Instant.from(at),
      state: 'stored',
      reason: null,
      values: { id: 't1', status: 'open', updated_at: at },
    });
  });

  test('of creation dates the record where its data do not', () => {
    expect(read(event({ type: 'ticket.created' })).values).toMatchObject({ created_at: at, updated_at: at });
    const dated = { id: 't1', created_at: '2026-01-01T00:00:00Z' };
    expect(read(event({ type: 'ticket.created', data: dated })).values).toMatchObject({ created_at: dated.created_at });
  });

  test('keeps only the fields its type speaks of', () => {
    const data = { id: 'm1', status: 'read', text: 'a secret', operator_id: 'o1', toString: 'x', nonsense: 1 };
    expect(read(event({ type: 'message.status', data })).values).toEqual({ id: 'm1', status: 'read' });
    expect(read(event({ type: 'contact.deleted', data: { id: 'c1', phone: '+62' } })).values).toEqual({ id: 'c1' });
  });

  test('of a hand-over is about its conversation, which both had', () => {
    const handover = read(event({ type: 'bot.handover', data: { id: 'k1' } }));
    expect(handover).toMatchObject({ entity: 'conversation', objectId: 'k1' });
    expect(handover.values).toEqual({ id: 'k1', handled_by: 'mixed', escalated_at: at });
  });

  test.each([
    ['conversation.status', { status: 'handled' }],
    ['conversation.assigned', { operator_id: 'o1' }],
    ['bot.handover', { handled_by: 'mixed', escalated_at: at }],
  ])('%s also says whose conversation it is, which no walk does', (type, own) => {
    const whose = { contact_id: 'c1', channel: 'whatsapp', started_at: at, account_id: 'a1' };
    expect(read(event({ type, data: { id: 'k1', ...own, ...whose } })).values).toEqual({ id: 'k1', ...own, ...whose });
  });

  test("of a campaign also says what the CRM's list does not", () => {
    const data = { id: 'k1', status: 'completed', template: 'sale', recipients: 10, cost_minor: 500, currency: 'IDR' };
    expect(read(event({ type: 'campaign.status', data })).values).toEqual(data);
  });

  test('keeps a null, which empties a field', () => {
    expect(read(event({ data: { id: 't1', team_id: null } })).values).toMatchObject({ team_id: null });
  });

  test('may have numbers for ids, exact however long', () => {
    const text = `{"id":12345678901234567891,"type":"ticket.updated","occurred_at":"${at}","data":{"id":98765432109876543210,"reopened_count":2}}`;
    expect(readText(text)).toMatchObject({
      eventId: '12345678901234567891',
      objectId: '98765432109876543210',
      values: { id: '98765432109876543210', reopened_count: 2 },
    });
  });

  test('without an id goes by the hash of its body', () => {
    const { id: _, ...without } = event();
    expect(read(without)).toMatchObject({ eventId: sha256(JSON.stringify(without)), state: 'stored' });
    expect(read(event({ id: null })).eventId).toHaveLength(64);
  });

  test('of a type nobody knows is ignored, and nothing of it kept', () => {
    expect(read(event({ type: 'contact.merged' }))).toMatchObject({
      ...{ eventId: 'evt_1', type: 'contact.merged', state: 'ignored', entity: null, values: null },
      reason: 'no type that is known',
    });
    for (const type of ['toString', '__proto__', 'constructor']) expect(read(event({ type })).state).toBe('ignored');
  });

  test('that says nothing but whom it is about is ignored', () => {
    expect(read(event({ type: 'message.status', data: { id: 'm1', text: 'a secret' } }))).toMatchObject({
      ...{ state: 'ignored', entity: 'message', objectId: 'm1', values: null },
      reason: 'data says nothing its type speaks of',
    });
  });

  test('can be a heartbeat, which is about no record but about streams', () => {
    const beat = (streams: unknown) => read({ type: 'heartbeat', occurred_at: at, data: { streams } });
    expect(beat(['message', 'ticket', 'message'])).toMatchObject({
      ...{ state: 'stored', entity: null, objectId: null, values: { streams: ['message', 'ticket'] } },
    });
    expect(beat([]).reason).toBe('data.streams is no list of streams');
    expect(beat('message').reason).toBe('data.streams is no list of streams');
    // Conversations also begin without an event.
    expect(beat(['conversation']).reason).toBe('data.streams may name message, contact, ticket and no other');
  });

  test.each<[string, unknown]>([
    ['the body is no JSON object', []],
    ['the body is no JSON object', null],
    ['the body is no JSON object', 'text'],
    ['type is missing', event({ type: undefined })],
    ['type is no text', event({ type: {} })],
    ['type is longer than 100 bytes', event({ type: 'x'.repeat(101) })],
    ['id is no text', event({ id: {} })],
    ['id is longer than 255 bytes', event({ id: 'é'.repeat(128) })],
    ['occurred_at is missing', event({ occurred_at: undefined })],
    ['occurred_at is no time', event({ occurred_at: 'yesterday' })],
    ['occurred_at is no time', event({ occurred_at: '2026-11-20T08:00:00' })],
    ['occurred_at is no time', event({ occurred_at: 1_700_000_000 })],
    ['occurred_at is no time', event({ occurred_at: '2026-02-30T08:00:00Z' })],
    ['occurred_at is more than a day ahead', event({ occurred_at: '2026-11-21T08:00:01Z' })],
    ['occurred_at is before 1970', event({ occurred_at: '1969-12-31T23:59:59Z' })],
    ['data is no object', event({ data: undefined })],
    ['data is no object', event({ data: ['t1'] })],
    ['data.id is missing', event({ data: {} })],
    ['data.id is no text', event({ data: { id: ['t1'] } })],
    ['a text has a NUL', event({ data: { id: 't1', status: 'a\0b' } })],
    ['a text has a NUL', event({ data: { id: 't1', '\0': 1 } })],
    ['a text has a NUL or half a character', event({ data: { id: '\ud800' } })],
  ])('is rejected because %s', (reason, content) => {
    const rejected = read(content);
    expect(rejected.reason).toContain(reason);
    // By its body: the mended event may have the same id.
    expect(rejected).toMatchObject({ state: 'rejected', eventId: sha256(JSON.stringify(content)), values: null });
  });

  test('is rejected without its words being repeated when it is no JSON', () => {
    expect(readText('{"text":"my password is hunter2"')).toMatchObject({
      state: 'rejected',
      reason: 'the body is no JSON',
    });
    expect(readEvent(Buffer.from([0x7b, 0xff, 0x7d]), now).reason).toBe('the body is not UTF-8');
    expect(readText('').reason).toBe('the body is no JSON');
  });

  test('is rejected when it is nested without end', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const withStatus = (depth: number) =>
      readText(`{"type":"ticket.updated","occurred_at":"${at}","data":{"id":"t1","status":${nested(depth)}}}`);
    expect(withStatus(8).state).toBe('stored');
    for (const depth of [9, 1000, 10_000, 100_000]) expect(withStatus(depth).state).toBe('rejected');
  });

  test('is read without fail, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const { state, eventId, values } = readEvent(bytes, now);
          expect(eventId).not.toBe('');
          expect(values === null).toBe(state !== 'stored');
        },
      ),
      { seed: 20261120, numRuns: 500 },
    );
  });
});
