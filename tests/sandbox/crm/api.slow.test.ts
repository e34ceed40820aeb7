import { describe, expect, test } from 'vitest';
import { apiKey, get, moment, startCrm } from './harness.ts';

const wholeList = async (crm: Parameters<typeof get>[0], limit = 100) => {
  const ids: string[] = [];
  for (let page = 1; ; page++) {
    const { body } = await get(crm, `/crm/chat?page=${page}&limit=${limit}`);
    ids.push(...body.data.map(({ chat_id: id }: { chat_id: string }) => id));
    if (page * limit >= body.pagination.total || body.data.length === 0) return ids;
  }
};

describe('the simulated CRM', () => {
  test('tells in its lists exactly what the truth of that moment holds', async () => {
    const { crm } = await startCrm();
    const truth = crm.truth(Temporal.Instant.from(moment));
    const contacts = [...truth.rows('contact')];
    expect((await wholeList(crm, 7)).toSorted()).toEqual(contacts.map(({ id }) => id).toSorted());
    const messages = Map.groupBy(truth.rows('message'), ({ contact_id: id }) => id);
    let compared = 0;
    for (const { id, name, email } of contacts) {
      const found = await get(
        crm,
        `/crm/chat/search?search_field=name&condition=equal%20to&search_value=${encodeURIComponent(String(name))}`,
      );
      const entry = found.body.data.find(({ chat_id: chat }: { chat_id: string }) => chat === id);
      expect([entry.name, entry.email ?? null]).toEqual([name, email]);
      const page = await get(crm, `/crm/chat/${id}/messages?sort=oldest&limit=100`);
      const told = page.body.data.messages.map((one: Record<string, unknown>) => [
        one.message_id,
        one.status,
        one.timestamp,
        one.content,
      ]);
      const held = (messages.get(id) ?? []).map((row) => [row.id, row.status, row.sent_at, row.text]);
      expect(told).toEqual(held.slice(0, 100));
      expect(page.body.data.pagination.total).toBe(held.length);
      compared += told.length;
    }
    expect(compared).toBeGreaterThan(300);
    const campaigns = await get(crm, '/crm/campaign');
    const reports = new Map([...truth.rows('campaign_report')].map((row) => [row.campaign_id, row]));
    for (const { campaign_id: id } of campaigns.body.data) {
      const { body } = await get(crm, `/crm/campaign/${id}/report`);
      const { total_recipients: recipients, ...counters } = (body.data ?? body).metrics;
      expect({ campaign_id: id, recipients, ...counters }).toEqual(reports.get(id));
    }
    expect(campaigns.body.count).toBe(campaigns.body.data.length);
  });

  test('pushes contacts one place down when a new one comes in, and drops deleted ones', async () => {
    const { crm, clock } = await startCrm({ contacts: 600 });
    const next = (type: string) => {
      for (let from = clock.now(); ; from = from.add({ hours: 48 })) {
        const event = crm.events(from, from.add({ hours: 48 })).find((one) => one.type === type);
        if (event) return { id: String(event.data.id), at: Temporal.Instant.fromEpochMilliseconds(event.at * 1000) };
      }
    };
    const then = await wholeList(crm);
    const born = next('contact.created');
    clock.set(born.at.add({ milliseconds: 1 }));
    expect((await wholeList(crm)).slice(0, 2)).toEqual([born.id, then[0]]);

    const gone = next('contact.deleted');
    clock.set(gone.at);
    expect((await get(crm, `/crm/chat/${gone.id}/messages`)).status).toBe(200);
    clock.set(gone.at.add({ milliseconds: 1 }));
    expect((await get(crm, `/crm/chat/${gone.id}/messages`)).status).toBe(404);
    expect(await wholeList(crm)).not.toContain(gone.id);
    const deleted = crm.truth(clock.now()).deletedContacts();
    expect(deleted.map((row) => row.id)).toContain(gone.id);
  });

  test('pages messages from either end, with 50 a page unless asked and 100 at most', async () => {
    const { crm } = await startCrm({ contacts: 400 });
    const { body } = await get(crm, '/crm/chat?limit=100');
    let id = '';
    for (const { chat_id: chat } of body.data) {
      const page = await get(crm, `/crm/chat/${chat}/messages?limit=1`);
      if (page.body.data.pagination.total > 52) id = chat;
    }
    const ids = async (query: string) =>
      (await get(crm, `/crm/chat/${id}/messages${query}`)).body.data.messages.map(
        (one: { message_id: string }) => one.message_id,
      );
    const newest = await ids('');
    expect(newest).toHaveLength(50);
    const rest = await ids('?page=2');
    const all = [...newest, ...rest].toReversed();
    expect((await ids('?sort=oldest&limit=1000')).slice(0, all.length)).toEqual(all.slice(0, 100));
    expect(await ids('?sort=oldest&page=2&limit=10')).toEqual(all.slice(10, 20));
    expect(await ids('?page=99')).toEqual([]);
  });

  test('cuts the list of campaigns at its rows when asked to, and says how many there are', async () => {
    const { crm, clock } = await startCrm({ campaignsCutAtRows: true });
    clock.set('2027-06-01T00:00:00Z');
    const { body } = await get(crm, '/crm/campaign');
    expect(body).toMatchObject({ page: 1, rows: 20 });
    expect(body.data).toHaveLength(20);
    expect(body.count).toBeGreaterThan(40);
  });
});

describe('the quota of the simulated CRM', () => {
  test('counts down by the CRM’s clock, refuses with or without a time to come back, and begins anew', async () => {
    const { crm, clock } = await startCrm({ quota: { perMinute: 2, perDay: 5 } });
    const call = () => get(crm, '/crm/setting/custom-field');
    const first = await call();
    expect(first.headers.get('x-ratelimit-limit')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('1');
    const reset = Number(first.headers.get('x-ratelimit-reset'));
    expect(reset - clock.now().epochMilliseconds / 1000).toBeLessThanOrEqual(60);
    expect((await call()).status).toBe(200);
    const refused = await call();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBe(reset - clock.now().epochMilliseconds / 1000);
    clock.set(Temporal.Instant.fromEpochMilliseconds(reset * 1000));
    expect([(await call()).status, (await call()).status]).toEqual([200, 200]);
    clock.set(clock.now().add({ minutes: 1 }));
    expect((await call()).status).toBe(200);
    const spent = await call();
    expect([spent.status, spent.headers.get('x-ratelimit-limit')]).toEqual([429, '5']);
    const silent = await startCrm({ quota: { perMinute: 1, retryAfter: false } });
    await get(silent.crm, '/crm/campaign');
    const other = await get(silent.crm, '/crm/campaign');
    expect([other.status, other.headers.get('retry-after')]).toEqual([429, null]);
  });

  test('accepts another key from one moment to the next, and none when it is revoked', async () => {
    const { crm } = await startCrm();
    expect((await get(crm, '/crm/campaign')).status).toBe(200);
    crm.setApiKey('fresh');
    expect((await get(crm, '/crm/campaign', apiKey)).status).toBe(401);
    expect((await get(crm, '/crm/campaign', 'fresh')).status).toBe(200);
    crm.setApiKey(undefined);
    expect((await get(crm, '/crm/campaign', 'fresh')).status).toBe(401);
    expect(crm.calls().map(({ status }) => status)).toEqual([200, 401, 200, 401]);
  });
});
