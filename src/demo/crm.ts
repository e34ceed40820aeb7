import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type Crm, createCrm } from '../sandbox/crm/crm.ts';

export const demoTimezone = 'Asia/Jakarta';

/** How much of a company there is. */
export interface CompanySize {
  /** Months it has lived when the demo is started for the first time. */
  months: number;
  contacts: number;
}

/** Some 70,000 messages. */
const usualSize: CompanySize = { months: 18, contacts: 2_000 };

/** What must not change while a home's data is kept: the same company comes back, and goes on living. */
interface Founding {
  from: string;
  badWeek: string;
  contacts: number;
}

/** The one CRM of the demo, with its API, its webhooks and its tap: what is known of it under this source. */
export const demoSource = 'crm';

export interface DemoCrm extends Crm {
  /** What the bot signs in with. */
  readonly apiKey: string;
  /** What the CRM signs its webhooks with. */
  readonly webhookSecret: string;
}

/** Starts the made-up CRM: founded 18 months before the first start in this folder, the same one at every later start. */
export async function startCrm(options: {
  dir: string;
  clock: Clock;
  log: Log;
  size?: CompanySize | undefined;
}): Promise<DemoCrm> {
  const { dir, clock, log } = options;
  const founding = await foundOnce(dir, clock, options.size ?? usualSize);
  const apiKey = randomBytes(12).toString('hex');
  const crm = await createCrm({
    ...{ ...founding, seed: 'lumen', timezone: demoTimezone },
    ...{ clock, log, apiKey, tickMs: 1_000 },
  });
  return Object.assign(crm, { apiKey, webhookSecret: randomBytes(16).toString('hex') });
}

async function foundOnce(dir: string, clock: Clock, { months, contacts }: CompanySize): Promise<Founding> {
  const file = foundingFile(dir);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Founding;
  const today = clock.now().toZonedDateTimeISO(demoTimezone).toPlainDate();
  const founding = {
    from: today.subtract({ months }).with({ day: 1 }).toString(),
    badWeek: today.subtract({ days: today.dayOfWeek - 1, weeks: 3 }).toString(),
    contacts,
  };
  await mkdir(dir, { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(founding, null, 2)}\n`);
  await rename(`${file}.new`, file);
  return founding;
}

/** Whether a company was founded in the folder. */
export function isFounded(dir: string): Promise<boolean> {
  return access(foundingFile(dir)).then(
    () => true,
    () => false,
  );
}

function foundingFile(dir: string): string {
  return path.join(dir, 'crm.json');
}
