import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, inject, test } from 'vitest';
import { benchAlerts } from '../../src/bench/alerts/bench.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

test('the alerts benchmark looks at all rules with few questions, sees every ticket in Slack, and loses nothing to kills', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-test-'));
  const lines: string[] = [];
  try {
    // It throws where a ticket does not come to Slack, or where an alert was lost or doubled.
    const { ticks, lag, campaign } = await benchAlerts(
      { db: database.db, url: inject('serverUrl') },
      { quick: true, line: (text) => void lines.push(text), environment: readEnvironment({ CREMA_HOME: home }) },
    );
    expect(ticks.first.rules).toBe(300);
    expect(ticks.first.questions).toBeLessThan(ticks.first.rules / 3);
    expect(ticks.idle).toMatchObject({ rules: 0, questions: 0, statements: 1 });
    expect(ticks.byTime.rules).toBe(300);
    expect(lag).toMatchObject([{ tickets: 8 }]);
    expect(campaign.episodes).toBeGreaterThan(2);
    expect(campaign).toMatchObject({ incidents: campaign.episodes, lost: 0, doubled: 0 });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  console.log(lines.join('\n'));
}, 120_000);
