import type { OpenTime } from '../../sla/open-time.ts';
import type { Labels } from '../condition.ts';

/** Nobody is told of incidents that have these labels, or whose things all have them. */
export interface Silence {
  silenceId: number;
  /** By label, or `rule`: one of these values. */
  matchers: Readonly<Record<string, readonly string[]>>;
  from: Temporal.Instant;
  until: Temporal.Instant;
  /** How whoever made it is called. */
  createdBy: string;
  /** `slack:U...` or a person id; null: from the command line. */
  person: string | null;
  comment: string;
}

export interface MuteInput {
  rule: { ruleId: number; name: string | null; hours: string | null };
  labels: Labels;
  /** Labels of each of its things that are not well, those that may change included; none at its end. */
  members: readonly Labels[];
  /** Late streams that keep it from being known. */
  unknown: { reason: string; late: readonly string[] } | null;
  /** Incident of a team that all of it belongs to; null where there is none. */
  within: { incidentId: number; name: string } | null;
  silences: readonly Silence[];
  /** Of the rule's hours; undefined where that calendar is gone: then it is told, rather than never. */
  openTime: OpenTime | undefined;
}

/** `until`: when it ends by time alone, where that is known. */
export interface Muting {
  reason: string;
  until: Temporal.Instant | null;
}

/** Why nobody is to be told now; null: they are. Pure; the stages in their order, the first one that holds says it. */
export function muteOf(input: MuteInput, now: Temporal.Instant): Muting | null {
  return inhibited(input) ?? outsideHours(input, now) ?? silenced(input, now);
}

function inhibited({ unknown, within }: MuteInput): Muting | null {
  if (unknown) {
    const late = unknown.late.length > 0 ? `data is late: ${unknown.late.join(', ')}` : unknown.reason;
    return { reason: late, until: null };
  }
  return within ? { reason: `told with incident ${within.incidentId} (${within.name})`, until: null } : null;
}

function outsideHours({ rule, openTime }: MuteInput, now: Temporal.Instant): Muting | null {
  if (rule.hours === null || !openTime) return null;
  const at = now.epochMilliseconds;
  if (openTime.elapsed(at, at + 1) > 0) return null;
  const opens = openTime.after(at, 1);
  return {
    reason: `outside the hours of ${rule.hours}`,
    until: opens === null ? null : Temporal.Instant.fromEpochMilliseconds(opens - 1),
  };
}

function silenced({ silences, labels, members, rule }: MuteInput, now: Temporal.Instant): Muting | null {
  const has = (name: string, values: readonly string[]) => {
    if (name === 'rule') return [rule.name ?? '', String(rule.ruleId)].some((one) => values.includes(one));
    if (values.includes(labels[name] ?? '')) return true;
    return members.length > 0 && members.every((member) => values.includes(member[name] ?? ''));
  };
  const found = silences.find(
    ({ from, until, matchers }) =>
      Temporal.Instant.compare(from, now) <= 0 &&
      Temporal.Instant.compare(until, now) > 0 &&
      Object.entries(matchers).every(([name, values]) => has(name, values)),
  );
  if (!found) return null;
  return { reason: `silenced by ${found.createdBy}: ${found.comment}`, until: found.until };
}
