import { expect, test } from 'vitest';
import { createUploads } from '../../src/slack/carrier/uploads.ts';

test('a file that many are shown is uploaded once, also when they come at the same time', async () => {
  const uploads = createUploads();
  let count = 0;
  const upload = async () => `F${++count}`;
  expect(await Promise.all([uploads.once('a', upload), uploads.once('a', upload)])).toEqual(['F1', 'F1']);
  expect([await uploads.once('a', upload), await uploads.once('b', upload)]).toEqual(['F1', 'F2']);
});

test('an upload that failed is made anew by the next one, and so is one that Slack does not show', async () => {
  const uploads = createUploads();
  await expect(uploads.once('a', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(await uploads.once('a', async () => 'F1')).toBe('F1');
  uploads.forget('a');
  expect(await uploads.once('a', async () => 'F2')).toBe('F2');
});
