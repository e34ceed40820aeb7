/** The stored facts about conversations: their columns after tenant_id, and what places a row in time within its chat. */
export interface FactTable {
  table: string;
  /** The temp table that `makeConversations` leaves them in. */
  made: string;
  columns: readonly string[];
  at: string;
}

export const stretches = {
  table: 'crm.conversation_stretches',
  made: 'made_stretches',
  at: 'active_from',
  columns: [
    ...['source', 'id', 'chat', 'contact_id', 'begins', 'started_at', 'active_from', 'last_message_at', 'active_until'],
    ...['direction', 'channel', 'status', 'account_id', 'operator_id', 'team_id', 'handled_by', 'first_reply_at'],
    ...['reply_assumed', 'waits_since'],
  ],
} as const satisfies FactTable;

export const responses = {
  table: 'crm.conversation_responses',
  made: 'made_responses',
  at: 'answered_at',
  columns: [
    ...['source', 'id', 'chat', 'asked_at', 'answered_at', 'waited_since', 'assumed', 'channel', 'account_id'],
    ...['operator_id', 'team_id'],
  ],
} as const satisfies FactTable;

export const factTables: readonly FactTable[] = [stretches, responses];

/** What statements look for in the stored facts. */
export function soughtColumns({ at }: FactTable): string[] {
  return ['tenant_id', 'source', 'id', 'chat', at];
}
