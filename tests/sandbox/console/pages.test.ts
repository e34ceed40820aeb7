import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { signWebhook } from '../../../src/sandbox/crm/webhooks.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';

const key = 'a'.repeat(32);

async function sandbox() {
  return createSandbox({
    clock: systemClock,
    log: silentLog,
    signingSecret: 's',
    botToken: 'xoxb-1',
    hookSecret: 'hush',
  });
}

function event(change: Record<string, unknown> = {}, payload: Record<string, unknown> = {}) {
  return {
    ...{ routing_key: key, event_action: 'trigger', dedup_key: 'k1' },
    payload: { summary: 'Breached: <3> tickets', source: 'Crema', severity: 'error', ...payload },
    ...change,
  };
}

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

describe('the sandbox’s PagerDuty', () => {
  test('keeps incidents by their key: a trigger after the end begins another one', async () => {
    const box = await sandbox();
    try {
      const send = async (action: string, dedup = 'k1') =>
        (await post(box.paging.eventsUrl, event({ event_action: action, dedup_key: dedup }))).json();
      expect(await send('trigger')).toEqual({ status: 'success', message: 'Event processed', dedup_key: 'k1' });
      for (const action of ['trigger', 'acknowledge', 'trigger', 'resolve', 'resolve', 'trigger']) await send(action);
      await send('acknowledge', 'k2');
      const { incidents, ignored } = box.paging.pagerDuty;
      expect(incidents.map(({ status, entries }) => [status, entries.map(({ action }) => action)])).toEqual([
        ['resolved', ['trigger', 'trigger', 'acknowledge', 'trigger', 'resolve']],
        ['triggered', ['trigger']],
      ]);
      expect(ignored).toBe(2);
      expect(JSON.stringify(incidents)).not.toContain(key);
    } finally {
      await box.stop();
    }
  });

  test.each([
    [event({ routing_key: 'short' }), "Length of 'routing_key' is incorrect"],
    [event({ routing_key: undefined }), "'routing_key' is missing"],
    [event({ event_action: 'open' }), "'event_action' is invalid"],
    [event({ dedup_key: 'k'.repeat(256) }), "Length of 'dedup_key'"],
    [event({ event_action: 'resolve', dedup_key: undefined }), "'dedup_key' is missing"],
    [event({ payload: undefined }), "'payload' is missing"],
    [event({}, { summary: '' }), "'payload.summary' is missing"],
    [event({}, { summary: 'x'.repeat(1025) }), "Length of 'payload.summary'"],
    [event({}, { severity: 'bad' }), "'payload.severity' is invalid"],
    [event({}, { timestamp: 'yesterday' }), "'payload.timestamp' is invalid"],
    ['{', 'not valid JSON'],
  ])('refuses an event that is none (%#)', async (body, words) => {
    const box = await sandbox();
    try {
      const answer = await post(box.paging.eventsUrl, body);
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain(words);
      expect(box.paging.pagerDuty.incidents).toEqual([]);
    } finally {
      await box.stop();
    }
  });
});

test('what came is shown in the console, and a hook with a wrong signature is refused', async () => {
  const box = await sandbox();
  try {
    const page = async () => (await fetch(`${box.url}?tab=pages`)).text();
    expect(await page()).toContain('Nothing yet.');
    await post(box.paging.eventsUrl, event());
    const body = JSON.stringify({ id: 'd1', type: 'incident.opened', incident: { title: 'Breached: <3> tickets' } });
    const stamp = String(Math.floor(Date.now() / 1000));
    const old = String(Number(stamp) - 600);
    const headers = (at: string, secret = 'hush') => ({
      ...{ 'x-crema-delivery': 'd1', 'x-crema-timestamp': at, 'x-crema-signature': signWebhook(secret, at, body) },
    });
    expect((await post(box.paging.hookUrl, body, headers(stamp))).status).toBe(200);
    expect((await post(box.paging.hookUrl, body, headers(stamp, 'other'))).status).toBe(401);
    expect((await post(box.paging.hookUrl, body, headers(old))).status).toBe(401);
    const shown = await page();
    for (const part of [
      'Pages and hooks',
      'Triggered',
      'Breached: &lt;3&gt; tickets',
      'incident.opened',
      '2 with a wrong',
    ])
      expect(shown).toContain(part);
    expect(box.paging.hooks).toMatchObject([{ delivery: 'd1', times: 1 }]);
  } finally {
    await box.stop();
  }
});
