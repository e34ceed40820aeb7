import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { writeRecords } from '../../../src/sources/records.ts';
import { useDatabase } from '../../database.ts';
import { aDesk, runAt } from './writing.ts';

const database = useDatabase();
const inbound = (id: string, at: string, contact = 'a') => ({
  ...{ id, contact_id: contact, direction: 'inbound', sender_kind: 'contact', status: 'received' },
  sent_at: `2026-11-${at.replace(' ', 'T')}:00Z`,
});
const reply = (id: string, at: string, contact = 'a') => ({
  ...inbound(id, at, contact),
  ...{ direction: 'outbound', sender_kind: 'operator', operator_id: 'anna', status: 'sent' },
});

describe('a sweep', () => {
  test('is asked for by what changes a conversation, and not by a new status', async () => {
    const desk = await aDesk(database.db, 'asked');
    await desk.write('message', [inbound('1', '02 10:00'), reply('2', '02 10:05'), inbound('3', '02 10:00', 'b')]);
    expect(await desk.marks()).toEqual(['u:a', 'u:b']);
    await desk.sweep();
    await desk.write('message', [{ id: '2', status: 'read' }], true);
    expect(await desk.marks()).toEqual([]);
    await desk.write('message', [{ id: '2', sender_kind: 'bot' }], true);
    expect(await desk.marks()).toEqual(['u:a']);
    // A message that moves is looked for where it was and where it is.
    await desk.write('message', [{ ...inbound('3', '02 10:00', 'c') }]);
    expect(await desk.marks()).toEqual(['u:a', 'u:b', 'u:c']);
  });

  test('rewrites only facts that changed, and marks the days they count on', async () => {
    const desk = await aDesk(database.db, 'rewrites');
    await desk.write('message', [inbound('1', '02 10:00'), inbound('2', '05 10:00'), inbound('3', '09 10:00')]);
    expect(await desk.sweep()).toEqual({ chats: 1, changed: 3 });
    await desk.takeDays();
    await desk.write('message', [reply('4', '05 11:00')]);
    expect(await desk.sweep()).toEqual({ chats: 1, changed: 2 });
    const made = (await desk.takeDays()).filter(
      (day) => day.startsWith('conversation-') || day.startsWith('response-'),
    );
    expect(made).toEqual([
      'conversation-active-daily 2026-11-05',
      'conversation-daily 2026-11-05',
      'response-daily 2026-11-05',
    ]);
    // The same again changes nothing.
    await database.db.run(sql`
      insert into ops.conversation_marks (tenant_id, source, chat) values (${desk.tenantId}, 'chat', 'u:a')`);
    expect(await desk.sweep()).toEqual({ chats: 1, changed: 0 });
    expect(await desk.takeDays()).toEqual([]);
  });

  test('joins conversations that a late message bridges, and parts them when it goes', async () => {
    const desk = await aDesk(database.db, 'bridges');
    await desk.write('message', [inbound('1', '02 10:00'), inbound('3', '04 10:00')]);
    await desk.sweep();
    expect((await desk.stretches()).map(({ started_at }) => started_at)).toEqual([
      '2026-11-02 10:00:00+00',
      '2026-11-04 10:00:00+00',
    ]);
    await desk.write('message', [reply('2', '03 10:00')]);
    await desk.sweep();
    expect((await desk.stretches()).map(({ started_at }) => started_at)).toEqual(['2026-11-02 10:00:00+00']);
    await desk.delete('message', ['2']);
    await desk.sweep();
    expect(await desk.stretches()).toHaveLength(2);
    expect(await desk.responses()).toEqual([]);
  });

  test('reads of a long chat only the stretches around the change', async () => {
    const desk = await aDesk(database.db, 'around');
    await desk.write('message', [inbound('1', '02 10:00'), inbound('2', '09 10:00')]);
    await desk.sweep();
    // A fact that nothing has marked stays as it is, wrong as this one is, when something else of its chat changes.
    await database.db.run(sql`
      update crm.conversation_stretches set channel = 'other' where tenant_id = ${desk.tenantId} and started_at < '2026-11-05Z'`);
    await desk.write('message', [reply('3', '09 11:00')]);
    await desk.sweep();
    expect((await desk.stretches()).map(({ channel }) => channel)).toEqual(['other', null]);
    expect(await desk.verify()).toMatchObject({
      differing: 1,
      examples: [{ chat: 'u:a', column: 'channel', stored: 'other', made: null }],
    });
  });
});

describe('an endless chat with a record', () => {
  /** What an event says of the chat at a moment. */
  const said = async (desk: Awaited<ReturnType<typeof aDesk>>, at: string, values: Record<string, unknown>) => {
    const version = Temporal.Instant.from(`2026-11-${at.replace(' ', 'T')}:00Z`).epochMilliseconds * 1000;
    await database.db.tx((tx) =>
      writeRecords(tx, { tenant: desk.tenant, at: runAt }, [
        {
          ...{ entity: 'conversation', source: 'chat', partial: true, version: 'time' },
          records: [{ version, values: { id: 'a', contact_id: 'a', ...values } }],
        },
      ]),
    );
  };

  test('gives each conversation what was said of it, and the next one does not reopen it', async () => {
    const desk = await aDesk(database.db, 'endless');
    const under = (message: Record<string, unknown>) => ({ ...message, conversation_id: 'a' });
    await desk.write('message', [under(inbound('1', '02 10:00')), reply('2', '02 10:30')]);
    await said(desk, '02 10:00', { status: 'unhandled', started_at: '2026-11-02T10:00:00Z' });
    await said(desk, '02 10:10', { operator_id: 'anna', team_id: '1' });
    await said(desk, '02 10:30', { status: 'handled' });
    await said(desk, '02 12:00', { status: 'resolved', closed_at: '2026-11-02T12:00:00Z' });
    await desk.sweep();
    const facts = async () =>
      (await desk.stretches()).map(({ chat, status, operator_id, team_id, active_until }) => [
        ...[chat, status, operator_id, team_id, active_until],
      ]);
    const first = ['u:a', 'resolved', 'anna', '1', '2026-11-02 12:00:00+00'];
    expect(await facts()).toEqual([first]);
    await desk.write('message', [under(inbound('3', '06 10:00'))]);
    await said(desk, '06 10:00', { status: 'unhandled' });
    await said(desk, '06 11:00', { operator_id: 'ben', team_id: '2' });
    await desk.sweep();
    expect(await facts()).toEqual([first, ['u:a', 'unhandled', 'ben', '2', '2026-11-07 10:00:00+00']]);
    expect(await desk.verify()).toMatchObject({ differing: 0 });
  });
});
