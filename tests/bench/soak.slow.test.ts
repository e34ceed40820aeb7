import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { soakText } from '../../src/bench/soak/bench.ts';
import type { Amounts } from '../../src/bench/soak/plan.ts';
import { soak } from '../../src/bench/soak/soak.ts';
import { useDatabase } from '../database.ts';

const database = useDatabase();

/** The month of `crema bench soak` in small. */
const amounts: Amounts = {
  historyDays: 10,
  days: 2,
  contacts: 120,
  replicas: 2,
  stepMinutes: [40, 150],
  pauseMs: [100, 400],
  patienceMs: 1_500,
  faults: 2.5,
  slowFaults: false,
  kill: 0.15,
  blackout: 0.05,
  killTap: 0.4,
  tapEveryHours: 10,
  trouble: 0.15,
  lost: 0.05,
};

test('days of faults, kills and lost events end with every record as the CRM has it and every cell as recomputed', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'crema-soak-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const result = await soak({ db: database.db, url: database.url, home, seed: 'small', amounts });
  console.log(soakText(result).join('\n'));
  expect(result.differing).toBe(0);
  // It was no quiet time.
  expect(Object.keys(result.faults).length).toBeGreaterThan(5);
  expect(result.replicas.kills).toBeGreaterThan(2);
  expect(result.events).toMatchObject({ lost: expect.toSatisfy((lost: number) => lost > 3) });
  for (const { entity, records } of result.compared)
    if (!['cost', 'opportunity', 'conversation'].includes(entity)) expect(records, entity).toBeGreaterThan(0);
}, 300_000);
