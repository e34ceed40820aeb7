import type { TicketEvent, TicketHistory } from '../../src/sla/history.ts';
import { type Metric, metrics, type PolicyVersion } from '../../src/sla/policy.ts';
import { minute } from './wall-clock.ts';

/** What the oracle says of a metric or a cycle; times in whole minutes. */
export interface OracleMetric {
  metric: Metric;
  state: string;
  elapsed: number;
  fulfilled: number | null;
  breached: number | null;
  /** Undefined when it lies beyond the minutes the oracle knows. */
  due: number | null | undefined;
  /** Where little was left: of a target whose quarter is no whole minute, within one. Undefined as above. */
  risk: number | null | undefined;
}

interface Stepped extends OracleMetric {
  target: number | null;
}

/** A policy version with the minutes its calendar is open in. */
export interface OracleVersion {
  version: PolicyVersion;
  open: readonly boolean[];
}

/**
 * The rules of an SLA said a second time, minute by minute and without any cleverness. Instants are minutes since
 * `origin`; all versions are of one policy, ascending.
 */
export function oracleOf(
  { events, delivered }: TicketHistory,
  versions: readonly OracleVersion[],
  origin: number,
  asOf: number,
): OracleMetric[] {
  const all: Stepped[] = [];
  const begin = (metric: Metric) =>
    all.push({ metric, state: '', elapsed: 0, fulfilled: null, breached: null, due: null, risk: null, target: null });
  if (delivered.replies) begin('firstResponse');
  if (delivered.resolutions) begin('resolution');
  const find = (metric: Metric) => all.find((one) => one.metric === metric);

  let status = '';
  let ended = false;
  let priority: string | null = null;
  let owed = false;
  let current: OracleVersion | undefined;

  const happen = (event: TicketEvent, now: number) => {
    const resolution = find('resolution');
    const first = find('firstResponse');
    const cycle = all.findLast((one) => one.metric === 'nextResponse');
    const cyclesKnown = delivered.replies && delivered.customerReplies;
    let to: string | null = null;
    if (event.kind === 'created') to = event.status;
    if (event.kind === 'status') to = event.new;
    if (event.kind === 'resolved' || event.kind === 'closed') to = event.kind;
    if (event.kind === 'reopened' && ended) to = 'open';
    if (event.kind === 'created') priority = event.priority;
    if (event.kind === 'priority') priority = event.new;
    if (event.kind === 'public_reply' && !event.automatic) {
      owed = false;
      if (first && first.fulfilled === null) first.fulfilled = now;
      else if (cycle && cycle.fulfilled === null) cycle.fulfilled = now;
    }
    if (event.kind === 'customer_reply' && !event.automatic && cyclesKnown) {
      if (first!.fulfilled !== null && (!cycle || cycle.fulfilled !== null)) {
        if (ended) owed = true;
        else begin('nextResponse');
      }
    }
    if (event.kind === 'status' || event.kind === 'created' || to !== null) status = to ?? '';
    if (to === null || to === 'unmapped') return;
    if (['resolved', 'closed', 'cancelled'].includes(to)) {
      ended = true;
      if (to === 'resolved' && resolution) resolution.fulfilled ??= now;
    } else if (ended) {
      ended = false;
      if (resolution) resolution.fulfilled = null;
      for (const one of all) if (one.fulfilled === null && one.breached === null) one.risk = null;
      if (owed && cyclesKnown) begin('nextResponse');
      owed = false;
    }
  };

  const pausedNow = (one: Stepped) => current?.version.pausing[one.metric]?.includes(status) ?? false;
  const judge = (one: Stepped, now: number) => {
    if (one.breached !== null || (one.fulfilled !== null && one.fulfilled < now)) return;
    const targets: Partial<Record<string, number>> = current?.version.targets[one.metric] ?? {};
    const seconds = priority === null ? undefined : targets[priority];
    one.target = seconds === undefined ? null : seconds / 60;
    if (one.fulfilled === null && !ended) {
      const runs = current !== undefined && !pausedNow(one);
      const low = one.target !== null && one.target - one.elapsed <= Math.max(one.target / 4, 15);
      one.risk = runs && low ? (one.risk ?? now) : null;
    }
    if (one.target === null) return;
    if (one.fulfilled === now ? one.elapsed > one.target : !ended && one.elapsed >= one.target) one.breached = now;
  };
  const byInstant = Map.groupBy(events, ({ at }) => at);
  const step = (now: number, happening: boolean) => {
    if (happening) for (const event of byInstant.get(origin + now * minute) ?? []) happen(event, now);
    current = versions.findLast(({ version }) => version.validFrom <= origin + now * minute);
    for (const one of all) judge(one, now);
  };
  const pass = (now: number) => {
    for (const one of all) {
      if (ended || one.fulfilled !== null || pausedNow(one) || !current?.open[now]) continue;
      const left = (one.target ?? Infinity) - Math.max((one.target ?? 0) / 4, 15) - one.elapsed;
      if (one.breached === null && left > 0 && left < 1) one.risk ??= now + left;
      one.elapsed++;
    }
  };

  const start = (events[0]!.at - origin) / minute;
  for (let now = start; now <= asOf; now++) {
    step(now, true);
    if (now < asOf) pass(now);
  }
  for (const one of all) one.state = stateOf(one, ended, pausedNow(one));
  const results = all.map(({ target: _target, ...one }) => ({ ...one }));

  const last = versions[0]!.open.length;
  for (let now = asOf; now < last; ) {
    pass(now++);
    step(now, false);
  }
  results.forEach((one, i) => {
    one.due = one.state === 'pending' ? (all[i]!.breached ?? undefined) : null;
    if (one.state === 'pending') one.risk = all[i]!.risk ?? undefined;
  });
  return metrics.flatMap((metric) => results.filter((one) => one.metric === metric));
}

function stateOf(one: Stepped, ended: boolean, paused: boolean): string {
  if (one.breached !== null) return 'missed';
  if (one.fulfilled !== null && one.target !== null) return 'met';
  if (one.target === null || ended) return 'not-measured';
  return paused ? 'paused' : 'pending';
}
