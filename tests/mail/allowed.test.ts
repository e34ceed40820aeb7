import { describe, expect, test } from 'vitest';
import { allowedDomains, mayMailTo } from '../../src/mail/allowed.ts';

describe('whom mail may go to', () => {
  test.each([
    ['maya@example.com', ['example.com'], true],
    ['maya@EXAMPLE.com', ['Example.COM'], true],
    ['maya@mail.example.com', ['example.com'], false],
    ['maya@mail.example.com', ['*.example.com'], true],
    ['maya@a.b.example.com', ['*.example.com'], true],
    ['maya@example.com', ['*.example.com'], false],
    ['maya@notexample.com', ['example.com', '*.example.com'], false],
    ['maya@example.com.evil.example', ['example.com', '*.example.com'], false],
    ['maya@evil.example@example.com', ['example.com'], false],
    ['maya@müller.example', ['xn--mller-kva.example'], true],
    ['maya@example.com', [], false],
    ['maya@example.com', ['*'], false],
    ['maya@example.com', ['com', '*.com.'], false],
    ['example.com', ['example.com'], false],
  ])('%s with %j: %s', (address, allowed, expected) => {
    expect(mayMailTo(address, allowed)).toBe(expected);
  });

  test('is whom people of the configuration share a domain with, where no domain is configured', () => {
    const people = ['maya@example.com', 'daniel@EXAMPLE.com', 'noor@partner.example', 'nonsense'];
    expect(allowedDomains([], people)).toEqual(['example.com', 'partner.example']);
    expect(allowedDomains(['crema.example'], people)).toEqual(['crema.example']);
    expect(allowedDomains([], [])).toEqual([]);
  });
});
