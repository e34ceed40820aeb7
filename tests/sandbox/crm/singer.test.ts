import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { entities } from '../../../src/domain/entities.ts';
import { singerLines, singerMapping, tapStreams } from '../../../src/sandbox/crm/singer.ts';
import { truthAt } from '../../../src/sandbox/crm/truth.ts';
import { createWorld, epochSeconds } from '../../../src/sandbox/crm/world.ts';
import { small } from './harness.ts';

const world = createWorld({ ...small, from: '2026-06-15' });
const streams = tapStreams(world);
const start = Temporal.Instant.from('2026-07-10T00:00:00Z');

interface Message {
  type: string;
  stream: string;
  record: Record<string, unknown>;
  version?: number;
  key_properties: string[];
  schema: { properties: Record<string, { type: string[] }> };
  // biome-ignore lint/suspicious/noExplicitAny: a STATE is the tap's own affair
  value: any;
}
const run = (now: Temporal.Instant, state?: unknown): Message[] =>
  [...singerLines(streams, { now, state })].map((line) => JSON.parse(line));
const lastState = (messages: Message[]) => messages.findLast(({ type }) => type === 'STATE')!.value;
const records = (messages: Message[]) => messages.filter(({ type }) => type === 'RECORD');

describe('the Singer tap of the simulated CRM', () => {
  const first = run(start);

  test('says SCHEMA before records, and nothing that the schema does not allow', () => {
    const schemas = new Map<string, Message>();
    const wrong: string[] = [];
    for (const message of first) {
      if (message.type === 'SCHEMA') schemas.set(message.stream, message);
      if (message.type !== 'RECORD') continue;
      const { schema, key_properties: keys } = schemas.get(message.stream)!;
      const { properties } = schema;
      if (keys.some((key) => message.record[key] === null)) wrong.push(`${message.stream} without a key`);
      for (const name of new Set([...Object.keys(properties), ...Object.keys(message.record)])) {
        const value = message.record[name];
        const kind =
          value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
        if (!properties[name]?.type.includes(kind)) wrong.push(`${message.stream}.${name} is ${kind}`);
      }
    }
    expect(wrong).toEqual([]);
    expect([...schemas.keys()]).toEqual(streams.map(({ name }) => name));
    for (const { name } of streams)
      expect(
        records(first).some(({ stream }) => stream === name),
        name,
      ).toBe(true);
  });

  test('is the same to the byte for the same state and moment', () => {
    const other = tapStreams(createWorld({ ...small, from: '2026-06-15' }));
    expect([...singerLines(other, { now: start })].map((line) => JSON.parse(line))).toEqual(first);
  });

  test('goes on where its state stands: what changed since, and what has exactly the bookmark’s time', () => {
    let state = lastState(first);
    const held = new Map<string, Record<string, unknown>>();
    const keep = (messages: Message[]) => {
      for (const { type, stream, record, version } of messages) {
        if (type === 'RECORD') {
          const keys = streams.find(({ name }) => name === stream)!.keys;
          held.set(`${stream}/${keys.map((key) => record[key]).join('/')}`, { ...record, version });
        }
        if (type === 'ACTIVATE_VERSION')
          for (const [key, row] of held) if (key.startsWith(`${stream}/`) && row.version !== version) held.delete(key);
      }
    };
    keep(first);
    let now = start;
    const repeated: unknown[] = [];
    for (const hours of [1, 5, 24, 24 * 4, 3, 24 * 10]) {
      now = now.add({ hours });
      const messages = run(now, state);
      for (const { stream, record } of records(messages)) {
        const bookmark = state.bookmarks[stream].replication_key_value;
        // Both are whole seconds in one form: their order is that of their texts.
        if (bookmark !== undefined && String(record.updated_at) < bookmark) repeated.push(record);
      }
      expect(repeated).toEqual([]);
      keep(messages);
      state = lastState(messages);
    }
    // What was put together from all runs is what one run from scratch says, and what the truth holds.
    const whole = new Map<string, Record<string, unknown>>();
    for (const { stream, record } of records(run(now))) {
      const keys = streams.find(({ name }) => name === stream)!.keys;
      whole.set(`${stream}/${keys.map((key) => record[key]).join('/')}`, record);
    }
    expect([...held.keys()].toSorted()).toEqual([...whole.keys()].toSorted());
    const text = (row: unknown) => JSON.stringify(row);
    const differing = [...held].filter(([key, { version, ...record }]) => text(record) !== text(whole.get(key)));
    expect(differing).toEqual([]);
    const truth = truthAt(world, streams, epochSeconds(now));
    expect([...truth.rows('ticket')].length).toBe(
      records(run(now)).filter(({ stream }) => stream === 'tickets').length,
    );
  });

  test('goes on from a state in the middle of a stream without a gap', () => {
    const states = first.flatMap(({ type, value }, index) => (type === 'STATE' ? [{ value, index }] : []));
    const middle = states.find(({ value }) => value.bookmarks.ticket_events && !value.bookmarks.surveys)!;
    const before = records(first.slice(0, middle.index)).filter(({ stream }) => stream === 'ticket_events');
    const after = records(run(start, middle.value)).filter(({ stream }) => stream === 'ticket_events');
    const all = records(first).filter(({ stream }) => stream === 'ticket_events');
    expect(before.length).toBeLessThan(all.length);
    expect(new Set([...before, ...after].map(({ record }) => record.id)).size).toBe(all.length);
    expect(after.length).toBeLessThan(all.length - before.length + 5);
  });

  test('tells a full table whole, with one version a run, and what was taken back is gone', () => {
    const licences = (messages: Message[]) => records(messages).filter(({ stream }) => stream === 'licences');
    let now = Temporal.Instant.from('2026-06-20T00:00:00Z');
    let before = new Set<unknown>();
    let vanished = 0;
    for (let step = 0; step < 40; step++, now = now.add({ hours: 96 })) {
      const tap = [
        ...singerLines(
          streams.filter(({ name }) => name === 'licences'),
          { now },
        ),
      ].map((line) => JSON.parse(line));
      const active = tap.find(({ type }) => type === 'ACTIVATE_VERSION');
      expect(new Set(licences(tap).map(({ version }) => version))).toEqual(new Set([active.version]));
      const present = new Set(licences(tap).map(({ record }) => record.id));
      vanished += before.difference(present).size;
      before = present;
    }
    expect(vanished).toBeGreaterThan(0);
  });

  test('has a mapping of every stream, whose fields and columns exist', () => {
    const mapping = parse(singerMapping(streams));
    expect(mapping.entities.map(({ stream }: { stream: string }) => stream)).toEqual(streams.map(({ name }) => name));
    for (const { stream, entity, order, fields } of mapping.entities) {
      const { columns } = streams.find(({ name }) => name === stream)!;
      const known = entities[entity as keyof typeof entities];
      for (const [field, column] of Object.entries<string>(fields)) {
        expect(known.fields[field], `${entity}.${field}`).toBeDefined();
        expect(columns[column], `${stream}.${column}`).toBeDefined();
      }
      for (const [field, { required }] of Object.entries(known.fields))
        if (required) expect(fields).toHaveProperty(field);
      expect(columns[order]).toBeDefined();
    }
  });
});
