import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../../src/db/db.ts';
import { ensurePartitions, isPartitioned, partitionedTables } from '../../../src/db/partitions.ts';
import type { DimensionId } from '../../../src/kpis/dimensions.ts';
import type { GroupId } from '../../../src/kpis/groups.ts';
import { adoptionRecords } from './adoption.ts';
import { campaignRecords } from './campaigns.ts';
import { engagementRecords } from './engagement.ts';
import { growthRecords } from './growth.ts';
import { salesRecords } from './sales.ts';
import { supportRecords } from './support.ts';

/** Records of all kinds over October and November 2026, for what holds for every KPI of a group. */
export interface MixedRecords {
  tables: readonly {
    table: string;
    /** As they are in the table; what one leaves out is null. */
    rows: readonly { id: string }[];
    /** Columns that name rows of the group by id: they follow when rows are copied under other ids. */
    names?: readonly string[];
    /** Has no account of its own. */
    withoutAccount?: true;
  }[];
  /** A dimension with an entity of which the test makes one, `quiet`, that no record has. */
  quiet?: DimensionId;
  /** Of what exists for a time, deleted records count until then. */
  deletedCounted?: true;
}

const byGroup: Partial<Record<GroupId, MixedRecords>> = {
  support: supportRecords,
  growth: growthRecords,
  adoption: adoptionRecords,
  engagement: engagementRecords,
  campaigns: campaignRecords,
  sales: salesRecords,
};

export function mixedRecords(group: GroupId): MixedRecords {
  const records = byGroup[group];
  if (!records) throw new Error(`tests/kpis/contract has no records for the group ${group}`);
  return records;
}

/** Writes rows as they are, past the writer: no marks, no change rows. */
export async function insertMixed(db: Db, tenantId: number, { tables }: MixedRecords): Promise<void> {
  for (const { table, rows } of tables) await insertRows(db, table, tenantId, rows);
}

/** The same records under other ids, of another account. */
export function copyOf(records: MixedRecords, suffix: string, change: Record<string, unknown>): MixedRecords {
  return {
    ...records,
    tables: records.tables.map(({ table, rows, names = [], withoutAccount }) => ({
      ...{ table, names },
      rows: rows.map((row: { id: string; [column: string]: unknown }) => {
        const { account_id, ...others } = change;
        return {
          ...row,
          id: `${row.id}-${suffix}`,
          ...Object.fromEntries(names.map((name) => [name, row[name] == null ? row[name] : `${row[name]}-${suffix}`])),
          ...others,
          ...(account_id === undefined || withoutAccount ? {} : { account_id }),
        };
      }),
    })),
  };
}

/** In one statement, however many they are. */
export async function insertRows(db: Db, table: string, tenantId: number, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  const whole: Record<string, unknown>[] = rows.map((row) => ({
    source: 'import',
    version: 1,
    ...row,
    tenant_id: tenantId,
  }));
  if (isPartitioned(table)) {
    const dates = whole.map((row) => String(row[partitionedTables[table]]).slice(0, 10));
    await ensurePartitions(db, table, [...new Set(dates)]);
  }
  const names = raw([...new Set(whole.flatMap((row) => Object.keys(row)))].join(', '));
  await db.run(sql`
    insert into ${raw(table)} (${names})
    select ${names} from jsonb_populate_recordset(null::${raw(table)}, ${JSON.stringify(whole)}::jsonb)`);
}
