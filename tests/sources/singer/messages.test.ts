import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../../src/sources/singer/messages.ts';

describe('a Singer message', () => {
  test('is read with its keys in any order, and with others that mean nothing here', () => {
    expect(
      parseMessage('{"record":{"id":1},"time_extracted":"2026-01-01T00:00:00Z","stream":"a","type":"RECORD"}'),
    ).toEqual({
      ...{ type: 'RECORD', stream: 'a', record: { id: '1' }, version: undefined },
    });
    expect(
      parseMessage('{"key_properties":["id"],"stream":"a","schema":{},"type":"SCHEMA","bookmark_properties":["u"]}'),
    ).toEqual({
      ...{ type: 'SCHEMA', stream: 'a', keyProperties: ['id'] },
    });
    expect(parseMessage('{"version":1570922723618,"stream":"a","type":"ACTIVATE_VERSION"}')).toEqual({
      ...{ type: 'ACTIVATE_VERSION', stream: 'a', version: '1570922723618' },
    });
  });

  test('keeps numbers as they are written, in records and in the state', () => {
    expect(
      parseMessage('{"type":"RECORD","stream":"a","record":{"id":12345678901234567890,"amount":1.10}}'),
    ).toMatchObject({
      record: { id: '12345678901234567890', amount: '1.10' },
    });
    expect(parseMessage('{"type":"STATE","value":{"at":12345678901234567890,"f":1.10,"text":"5"}}')).toEqual({
      ...{ type: 'STATE', value: '{"at":12345678901234567890,"f":1.10,"text":"5"}', syncing: undefined },
    });
    expect(parseMessage('{"type":"STATE","value":{"currently_syncing":"a"}}')).toMatchObject({ syncing: 'a' });
    expect(parseMessage('{"type":"STATE","value":null}')).toMatchObject({ value: 'null' });
  });

  test('hands back any state as it came', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const message = parseMessage(JSON.stringify({ type: 'STATE', value }));
        expect(message).toMatchObject({ type: 'STATE', value: JSON.stringify(value) });
      }),
      { seed: 4 },
    );
  });

  test.each([
    ['INFO starting sync', 'is not JSON'],
    ['{"type":"RECORD","stream":"a","record":{"id":1}', 'is not JSON'],
    ['[1]', 'is not a JSON object'],
    ['{"stream":"a"}', 'has no type'],
    ['{"type":"LOG"}', 'has the type "LOG"'],
    ['{"type":"BATCH","stream":"a"}', 'is a BATCH message'],
    ['{"type":"RECORD","record":{}}', 'names no stream'],
    ['{"type":"RECORD","stream":"a"}', 'without a record'],
    ['{"type":"RECORD","stream":"a","record":{},"version":"new"}', 'has a version that is not a whole number'],
    ['{"type":"STATE"}', 'is a STATE without a value'],
    ['{"type":"ACTIVATE_VERSION","stream":"a"}', 'has a version that is not a whole number'],
  ])('%s is refused', (line, reason) => {
    expect(parseMessage(line)).toContain(reason);
  });
});
