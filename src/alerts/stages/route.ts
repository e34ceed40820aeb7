import type { OpenTime } from '../../sla/open-time.ts';
import type { Labels } from '../condition.ts';
import type { Route, RulePolicy, Severity } from '../rule.ts';

export interface RouteInput {
  labels: Labels;
  /** Names that labels are also known by. */
  names: Readonly<Record<string, string>>;
  severity: Severity;
  calendar: (name: string) => OpenTime | undefined;
}

/** The first route that holds; the last one holds for everything. */
export function routeOf({ routes }: Pick<RulePolicy, 'routes'>, input: RouteInput, now: Temporal.Instant): Route {
  return routes.find((route) => holds(route, input, now)) ?? routes.at(-1)!;
}

function holds(route: Route, { labels, names, severity, calendar }: RouteInput, now: Temporal.Instant): boolean {
  if (route.severity !== undefined && severity < route.severity) return false;
  if (route.hours) {
    const times = calendar(route.hours.calendar);
    const at = now.epochMilliseconds;
    const isOpen = times === undefined || times.elapsed(at, at + 1) > 0;
    if (isOpen !== (route.hours.is === 'open')) return false;
  }
  return Object.entries(route.labels).every(([name, values]) => {
    const [id = '', plain = ''] = [labels[name]?.toLowerCase(), names[name]?.toLowerCase()];
    // An id may carry its source in front.
    return values.some((value) => value === id || id.endsWith(`/${value}`) || value === plain);
  });
}
