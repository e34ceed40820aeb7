import { everything } from '../../db/viewer.ts';
import { askKpi } from '../../kpis/ask.ts';
import { kpis } from '../../kpis/index.ts';
import { now } from '../company.ts';
import { median, rounded, timed } from '../spread.ts';
import type { History } from './current.ts';

/** So many months are asked for, the present one among them. */
const months = 12;
const named = 5;

/** Every KPI of the catalogue over 12 months as it is asked in Slack, with its series and comparison; medians after a first call. */
export async function benchCatalogue({ db, tenant }: History, rounds: number, line: (text: string) => void) {
  const figures: { kpi: string; medianMs: number; hasData: boolean }[] = [];
  for (const kpi of kpis) {
    const times: number[] = [];
    let hasData = false;
    for (let round = -1; round < rounds; round++) {
      const { value, ms } = await timed(() =>
        askKpi({ db, tenant, viewer: everything, now }, kpi, {
          ...{
            period: { kind: 'last-units', unit: 'month', count: months },
            by: null,
            filters: [],
            versus: null,
            grain: null,
          },
        }),
      );
      if (value.kind !== 'answered') throw new Error(`${kpi.id} was not answered: ${value.kind}`);
      hasData = value.result.value !== null;
      if (round >= 0) times.push(ms);
    }
    figures.push({ kpi: kpi.id, medianMs: rounded(median(times)), hasData });
  }
  const slowest = figures.toSorted((a, b) => b.medianMs - a.medianMs);
  const overall = rounded(median(figures.map(({ medianMs }) => medianMs)));
  line(
    `${figures.length} KPIs over ${months} months (n=${rounds}): median ${overall} ms; slowest ${slowest
      .slice(0, named)
      .map(({ kpi, medianMs }) => `${kpi} ${medianMs} ms`)
      .join(', ')}`,
  );
  const empty = figures.filter(({ hasData: has }) => !has).map(({ kpi }) => kpi);
  if (empty.length > 0) line(`  without a value: ${empty.join(', ')}`);
  return { months, rounds, medianMs: overall, kpis: slowest };
}
