import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { createWebServer } from '../../src/web/server.ts';
import { createUnsubscribeRoute, type Linked } from '../../src/web/unsubscribe.ts';

const key = 'a-key-of-24_characters00';
const words = { what: 'the report “<weekly>”', when: 'every Monday at 08:30 (Asia/Jakarta)' };

async function served() {
  const known = new Map<string, Linked>([[key, { ...words, ended: false }]]);
  const find = vi.fn(async (asked: string) => known.get(asked));
  const end = vi.fn(async (asked: string) => {
    if (!known.has(asked)) return undefined;
    known.set(asked, { ...words, ended: true });
    return known.get(asked);
  });
  const web = await createWebServer({
    ...{ port: 0, host: '127.0.0.1', log: silentLog, ready: async () => ({}), listeners: {} },
    unsubscribe: createUnsubscribeRoute({ find, end }),
  });
  onTestFinished(() => web.close());
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${web.url}/unsubscribe/${path}`, init);
    return { status: answer.status, headers: answer.headers, page: await answer.text() };
  };
  return { ask, find, end };
}

const oneClick: RequestInit = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'List-Unsubscribe=One-Click',
};

describe('the link in a mail', () => {
  test('names what it ends and changes nothing, however often it is opened', async () => {
    const { ask, end } = await served();
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status, page } = await ask(key, { method });
      expect(status).toBe(200);
      if (method === 'GET') {
        expect(page).toContain(
          'This ends the report “&lt;weekly&gt;”, which comes every Monday at 08:30 (Asia/Jakarta).',
        );
        expect(page).toContain('<form method="post"><button>Unsubscribe</button>');
      }
    }
    expect(end).not.toHaveBeenCalled();
  });

  test('ends it by the button or by the one press of a mail program, and again the same', async () => {
    const { ask, end } = await served();
    for (const init of [oneClick, { method: 'POST' }, oneClick]) {
      const { status, page } = await ask(key, init);
      expect([status, page.includes('You are unsubscribed')]).toEqual([200, true]);
    }
    expect(end).toHaveBeenCalledWith(key);
    const { page } = await ask(key);
    expect(page).toContain('You are unsubscribed');
    expect(page).not.toContain('<button>');
  });

  test.each(['another-key-of-characters', 'short', `${'x'.repeat(65)}`, '..%2f..%2fetc', "a'%20or%20'1'%3D'1aaaaa"])(
    'of nothing is a page that says so: %s',
    async (other) => {
      const { ask } = await served();
      for (const init of [{}, oneClick]) {
        const { status, page } = await ask(other, init);
        expect([status, page.includes('This link ends nothing')]).toEqual([404, true]);
        expect(page).not.toContain('weekly');
      }
    },
  );

  test('leaves what is no key to itself, without asking the database', async () => {
    const { ask, find } = await served();
    await ask('short');
    expect(find).not.toHaveBeenCalled();
  });

  test('takes no long body and no other method', async () => {
    const { ask, end } = await served();
    expect((await ask(key, { ...oneClick, body: 'x'.repeat(10_000) })).status).toBe(413);
    expect((await ask(key, { method: 'DELETE' })).status).toBe(405);
    expect(end).not.toHaveBeenCalled();
  });

  test('loads nothing, runs nothing, is framed and cached by nobody', async () => {
    const { ask } = await served();
    const { headers, page } = await ask(key);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(page).not.toMatch(/<script|https?:|src=/);
    expect(page).toMatch(/<html lang="en">/);
    expect(page).toContain('name="viewport"');
  });
});
