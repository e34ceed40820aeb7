import { expect, test } from 'vitest';
import { campaignText } from '../../src/bench/deliveries/bench.ts';
import { runCampaign } from '../../src/bench/deliveries/campaign.ts';
import { makeTenant, useDatabase } from '../database.ts';

const database = useDatabase();

/*
 * A small form of `crema bench deliveries`: several processes killed at random while Slack and the mail server answer 429,
 * 500 and 451, hang, and lose their answers.
 */
test.each([
  { canLook: true, seed: 7 },
  { canLook: false, seed: 8 },
])('nothing is lost or doubled through faults and kills (Crema may look: $canLook)', async ({ canLook, seed }) => {
  const tenantId = await makeTenant(database.db, `bench-${canLook ? 'looks' : 'blind'}`);
  const result = await runCampaign({
    ...{ db: database.db, url: database.url, tenantId, seed, canLook, onProgress: () => undefined },
    ...{ channels: 4, days: 2, replicas: 2, faults: 5, kills: 1 },
  });
  for (const line of campaignText(result, canLook)) console.log(line);
  expect(result).toMatchObject({ slots: 8, kills: 2, lost: 0, doubled: 0, unowned: 0, examples: [] });
  expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBe(10);
  // Mails cannot be looked for, so some may stay unknown; what Slack was asked about never does.
  expect(result.byState.sent ?? 0).toBeGreaterThan(0);
  expect(result.byState.pending ?? 0).toBe(0);
});
