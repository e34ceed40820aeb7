import type { MixedRecords } from './records.ts';

/** A campaign on most days of October and November 2026, each with two reports; ids of one source are none of the other. */
const campaigns = Array.from({ length: 140 }, (_, n) => {
  const source = n % 5 === 0 ? 'zendesk' : 'import';
  const sent = Temporal.Instant.from('2026-10-01T05:30:00Z').add({ minutes: n * 480 });
  return {
    ...{ id: `${source}-k${n}`, source, name: `Campaign ${n}` },
    // Whatever runs, runs to the end of what the test looks at.
    status: n % 3 === 0 ? 'active' : n % 3 === 1 ? 'in_progress' : 'completed',
    template: [null, 'promo', 'news'][n % 3]!,
    created_at: sent.subtract({ hours: 30 }).toString(),
    sent_at: sent.toString(),
    account_id: n % 7 === 0 ? null : `a${n % 7}`,
  };
});

const reports = campaigns.flatMap(({ id, source, sent_at }, n) =>
  [1, 5].map((hours) => {
    const recipients = 40 + ((n * 37) % 200);
    const delivered = recipients - ((n * 13) % 20);
    const read = Math.floor((delivered * (20 + ((n * 7) % 60)) * hours) / 500);
    return {
      ...{ id: `${id}-${hours}`, source, campaign_id: id },
      at: Temporal.Instant.from(sent_at).add({ hours }).toString(),
      ...{ recipients, delivered, read, replied: Math.floor(read / (3 + (n % 5))), failed: recipients - delivered },
    };
  }),
);

export const campaignRecords: MixedRecords = {
  tables: [
    { table: 'crm.campaigns', rows: campaigns },
    { table: 'crm.campaign_reports', rows: reports, names: ['campaign_id'], withoutAccount: true },
  ],
};
