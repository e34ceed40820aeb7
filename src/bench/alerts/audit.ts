import sql from 'sql-template-tag';
import type { Db } from '../../db/db.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { type Channel, executive } from '../../sandbox/workspace.ts';

export interface AlertAudit {
  incidents: number;
  /** Messages of incidents, and replies in their threads, that are in Slack. */
  messages: number;
  replies: number;
  /** Changes of messages that arrived. */
  edits: number;
  /** Incidents without their message in a channel, told entries without their reply, messages that do not show the end. */
  lost: number;
  /** Messages or replies that are there more than once. */
  doubled: number;
  /** Deliveries of unknown outcome for good. */
  unknown: number;
  examples: string[];
}

/** Compares every incident with what is in Slack: one message in each channel, one reply for each thing told, and its end. */
export async function auditAlerts(
  db: Db,
  tenantId: number,
  sandbox: Sandbox,
  channels: readonly Channel[],
): Promise<AlertAudit> {
  const audit: AlertAudit = {
    ...{ incidents: 0, messages: 0, replies: 0, edits: 0, lost: 0, doubled: 0, unknown: 0, examples: [] },
  };
  const wrong = (what: 'lost' | 'doubled', text: string) => {
    audit[what]++;
    audit.examples.push(`${what}: ${text}`);
  };
  const incidents = await db.query<{ id: number; state: string; told: string[] }>(sql`
    select i.incident_id as id, i.state, array(
      select h.text from ops.alert_history h
      where h.tenant_id = i.tenant_id and h.incident_id = i.incident_id and h.told order by h.entry
    ) as told
    from ops.alert_incidents i where i.tenant_id = ${tenantId} order by 1`);
  audit.incidents = incidents.length;
  const deliveries = await db.query<{
    slot: string;
    part: string;
    recipient: string;
    state: string;
    ts: string | null;
  }>(sql`
    select slot, part, recipient, state, proof ->> 'ts' as ts from ops.deliveries where tenant_id = ${tenantId}`);
  audit.unknown = deliveries.filter(({ state }) => state === 'unknown').length;
  audit.edits = deliveries.filter(({ part, state }) => part === 'edit' && state === 'sent').length;
  for (const channel of channels) {
    const there = sandbox.conversation(channel.id, executive.id);
    const owned = new Set<string>();
    for (const { id, state, told } of incidents) {
      const main = deliveries.find(
        ({ slot, part, recipient }) => slot === `incident ${id}` && part === 'main' && recipient === channel.id,
      );
      const message = there.find(({ ts }) => ts === main?.ts);
      const name = `incident ${id} in ${channel.id}`;
      if (!message) {
        wrong('lost', `${name} has no message (${main?.state ?? 'no delivery'})`);
        continue;
      }
      owned.add(message.ts);
      audit.messages++;
      if (state !== 'resolved' || !message.text.startsWith('Recovered'))
        wrong('lost', `${name} is ${state} and shows "${message.text}"`);
      const replies = there.filter(({ threadTs, ts }) => threadTs === message.ts && ts !== message.ts);
      audit.replies += replies.length;
      for (const text of new Set(told)) {
        const wanted = told.filter((one) => one === text).length;
        const found = replies.filter((reply) => reply.text === text).length;
        if (found < wanted) wrong('lost', `${name}: reply "${text}"`);
        if (found > wanted) wrong('doubled', `${name}: reply "${text}"`);
      }
    }
    for (const { ts, threadTs, text } of there)
      if (threadTs === undefined && !owned.has(ts)) wrong('doubled', `a message in ${channel.id}: "${text}"`);
  }
  return audit;
}
