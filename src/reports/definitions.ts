import type { KpiSettings } from '../answers/answer.ts';
import { formatTarget } from '../domain/format.ts';
import { kpis } from '../kpis/index.ts';
import type { Definition } from './report.ts';

/** What the KPIs of a report mean and who answers for them, in the order of the catalogue. */
export function definitionsOf(
  used: ReadonlySet<string>,
  settings: KpiSettings,
  shape: { locale: string; currency: string },
): Definition[] {
  return kpis
    .filter(({ id }) => used.has(id))
    .map((kpi) => {
      const target = settings[kpi.id]?.target ?? kpi.target;
      return {
        kpi: kpi.id,
        title: kpi.title,
        formula: kpi.formula,
        owner: settings[kpi.id]?.owner ?? kpi.owner,
        target: target === null ? '' : formatTarget(target, kpi.unit, shape),
      };
    });
}
