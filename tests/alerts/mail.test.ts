import PostalMime, { type Email } from 'postal-mime';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { createMailCarrier } from '../../src/app/mail-carrier.ts';
import { useDatabase } from '../database.ts';
import { town } from './town.ts';
import { type Ill, watched } from './watched.ts';

const database = useDatabase();
const one: Ill[] = [{ labels: { ticket: 'T1 <b>' } }];
const worse: Ill[] = [{ labels: { ticket: 'T1 <b>' }, severity: 3 }];

async function mailed(email: string[] = ['maya@example.com'], timezone = 'Asia/Jakarta') {
  const mails: Email[] = [];
  const carrier = createMailCarrier({
    allowed: () => ['example.com'],
    smtp: {
      async send({ bytes, messageId }, handOver) {
        await handOver();
        mails.push(await PostalMime.parse(bytes));
        return { kind: 'sent', proof: { messageId, response: '250 ok' } };
      },
    },
  });
  const place = await town(database.db, { now: '2026-11-10T10:00:00Z', timezone, carriers: { mail: carrier } });
  const rule = await watched(place, {
    ...{ to: email.map((one) => ({ email: one })), resolve_after: 0, repeat: '1 h', title: 'SLA of tickets' },
    escalate: [{ after: '30 min', to: { email: 'lead@example.com' } }],
  });
  return { place, rule, mails };
}

describe('the mails of an incident', () => {
  test('say in their subject how it is, and inside what, since when and why, without a link', async () => {
    const { rule, mails } = await mailed();
    await rule.after(0, one);
    const [mail] = mails;
    expect(mail).toMatchObject({ subject: 'Breached: 1 ticket', to: [{ address: 'maya@example.com' }] });
    for (const text of ['T1 <b> is late', '10 Nov 17:00 (Asia/Jakarta)', 'SLA of tickets · breached · incident 1'])
      expect(mail?.text).toContain(text);
    expect(mail?.html).toContain('T1 &lt;b&gt; is late');
    expect(mail?.html).not.toMatch(/href|https?:|<img/);
    expect(mail?.headers.map(({ key }) => key)).not.toContain('list-unsubscribe');
  });

  test('are one thread: what gets worse, is told on, repeated and recovers answers the first one', async () => {
    const { rule, mails } = await mailed();
    await rule.after(0, one);
    await rule.after(5, worse);
    await rule.after(25, worse);
    await rule.after(40, worse);
    await rule.after(5, []);
    const maya = mails.filter(({ to }) => to?.[0]?.address === 'maya@example.com');
    expect(maya.map(({ subject }) => subject)).toEqual([
      ...['Breached: 1 ticket', 'Breached: 1 ticket', 'Breached: 1 ticket', 'Breached: 1 ticket'],
      'Recovered: 1 ticket',
    ]);
    const [first, ...later] = maya;
    for (const mail of later) expect([mail.inReplyTo, mail.references]).toEqual([first?.messageId, first?.messageId]);
    expect(new Set(maya.map(({ messageId }) => messageId)).size).toBe(5);
    expect(later.map(({ text }) => text?.split('\n')[2])).toEqual([
      '10 Nov 17:05: Worse: Breached: 1 ticket',
      '10 Nov 17:30: Nobody has acknowledged it for 30 min: told to more people',
      '10 Nov 18:10: Still so, and nobody has acknowledged it: Breached: 1 ticket',
      '10 Nov 18:15: Recovered 18:15 after 1 h 15 min',
    ]);
    expect(later.at(-1)?.text).toContain('Until: 10 Nov 18:15');
    const lead = mails.filter(({ to }) => to?.[0]?.address === 'lead@example.com');
    expect(lead.map(({ subject, inReplyTo }) => [subject, inReplyTo === undefined])).toEqual([
      ['Breached: 1 ticket', true],
      ['Breached: 1 ticket', false],
      ['Recovered: 1 ticket', false],
    ]);
  });

  test('are not written for what people do about it', async () => {
    const { place, rule, mails } = await mailed();
    await rule.after(0, one);
    await rule.act(1, 'acknowledged', { tell: true });
    await rule.after(40, one);
    expect(mails).toHaveLength(1);
    const [row] = await place.db.query<{ reason: string }>(sql`
      select reason from ops.deliveries where tenant_id = ${place.tenantId} and part = 'thread'`);
    expect(row?.reason).toBe('it is not worth a mail of its own');
  });

  test('go to each address by itself, and to none that is not allowed', async () => {
    const { place, rule, mails } = await mailed(['maya@example.com', 'noor@example.com', 'x@other.example']);
    await rule.after(0, one);
    expect(mails.map(({ to }) => to?.map(({ address }) => address))).toEqual([
      ['maya@example.com'],
      ['noor@example.com'],
    ]);
    expect(place.arrived).toEqual([]);
  });
});
