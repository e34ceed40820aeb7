import { mkdtempSync } from 'node:fs';
import { createDb } from '../../db/db.ts';
import { joinEmbedded } from '../../db/embedded.ts';
import { silentLog } from '../../lib/log.ts';
import { makeScratch } from '../scratch.ts';
import { soak } from './soak.ts';

const home = '/tmp/soak-try/pg';
const server = await joinEmbedded(home);
const sdb = createDb({ url: server.url, applicationName: 'crema soak try', log: silentLog });
const [seeds, days = '2', contacts = '500'] = process.argv.slice(2);
for (const seed of seeds!.split(',')) {
  const scratch = await makeScratch({ db: sdb, url: server.url });
  const r = await soak({
    ...scratch,
    home: mkdtempSync('/tmp/soak-try/h-'),
    seed,
    onProgress: (w) => console.error(w),
    amounts: {
      historyDays: 20,
      days: Number(days),
      contacts: Number(contacts),
      replicas: 2,
      stepMinutes: [15, 120],
      pauseMs: [200, 700],
      patienceMs: 2000,
      faults: 1.2,
      slowFaults: false,
      kill: 0.08,
      blackout: 0.02,
      killTap: 0.4,
      tapEveryHours: 8,
      trouble: 0.1,
      lost: 0.04,
    },
  });
  const { compared, ...rest } = r;
  console.log(JSON.stringify(rest, null, 1));
  for (const c of compared) console.log(JSON.stringify(c));
  if (r.differing === 0) await scratch.drop();
  else await scratch.db.end();
}
await sdb.end();
await server.leave();
