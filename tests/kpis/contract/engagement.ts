import type { MixedRecords } from './records.ts';

const begin = Temporal.Instant.from('2026-10-01T00:30:00Z');
const channels = ['whatsapp', 'web', null] as const;

/**
 * Conversations over the days of October and November 2026: those of import are told as such, with status, operator and
 * team; those of zendesk are the endless chats of 60 contacts. A third gets no reply, some the bot's only.
 */
const courses = Array.from({ length: 400 }, (_, n) => {
  const source = n % 3 === 0 ? 'zendesk' : 'import';
  return {
    ...{ n, source, id: `${source}-k${n}`, contact: `${source}-c${n % 60}`, started: begin.add({ minutes: n * 217 }) },
    channel: channels[n % 3 === 0 ? (n / 3) % 3 : n % 3]!,
    account: n % 7 === 0 ? null : `a${n % 7}`,
    operator: n % 29 === 0 ? null : `${source}-op${n % 29}`,
  };
});

const conversations = courses
  .filter(({ source }) => source === 'import')
  .map(({ n, source, id, contact, started, channel, account, operator }) => ({
    ...{ id, source, contact_id: contact, channel, account_id: account, operator_id: operator },
    status: ['unhandled', 'handled', 'resolved', 'resolved', null][n % 5]!,
    started_at: started.toString(),
    closed_at: n % 5 === 2 ? started.add({ hours: 3 + (n % 40) }).toString() : null,
    team_id: [null, '1', '2', '3'][n % 4]!,
  }));

const messages = courses.flatMap(({ n, source, id, contact, started, channel, account, operator }) => {
  const toldOf = source === 'import' ? id : null;
  const replyMinutes = 1 + ((n * n * 31) % (n % 11 === 0 ? 4_000 : 240));
  const outbound = { direction: 'outbound', type: n % 4 === 0 ? 'template' : 'text' };
  return [
    { direction: 'inbound', sender_kind: 'contact', after: 0, type: 'text', status: 'received' },
    ...(n % 4 === 1 ? [{ direction: 'inbound', sender_kind: 'contact', after: 1, type: 'image', status: null }] : []),
    ...(n % 2 === 0 ? [{ ...outbound, sender_kind: 'bot', after: 1, status: 'delivered' }] : []),
    ...(n % 3 === 2 && n % 2 === 0
      ? []
      : [
          {
            ...{ ...outbound, after: replyMinutes, operator_id: operator },
            sender_kind: n % 5 === 0 ? null : 'operator',
            status: ['sent', 'delivered', 'read', 'failed', null][(n * 3) % 5]!,
          },
        ]),
  ].map(({ after, ...message }, place) => ({
    ...{ operator_id: null, ...message, id: `${id}-${place}`, source, conversation_id: toldOf, contact_id: contact },
    ...{ channel, account_id: account },
    sent_at: started.add({ minutes: after }).toString(),
  }));
});

export const engagementRecords: MixedRecords = {
  tables: [
    { table: 'crm.conversations', rows: conversations, names: ['contact_id'] },
    { table: 'crm.messages', rows: messages, names: ['conversation_id', 'contact_id'] },
  ],
};
