import type { OpenTime } from '../../sla/open-time.ts';
import type { Incident } from '../incident.ts';
import type { Route, RulePolicy } from '../rule.ts';

export interface RouteInput {
  /**
   * It is routed by how bad it was at its worst, so that it does not go back and forth; and by the hours of when it was first
   * told, which is now where it was not told yet.
   */
  incident: Pick<Incident, 'labels' | 'worstSeverity' | 'announcedAt'>;
  /** Names that labels are also known by. */
  names: Readonly<Record<string, string>>;
  calendar: (name: string) => OpenTime | undefined;
}

/** The first route that holds; the last one holds for everything. */
export function routeOf({ routes }: Pick<RulePolicy, 'routes'>, input: RouteInput, now: Temporal.Instant): Route {
  return routes.find((route) => holds(route, input, now)) ?? routes.at(-1)!;
}

function holds(route: Route, { incident, names, calendar }: RouteInput, now: Temporal.Instant): boolean {
  const { labels, worstSeverity, announcedAt } = incident;
  if (route.severity !== undefined && worstSeverity < route.severity) return false;
  if (route.hours) {
    const times = calendar(route.hours.calendar);
    const at = (announcedAt ?? now).epochMilliseconds;
    const isOpen = times === undefined || times.elapsed(at, at + 1) > 0;
    if (isOpen !== (route.hours.is === 'open')) return false;
  }
  return Object.entries(route.labels).every(([name, values]) => {
    const [id = '', plain = ''] = [labels[name]?.toLowerCase(), names[name]?.toLowerCase()];
    // An id may carry its source in front.
    return values.some((value) => value === id || id.endsWith(`/${value}`) || value === plain);
  });
}
