import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { executive, general } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { buttonsOf, hasImage, hasTable, quickCharts, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

const troubles: readonly (readonly [string, readonly Fault[]])[] = [
  ['the upload fails', [{ method: 'upload', kind: 'http', status: 500 }]],
  ['the upload loses its connection', [{ method: 'upload', kind: 'lost-answer' }]],
  ['Slack is busy', [{ method: 'files.getUploadURLExternal', kind: 'rate-limited', retryAfterSeconds: 30 }]],
  [
    'files are switched off',
    [{ method: 'files.completeUploadExternal', kind: 'error', error: 'file_uploads_disabled' }],
  ],
  ['the file never becomes ready', [{ method: 'response_url', kind: 'invalid-slack-file', times: 99 }]],
];

describe('an answer without its chart', () => {
  test.each(troubles)('has its numbers as a table when %s', async (_, faults) => {
    const company = await startCompany(database.db);
    for (const fault of faults) company.sandbox.failNext(fault);
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    const answer = await company.message(maya, hasTable);
    expect(textOf(answer)).toContain('The chart could not be shown; these are its numbers.');
    expect(textOf(answer)).toContain('2026-11-15');
    expect(buttonsOf(answer).map(({ text }) => text)).toContain('Share to channel');
    expect(company.seenBy(maya).filter(hasImage)).toEqual([]);
  });

  test('has its numbers as a table when the chart cannot be drawn', async () => {
    const charts = { png: async () => Promise.reject(new Error('the canvas is gone')) };
    const company = await startCompany(database.db, { door: { charts } });
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported by priority' });
    const answer = await company.message(maya, hasTable);
    expect(textOf(answer)).toMatch(/Priority +SLA met.*\nCritical/);
    expect(company.logged.map((line) => line.error)).toContain('the canvas is gone');
  });

  test('never uses more than the five posts of a response URL', async () => {
    const company = await startCompany(database.db, { door: { timing: { slowAfterMs: 0, imageWaitsMs: [0, 0, 0] } } });
    company.sandbox.failNext({ method: 'response_url', kind: 'invalid-slack-file', times: 99 });
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    await company.message(maya, hasTable);
    expect(company.sandbox.apiCalls.filter(({ method }) => method === 'response_url')).toHaveLength(5);
    expect(company.sandbox.apiCalls.filter(({ method }) => method === 'chat.postEphemeral')).toEqual([]);
  });

  test('waits for a file that Slack is still processing', async () => {
    const company = await startCompany(database.db, {
      door: { timing: { imageWaitsMs: [0, 0, 400] } },
      sandbox: { fileReadyMs: 200 },
    });
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    expect(hasTable(await company.message(maya, hasImage))).toBe(false);
    expect(company.seenBy(maya)).toHaveLength(2);
  });

  test('draws and uploads the same chart once', async () => {
    let drawn = 0;
    const charts = {
      png: (...given: Parameters<typeof quickCharts.png>) => {
        drawn += 1;
        return quickCharts.png(...given);
      },
    };
    const company = await startCompany(database.db, { door: { charts } });
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    const first = await company.message(maya, hasImage);
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    await company.message(maya, (message) => hasImage(message) && message.ts !== first.ts);
    // The first answer took a line of text and a card, the second a card.
    expect(company.seenBy(maya)).toHaveLength(3);
    expect(drawn).toBe(1);
    expect(company.sandbox.apiCalls.filter(({ method }) => method === 'upload')).toHaveLength(1);
  });
});

describe('a response URL in trouble', () => {
  test.each([
    ['refuses', { method: 'response_url', kind: 'http', status: 500, times: 99 }],
    ['has expired', { method: 'response_url', kind: 'error', error: 'expired_url', times: 99 }],
  ] as const)('is gone around by a message for the asker alone when it %s', async (_, fault) => {
    const company = await startCompany(database.db);
    company.sandbox.failNext(fault);
    await company.sandbox.command({ user: maya, channel, text: 'backlog table' });
    const answer = await company.message(maya, hasTable);
    expect(answer.ephemeralTo).toBe(maya);
  });
});
