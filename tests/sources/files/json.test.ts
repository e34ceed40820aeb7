import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compilePath, rawText } from '../../../src/sources/files/json.ts';

const record = {
  id: 7,
  via: { channel: 'web', 'a.b': 'nested' },
  'properties.flat': 'own name first',
  properties: { flat: 'nested', createdate: { value: '2026-01-01' } },
  custom_fields: [
    { id: 123, value: 'gold' },
    { id: 124, value: { deep: [1, 2] } },
  ],
  tags: ['a', 'b'],
  'odd [name]': 'kept',
};

test.each([
  ['id', 7],
  ['via.channel', 'web'],
  ['properties.createdate.value', '2026-01-01'],
  ['properties.flat', 'own name first'],
  ['custom_fields[id=123].value', 'gold'],
  ['custom_fields[id=124].value.deep[1]', 2],
  ['custom_fields[id=125].value', undefined],
  ['custom_fields[0].value', 'gold'],
  ['custom_fields[-1].id', 124],
  ['tags[1]', 'b'],
  ['tags[2]', undefined],
  ['tags.length', undefined],
  ['via.constructor', undefined],
  ['toString', undefined],
  ['id.deeper', undefined],
  ['odd [name]', 'kept'],
  ['via.channel.', 'web'],
])('%s is found', (path, value) => {
  expect(compilePath(path)(record)).toEqual(value);
});

test('any path is read from any value without an error', () => {
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), (path, value) => {
      rawText(compilePath(path)(value));
    }),
    { seed: 4, numRuns: 500 },
  );
});

test('a path made of names finds what it leads to', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,5}$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.string(), (names, text) => {
      const value = names.toReversed().reduce<unknown>((inner, outer) => ({ [outer]: inner }), text);
      expect(compilePath(names.join('.'))(value)).toBe(text);
    }),
    { seed: 4 },
  );
});
