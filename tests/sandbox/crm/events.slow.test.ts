import { describe, expect, test } from 'vitest';
import { createEvents } from '../../../src/sandbox/crm/events.ts';
import { tapStreams } from '../../../src/sandbox/crm/singer.ts';
import { truthAt } from '../../../src/sandbox/crm/truth.ts';
import { createWorld, epochSeconds } from '../../../src/sandbox/crm/world.ts';
import type { Json } from '../../../src/sandbox/json.ts';
import { small } from './harness.ts';

const options = { ...small, from: '2026-05-01', contacts: 250 };
const at = (text: string) => epochSeconds(Temporal.Instant.from(text));
const [from, to] = [at('2026-07-20T00:00:00Z'), at('2026-08-15T00:00:00Z')];

describe('what happens in the simulated CRM', () => {
  test('is the same however the time is cut, and each event has an id of its own', () => {
    const whole = createEvents(createWorld(options)).between(from, to);
    const events = createEvents(createWorld(options));
    const cut = [];
    for (let moment = from, step = 1; moment < to; moment += step, step = (step * 7919) % 90_001) {
      cut.push(...events.between(moment, Math.min(to, moment + step)));
    }
    expect(cut).toEqual(whole);
    expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
    expect(whole.map((event) => event.at)).toEqual(whole.map((event) => event.at).toSorted((a, b) => a - b));
    // Asked again after the clock went back, and by another road.
    expect(events.between(from, to)).toEqual(whole);
    expect(new Set(whole.map(({ type }) => type))).toEqual(
      new Set([
        ...['message.created', 'message.status', 'contact.created', 'contact.updated', 'contact.deleted'],
        ...['conversation.assigned', 'conversation.status', 'campaign.status', 'ticket.created', 'ticket.updated'],
        'bot.handover',
      ]),
    );
  });

  test('leads from the truth of one moment to the truth of another', () => {
    const world = createWorld(options);
    const entities = ['contact', 'message', 'conversation', 'campaign', 'ticket'];
    const state = new Map<string, Map<string, Json>>();
    const streams = tapStreams(world);
    const truth = (now: number, entity: string) =>
      new Map([...truthAt(world, streams, now).rows(entity)].map((row) => [String(row.id), row]));
    for (const entity of entities) state.set(entity, truth(from, entity));
    const events = createEvents(world).between(from, to);
    for (const { type, data } of events) {
      const entity = type === 'bot.handover' ? 'conversation' : type.split('.')[0]!;
      const rows = state.get(entity)!;
      const id = String(data.id);
      if (type === 'contact.deleted') {
        rows.delete(id);
        for (const [key, row] of state.get('message')!) if (row.contact_id === id) state.get('message')!.delete(key);
        state.get('conversation')!.delete(id);
      } else rows.set(id, { ...rows.get(id), ...data });
    }
    for (const entity of entities) {
      const held = state.get(entity)!;
      const wanted = truth(to, entity);
      expect([...held.keys()].toSorted(), entity).toEqual([...wanted.keys()].toSorted());
      // What nobody said yet is null in the truth and absent in what was told.
      for (const [id, row] of wanted)
        expect({ ...Object.fromEntries(Object.keys(row).map((field) => [field, null])), ...held.get(id) }).toEqual(row);
    }
    expect(events.length).toBeGreaterThan(500);
  });
});
