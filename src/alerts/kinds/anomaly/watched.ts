import type { AlertRuleOf } from '../../../config/alerts.ts';
import { unknown } from '../../../config/settings.ts';
import { leadIn } from '../../../domain/format.ts';
import { kpiOf, kpis } from '../../../kpis/index.ts';
import type { Kpi } from '../../../kpis/kpi.ts';
import { hasUsualDays } from '../../../kpis/unusual.ts';
import { usageError } from '../../../lib/errors.ts';

const watchable = kpis.filter(hasUsualDays);

/** The KPIs that a rule watches. Throws a usage error for one there is none of, or whose days nobody knows how to judge. */
export function watchedKpis({ kpis: ids }: Pick<AlertRuleOf<'anomaly'>, 'kpis'>): readonly Kpi[] {
  return ids?.map((id) => found(id.toLowerCase())) ?? watchable;
}

function found(id: string): Kpi {
  const kpi = kpiOf(id);
  const ids = watchable.map((one) => one.id);
  if (!kpi) throw usageError('ALERT_KPI', unknown(id, 'KPI', ids));
  if (hasUsualDays(kpi)) return kpi;
  throw usageError(
    'ALERT_KPI',
    `days of ${leadIn(kpi.title)} cannot be judged: only of counts and shares it is known how much they differ by chance`,
    `Watch it with kpi-threshold or kpi-change; anomaly watches ${ids.join(', ')}`,
  );
}
