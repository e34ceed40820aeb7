import sql from 'sql-template-tag';
import type { CommandContext } from '../../app/command.ts';
import { CremaError } from '../../lib/errors.ts';
import { makeScratch, withServer } from '../scratch.ts';
import { type CampaignResult, runCampaign } from './campaign.ts';

const sizes = {
  full: { channels: 30, days: 40, replicas: 3, faults: 12, kills: 2 },
  quick: { channels: 6, days: 3, replicas: 2, faults: 5, kills: 1 },
} as const;

/** Two campaigns: with the right to look into channels, and without. Throws where something was lost or doubled. */
export async function runDeliveriesBench(
  context: CommandContext,
  line: (text: string) => void,
  { quick }: { quick: boolean },
): Promise<Record<string, unknown>> {
  const results: Record<string, CampaignResult> = {};
  await withServer(context, async (server) => {
    for (const canLook of [true, false]) {
      const scratch = await makeScratch(server);
      try {
        const [tenant] = await scratch.db.query<{ tenantId: number }>(sql`
          insert into ops.tenants (slug, name, timezone, week_start) values ('default', 'Bench', 'UTC', 1)
          returning tenant_id as "tenantId"`);
        const result = await runCampaign({
          ...{ db: scratch.db, url: scratch.url, tenantId: tenant!.tenantId, seed: 11, canLook },
          ...(quick ? sizes.quick : sizes.full),
          onProgress: (words) => context.io.note(`${words}\n`),
        });
        results[canLook ? 'with history' : 'without history'] = result;
        for (const text of campaignText(result, canLook)) line(text);
      } finally {
        await scratch.drop();
      }
    }
  });
  const wrong = Object.values(results).reduce((sum, { lost, doubled, unowned }) => sum + lost + doubled + unowned, 0);
  if (wrong > 0)
    throw new CremaError('DELIVERIES_WRONG', `${wrong} deliveries were lost or doubled`, {
      remedy: 'This is a defect of Crema: the examples above say which.',
    });
  return results;
}

/** The result as lines of text. */
export function campaignText(result: CampaignResult, canLook: boolean): string[] {
  const { slots, deliveries, attempts, kills, faults, byState, seconds } = result;
  const planted = Object.values(faults).reduce((sum, count) => sum + count, 0);
  const counted = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  return [
    canLook ? 'Crema may look into channels:' : 'Crema may not look into channels:',
    `  ${slots} slots, ${deliveries} deliveries in ${attempts} attempts, ${kills} kills, ${planted} faults, ${seconds} s`,
    `  faults: ${counted(faults)}`,
    `  states: ${counted(byState)}`,
    `  lost ${result.lost}, doubled ${result.doubled}, there without being sent ${result.unowned}`,
    `  of unknown outcome for good: ${result.unknownThere} there, ${result.unknownAbsent} not there (not sent again, by policy)`,
    ...result.examples.slice(0, 20).map((example) => `  ${example}`),
  ];
}
