import { fixedClock } from '../../lib/clock.ts';
import { createLog } from '../../lib/log.ts';
import { createCrm } from '../../sandbox/crm/crm.ts';

/* The simulated CRM as a process of its own, so that the bot's memory and processor are the bot's. Ends with its parent. */

export interface CrmProcessOptions {
  contacts: number;
  from: string;
  now: string;
  apiKey: string;
}

process.on('disconnect', () => process.exit(0));
process.once('message', ({ contacts, from, now, apiKey }: CrmProcessOptions) => {
  const clock = fixedClock(now);
  const log = createLog({ level: 'warn' });
  const plenty = { perMinute: Number.MAX_SAFE_INTEGER };
  void createCrm({ seed: 'bench', timezone: 'UTC', from, contacts, clock, log, apiKey, quota: plenty }).then(
    ({ url }) => process.send?.(url),
  );
});
