import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMailbox } from '../../../src/sandbox/mail/mailbox.ts';
import { executive } from '../../../src/sandbox/workspace.ts';
import { useDatabase } from '../../database.ts';
import { readPdf } from '../../pdf/read-pdf.ts';
import { desk, type Office, openOffice } from './office.ts';

const database = useDatabase();

const subscriptions = `
      mail: {what: report weekly, to: {email: ${executive.email}}, when: weekly mon at 08:00}
      desk: {what: report weekly, to: {channel: ${desk.id}}, when: weekly mon at 08:00}
`;
const more = `
reports: {weekly: {strip: [tickets], sections: [{title: Tickets, questions: [tickets by team]}]}}
`;

describe('the weekly report', () => {
  let office: Office;
  beforeAll(async () => {
    office = await openOffice(database, { now: '2026-11-16T00:30:00Z', subscriptions, more });
    await office.tickets('2026-11-11', 12);
    await office.tickets('2026-11-14', 30);
    office.moveTo('2026-11-16T01:00:00Z');
  }, 60_000);
  afterAll(() => office.stop());

  const mails = async () => {
    const mailbox = createMailbox(office.sandbox.mail);
    await mailbox.prepare();
    return mailbox.mails().map(({ id }) => mailbox.read(id)!);
  };
  const attached = async () => (await mails())[0]!.parts.find(({ mediaType }) => mediaType === 'application/pdf')!;

  test('comes by mail to one recipient, as HTML and text with the PDF', async () => {
    await office.reached('sent', 2, { kind: 'report' });
    const [mail, ...others] = await mails();
    expect(others).toEqual([]);
    expect(mail!.mail).toMatchObject({ from: 'crema@example.com', to: executive.email });
    expect(mail!.to).toBe(executive.email);
    expect(mail!.subject).toBe('Weekly report, Mon 9 – Sun 15 Nov 2026: Tickets created 42');
    expect(mail!.text).toContain('Tickets created: 42');
    expect(mail!.html).toContain('42');
    const header = (name: string) => mail!.headers.find((one) => one.name === name)?.value;
    expect(header('List-Unsubscribe')).toMatch(new RegExp(`^<${office.app.url}/unsubscribe/[\\w-]{24}>$`));
    expect(header('List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    for (const { mediaType, inline, contentId } of mail!.parts.filter((part) => part.mediaType !== 'application/pdf')) {
      expect([mediaType, inline]).toEqual(['image/png', true]);
      expect(mail!.html).toContain(`cid:${contentId}`);
    }
    const { title, pages } = await readPdf((await attached()).bytes);
    expect(title).toContain('Weekly report, Mon 9 – Sun 15 Nov 2026');
    expect(pages[0]!.text).toContain('42');
  });

  test('comes into a channel as the same PDF, to the byte', async () => {
    const [message, ...others] = office.said(desk.id, executive.id);
    expect(others).toEqual([]);
    expect(message!.text).toContain('Weekly report, Mon 9 – Sun 15 Nov 2026');
    const shown = await fetch(`${office.sandbox.url}console/files/${message!.files[0]}`);
    expect(Buffer.from(await shown.arrayBuffer()).equals((await attached()).bytes)).toBe(true);
    expect(await office.editions()).toBe(1);
  });

  test('is fetched again, byte for byte, as it was sent', async () => {
    for (const { id, carrier } of await office.ledger({ kind: 'report' })) {
      const out = path.join(office.home, carrier);
      const shown = await office.crema('deliveries', 'show', String(id), '--out', out);
      expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('sha256') });
      const file = shown.note.match(/^(\S.*) written$/m)?.[1] ?? '';
      const sent = carrier === 'mail' ? office.sandbox.mail.mails[0]!.raw : (await attached()).bytes;
      expect((await readFile(file)).equals(sent)).toBe(true);
    }
  });

  test('ends by the link in the mail, for that recipient', async () => {
    const link = (await mails())[0]!.headers.find(({ name }) => name === 'List-Unsubscribe')!.value.slice(1, -1);
    const looked = await fetch(link);
    expect([looked.status, await looked.text()]).toEqual([200, expect.stringContaining('Unsubscribe?')]);
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
    expect((await fetch(link, { method: 'POST', body })).status).toBe(200);
    await office.tickets('2026-11-18', 3);
    office.moveTo('2026-11-23T01:00:00Z');
    await office.reached('sent', 3, { kind: 'report' });
    expect(await office.ledger({ kind: 'report', slot: '2026-11-23' })).toMatchObject([{ carrier: 'slack' }]);
    expect(office.sandbox.mail.mails).toHaveLength(1);
    // Opened once more it says so.
    expect(await (await fetch(link)).text()).toContain('You are unsubscribed');
  });
});
