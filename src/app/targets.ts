import type { Config } from '../config/config.ts';
import { kpis } from '../kpis/index.ts';
import { usageError } from '../lib/errors.ts';

/** Refuses targets that a KPI's value can never be: a ratio is 0 to 1, and 90 is not 90 %. Throws a usage error. */
export function checkTargets(config: Config): void {
  const wrong = kpis.flatMap(({ id, unit }) => {
    const target = config.kpis[id]?.target;
    if (unit !== 'ratio' || target === undefined || (target >= 0 && target <= 1)) return [];
    const meant = target > 1 && target <= 100 ? `; did you mean ${target / 100}?` : '';
    return [`kpis.${id}.target: is a ratio from 0 to 1, not ${target}${meant}`];
  });
  if (wrong.length > 0) throw usageError('CONFIG_TARGET', wrong.join('\n'), 'Mend the configuration file.');
}
