import { expect, inject, test } from 'vitest';
import { benchDigest } from '../../src/bench/digest/bench.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

test('the digest benchmark builds one digest per reader and counts what Slack was asked for', async () => {
  const lines: string[] = [];
  const server = { db: database.db, url: inject('serverUrl') };
  const { built, sent } = await benchDigest(server, { quick: true, line: (line) => void lines.push(line) });
  expect(built.digests).toBe(30);
  expect(built.editions).toBeGreaterThan(10);
  expect(built.pictures).toBeLessThanOrEqual(built.editions);
  expect(sent.sent).toBeGreaterThan(0);
  expect(sent.methods['chat.postMessage']!.share).toBeGreaterThan(0);
  expect(lines.join('\n')).toContain('digests of');
}, 120_000);
