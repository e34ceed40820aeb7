import { expect, test } from 'vitest';
import { benchSlack } from '../../src/bench/slack.ts';
import { executive, general } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { startCompany } from './company.ts';

const database = useDatabase();

test('the Slack benchmark times text, chart and acknowledgement of a running bot', async () => {
  const company = await startCompany(database.db);
  const lines: string[] = [];
  const figures = await benchSlack({
    ...{ sandbox: company.sandbox, user: executive.id, channel: general.id, runs: 2, acks: 4, atOnce: 2 },
    log: (line) => void lines.push(line),
  });
  expect(lines).toHaveLength(3);
  expect(figures).toMatchObject({ runs: 2, acks: 4 });
  expect(figures.firstText.median).toBeGreaterThan(0);
  expect(figures.firstChart.p90).toBeGreaterThanOrEqual(figures.firstText.median);
  expect(figures.ack.p99).toBeGreaterThan(0);
});
