import { WebAPIHTTPError, WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { silentLog } from '../../src/lib/log.ts';
import { executive, supportLead } from '../../src/sandbox/workspace.ts';
import { createFindPerson } from '../../src/slack/identify-person.ts';
import { useDatabase } from '../database.ts';
import { makeCompany } from './company.ts';

const database = useDatabase();
const known = { profile: { email: supportLead.email.toUpperCase() } };

/** A Slack that gives these answers in turn, the last one for ever. */
async function finder(...answers: (object | Error)[]) {
  const { tenantId } = await makeCompany(database.db);
  let asked = 0;
  let time = 0;
  const info = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return { ok: true, user: answer ?? {} };
  };
  const find = createFindPerson({
    ...{ db: database.db, tenantId, log: silentLog, now: () => time },
    client: { users: { info } },
  });
  return {
    find: async (user = supportLead.id) => (await find(user))?.personId,
    asked: () => asked,
    later: (minutes: number) => {
      time += minutes * 60_000;
    },
  };
}

describe('a person in Slack', () => {
  test('is known by Slack id without asking Slack', async () => {
    const { find, asked } = await finder(new Error('must not be asked'));
    expect([await find(executive.id), asked()]).toEqual(['maya', 0]);
  });

  test('is known by e-mail address, whatever its case, and asked about again after a while', async () => {
    const { find, asked, later } = await finder(known);
    expect(await Promise.all([find(), find()])).toEqual(['daniel', 'daniel']);
    expect([await find(), asked()]).toEqual(['daniel', 1]);
    later(11);
    expect([await find(), asked()]).toEqual(['daniel', 2]);
  });

  test.each(['is_restricted', 'is_ultra_restricted', 'is_stranger', 'is_bot', 'deleted'])(
    'is a stranger, whatever the address, when %s',
    async (flag) => {
      const { find } = await finder({ ...known, [flag]: true });
      expect(await find()).toBeUndefined();
    },
  );

  test('stays who they are while Slack does not answer', async () => {
    const { find, later } = await finder(known, new WebAPIHTTPError(500, 'gone', {}));
    expect(await find()).toBe('daniel');
    later(11);
    expect(await find()).toBe('daniel');
  });

  test('is a stranger when Slack refuses to tell, and is asked about again before long when it was silent', async () => {
    const refused = await finder(new WebAPIPlatformError({ ok: false, error: 'missing_scope' }));
    expect([await refused.find(), await refused.find(), refused.asked()]).toEqual([undefined, undefined, 1]);
    const silent = await finder(new WebAPIHTTPError(500, 'gone', {}), known);
    expect([await silent.find(), await silent.find(), silent.asked()]).toEqual([undefined, undefined, 1]);
    silent.later(1);
    expect(await silent.find()).toBe('daniel');
  });
});
