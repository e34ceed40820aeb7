import { inject, test } from 'vitest';
import { benchRisk } from '../../src/bench/sla/risk.ts';
import { createDb } from '../../src/db/db.ts';
import { silentLog } from '../../src/lib/log.ts';
test('x', { timeout: 400000 }, async () => {
  const url = inject('serverUrl');
  const db = createDb({ url, applicationName: 'crema test', log: silentLog });
  await benchRisk({ db, url }, { open: 100_000, rules: 10_000, rounds: 3 }, (l) => console.log(l)).finally(() => db.end());
});
