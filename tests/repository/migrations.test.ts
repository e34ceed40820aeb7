import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/**
 * Migrations that have landed, with the start of their SHA-256: databases out there have run exactly these. Never change
 * a line here; a new migration adds one.
 */
const landed: Readonly<Record<string, string>> = {
  '000001_ops.sql': 'c22587cc14be25ff',
  '000002_crm.sql': '76f8191d01489a34',
  '000003_mart.sql': '5c22a15160d60460',
  '000004_access.sql': 'e2dd09408e8bb903',
  '000005_no_team.sql': '3c25b38ff8179082',
  '000006_ticket_events.sql': '4ca5bfedeeb776cc',
  '000007_ticket_sla.sql': 'eb25d948310da2a8',
  '000008_surveys.sql': '9ff39c923850fac0',
  '000009_people.sql': 'a6dfb5afab785dcf',
  '000010_people_rows.sql': 'cf3ddcd5c9a1c06f',
  '000011_entities.sql': 'fa438eada5797272',
  '000012_jobs.sql': 'ee9c3dbb4b19890f',
  '000013_sync.sql': '956807734f531b46',
  '000014_webhooks.sql': '69c1c5a4eca6789a',
  '000015_engagement.sql': '5e61fe4c4d48bfb4',
  '000016_growth.sql': '413b719bd8b3c6b1',
  '000017_campaigns.sql': 'f35e782575728cbb',
  '000018_sales.sql': '008206b124f69082',
  '000019_singer_records.sql': '79f41b782b2ed7ef',
  '000020_contact_status.sql': '9f3fdc62d318b991',
  '000021_deliveries.sql': 'fcc5e46d06403d85',
  '000022_receipt_rights.sql': 'bd88b6f8b55d70e8',
  '000023_slack_zone.sql': 'e1e5a16effe42f08',
  '000024_edition_files.sql': 'e803d11697d960d2',
  '000025_viewer_known.sql': '503b46448cb0d24e',
  '000026_alerts.sql': '61fe81a079d9bb2a',
  '000027_sla_risk.sql': '71b4b76e6e87b4e6',
  '000028_alert_noise.sql': '4afbf54d2d8424db',
  '000029_own_rows.sql': '6df60488dfc3d670',
  '000030_silence_people.sql': '019a2f447ce2aa45',
};

test('a landed migration is never edited, and a new one is added to the list', () => {
  const folder = path.join(import.meta.dirname, '..', '..', 'migrations');
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, file)))
      .digest('hex')
      .slice(0, 16);
  expect(
    Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((file) => [file, hash(file)]),
    ),
  ).toEqual(landed);
});
