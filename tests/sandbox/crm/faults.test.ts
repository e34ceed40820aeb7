import { describe, expect, test } from 'vitest';
import { apiKey, get, moment, startCrm } from './harness.ts';

describe('what can be made to go wrong with the simulated CRM', () => {
  test('happens to calls that fit, so often as planned, and then no more', async () => {
    const { crm } = await startCrm();
    crm.faults.plan({ kind: 'status', status: 500, path: '/crm/campaign', times: 2 });
    crm.faults.plan({ kind: 'status', status: 503, path: /messages$/ });
    const statuses = [];
    for (const path of ['/crm/chat', '/crm/campaign', '/crm/campaign', '/crm/campaign', '/crm/chat/c-00001/messages'])
      statuses.push((await get(crm, path)).status);
    expect(statuses).toEqual([200, 500, 500, 200, 503]);
    expect(crm.faults.pending()).toEqual([]);
    crm.faults.plan({ kind: 'status', status: 500, times: Number.POSITIVE_INFINITY });
    expect([(await get(crm, '/crm/chat')).status, (await get(crm, '/crm/chat')).status]).toEqual([500, 500]);
    crm.faults.clear();
    expect((await get(crm, '/crm/chat')).status).toBe(200);
  });

  test('happens with a probability, by the seed', async () => {
    const series = async (seed: string) => {
      const { crm } = await startCrm({ seed });
      crm.faults.plan({ kind: 'status', status: 500, probability: 0.3, times: Number.POSITIVE_INFINITY });
      const statuses = [];
      for (let call = 0; call < 60; call++) statuses.push((await get(crm, '/crm/setting/custom-field')).status);
      return statuses;
    };
    const first = await series('a');
    const failed = first.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(8);
    expect(failed).toBeLessThan(30);
    expect(await series('a')).toEqual(first);
    expect(await series('b')).not.toEqual(first);
  });

  test('is a 429 with and without a time, a dropped connection, a hang', async () => {
    const { crm } = await startCrm();
    crm.faults.plan({ kind: 'too-many', retryAfterSeconds: 7 });
    crm.faults.plan({ kind: 'too-many' });
    const [told, untold] = [await get(crm, '/crm/chat'), await get(crm, '/crm/chat')];
    expect([told.status, told.headers.get('retry-after')]).toEqual([429, '7']);
    expect([untold.status, untold.headers.get('retry-after')]).toEqual([429, null]);
    crm.faults.plan({ kind: 'lost-answer' });
    await expect(get(crm, '/crm/chat')).rejects.toThrow();
    crm.faults.plan({ kind: 'hang' });
    await expect(get(crm, '/crm/chat', apiKey, 100)).rejects.toThrow(/timeout/i);
    expect((await get(crm, '/crm/chat')).status).toBe(200);
  });

  test('is JSON that breaks off, a page of HTML, a 200 that is no success', async () => {
    const { crm } = await startCrm();
    crm.faults.plan({ kind: 'truncated' });
    const broken = await get(crm, '/crm/chat');
    expect([broken.status, broken.body]).toEqual([200, undefined]);
    expect(broken.text.startsWith('{"success":true,"data":[')).toBe(true);
    crm.faults.plan({ kind: 'html' });
    const page = await get(crm, '/crm/chat');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    crm.faults.plan({ kind: 'not-success' });
    expect((await get(crm, '/crm/chat')).body).toEqual({ success: false, developer_message: 'please try again later' });
  });

  test('is a page that comes twice, or moved by some entries', async () => {
    const { crm } = await startCrm();
    const ids = async (page: number) =>
      (await get(crm, `/crm/chat?limit=5&page=${page}`)).body.data.map(({ chat_id: id }: { chat_id: string }) => id);
    const [one, two] = [await ids(1), await ids(2)];
    crm.faults.plan({ kind: 'duplicate-page' });
    expect(await ids(2)).toEqual(one);
    crm.faults.plan({ kind: 'shifted-page', by: 2 });
    expect(await ids(2)).toEqual([...one.slice(3), ...two.slice(0, 3)]);
    expect(await ids(2)).toEqual(two);
  });

  test('is a schema that drifts: unknown fields, an unknown status, fields no longer told', async () => {
    const { crm } = await startCrm();
    crm.faults.plan({ kind: 'drift', times: 3 });
    const contact = (await get(crm, '/crm/chat')).body.data[0];
    expect(contact).toMatchObject({ loyalty: { tier: 'gold' } });
    expect(contact).not.toHaveProperty('name');
    const campaigns = (await get(crm, '/crm/campaign')).body.data;
    expect(campaigns.map(({ status }: { status: string }) => status)).toContain('archived');
    const { messages } = (await get(crm, '/crm/chat/c-00001/messages')).body.data;
    for (const message of messages) expect(message).not.toHaveProperty('type');
  });

  test('is a clock that is wrong: in the Date header and in every time', async () => {
    const { crm } = await startCrm();
    const honest = await get(crm, '/crm/campaign');
    expect(Date.parse(honest.headers.get('date')!)).toBe(Date.parse(moment));
    crm.faults.plan({ kind: 'skew', seconds: 3600 });
    const skewed = await get(crm, '/crm/campaign');
    expect(Date.parse(skewed.headers.get('date')!) - Date.parse(moment)).toBe(3_600_000);
    const created = (reply: typeof honest) => Date.parse(reply.body.data[0].created_at);
    expect(created(skewed) - created(honest)).toBe(3_600_000);
  });
});
