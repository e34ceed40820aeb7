/** A stream as the planner sees it; times in minutes. */
export interface PlanStream {
  id: string;
  what: string;
  /** Calls that one reading of everything takes. */
  calls: number;
  everyMinutes: number;
  atLeastMinutes: number;
  share: 'first' | number;
}

export interface PlannedStream extends PlanStream {
  callsPerDay: number;
  /** How often everything can be read; infinite where no call is left for it. */
  reachableMinutes: number;
}

export interface Plan {
  /** Calls that are handed out, per day. */
  callsPerDay: number;
  /** Of those, left over. */
  spare: number;
  streams: PlannedStream[];
}

const dayMinutes = 24 * 60;

/** Kept for calls that are made twice and for asking whether something was deleted. */
const reserved = 0.05;

/**
 * Hands out the calls of a day. First each stream, in order, gets what it needs at least; then those marked `first` what
 * they want; what is left is shared by the others in proportion, and nobody gets more than it wants.
 */
export function planCalls(
  quota: { perMinute: number; perDay: number | undefined },
  streams: readonly PlanStream[],
): Plan {
  const callsPerDay = Math.floor(
    Math.min(quota.perDay ?? Number.POSITIVE_INFINITY, quota.perMinute * dayMinutes) * (1 - reserved),
  );
  let left = callsPerDay;
  const given = new Map<PlanStream, number>();
  const give = (stream: PlanStream, calls: number) => {
    const now = Math.min(left, calls);
    given.set(stream, (given.get(stream) ?? 0) + now);
    left -= now;
  };
  const wanted = (stream: PlanStream) => (stream.calls * dayMinutes) / stream.everyMinutes;
  const lacking = (stream: PlanStream) => wanted(stream) - (given.get(stream) ?? 0);
  for (const stream of streams)
    give(stream, Math.min(wanted(stream), (stream.calls * dayMinutes) / stream.atLeastMinutes));
  for (const stream of streams) if (stream.share === 'first') give(stream, lacking(stream));

  // Each turn serves at least one stream in full, or hands out everything.
  let open = streams.filter((stream) => stream.share !== 'first' && lacking(stream) > 0);
  while (open.length > 0 && left > 0) {
    const parts = open.reduce((sum, { share }) => sum + Number(share), 0);
    const perPart = left / parts;
    const full = open.filter((stream) => lacking(stream) <= perPart * Number(stream.share));
    for (const stream of full.length > 0 ? full : open)
      give(stream, Math.min(lacking(stream), perPart * Number(stream.share)));
    if (full.length === 0) break;
    open = open.filter((stream) => !full.includes(stream));
  }
  return {
    callsPerDay,
    spare: Math.max(0, Math.floor(left)),
    streams: streams.map((stream) => {
      const calls = given.get(stream) ?? 0;
      return {
        ...stream,
        callsPerDay: Math.floor(calls + 1e-6),
        reachableMinutes:
          calls > 0 ? Math.max(stream.everyMinutes, (stream.calls * dayMinutes) / calls) : Number.POSITIVE_INFINITY,
      };
    }),
  };
}
