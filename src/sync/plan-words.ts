import type { Plan, PlannedStream } from './plan.ts';

/** The plan in words, a line per stream: what it costs, what is wanted and what can be had. */
export function planWords(source: string, plan: Plan): string[] {
  const calls = plan.streams.reduce((sum, stream) => sum + stream.callsPerDay, 0);
  return [
    `${source}: ${count(calls)} of ${count(plan.callsPerDay)} calls a day are planned`,
    ...plan.streams.map((stream) => `  ${stream.id}: ${streamWords(stream)}`),
  ];
}

/** `all contacts every 24 min (15 min wanted; 50 calls a time, 3,000 a day)`. */
function streamWords({ what, calls, callsPerDay, everyMinutes, reachableMinutes }: PlannedStream): string {
  if (calls === 0) return `nothing to read yet`;
  const cost = `${count(calls)} ${calls === 1 ? 'call' : 'calls'} a time`;
  if (!Number.isFinite(reachableMinutes)) return `${what} never: the quota leaves no calls for it (${cost})`;
  const isShort = reachableMinutes > everyMinutes * 1.01;
  const wanted = isShort ? `${minuteWords(everyMinutes)} wanted; ` : '';
  return `${what} every ${minuteWords(reachableMinutes)} (${wanted}${cost}, ${count(callsPerDay)} a day)`;
}

/** Streams that cannot be read as often as they should, for a look at what is wrong. */
export function shortStreams(plan: Plan): PlannedStream[] {
  return plan.streams.filter(
    ({ calls, reachableMinutes, atLeastMinutes }) => calls > 0 && reachableMinutes > atLeastMinutes * 1.01,
  );
}

/** `5 min`, `1 h 50 min`, `3 days`. */
function minuteWords(minutes: number): string {
  const whole = Math.ceil(minutes - 1e-6);
  if (whole < 60) return `${whole} min`;
  if (whole < 48 * 60) {
    const rest = whole % 60;
    return `${Math.floor(whole / 60)} h${rest > 0 ? ` ${rest} min` : ''}`;
  }
  return `${count(Math.round(whole / 60 / 24))} days`;
}

function count(number: number): string {
  return number.toLocaleString('en');
}
