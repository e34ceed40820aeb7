import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import {
  agent,
  archived,
  directMessageId,
  executive,
  general,
  leadership,
  lounge,
  stranger,
  supervisor,
  supportLead,
} from '../../src/sandbox/workspace.ts';
import { createHolidays } from '../../src/subscriptions/holidays.ts';
import { useDatabase } from '../database.ts';
import { buttonsOf, type Company, type CompanyOptions, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

const door: CompanyOptions['door'] = {
  subscribing: {
    templates: () => ({ digest: ['morning-coffee'], report: ['weekly', 'monthly'] }),
    holidays: createHolidays(() => ({})),
    mailRefusal: (address) => (address.endsWith('@example.com') ? undefined : 'Mail goes to example.com only.'),
  },
};
const start = () => startCompany(database.db, { door });

interface Kept {
  id: number;
  kind: string;
  subject: string;
  carrier: string;
  recipient: string;
  owner: string;
  cadence: string;
  at: string;
  timezone: string;
  state: string;
}

const kept = ({ tenant }: Company) =>
  database.db.query<Kept>(sql`
    select subscription_id as id, kind, subject, carrier, recipient, owner, cadence, at_time as at, timezone, state
    from ops.subscriptions where tenant_id = ${tenant.tenantId} order by subscription_id`);

/** What a person is answered to a command; each answer is waited for and then left behind. */
async function said(company: Company, user: string, text: string, where = channel): Promise<string> {
  const before = company.seenBy(user, where).length;
  await company.sandbox.command({ user, channel: where, text });
  const answer = await company.sandbox.waitFor('the answer', () => company.seenBy(user, where)[before], 20_000);
  return textOf(answer);
}

const failures = (company: Company) => [
  ...company.sandbox.apiCalls.filter((call) => !call.ok).map(({ method }) => method),
  ...company.logged.filter((line) => Number(line.level) >= 50).map((line) => String(line.msg)),
];

describe('/kpi subscribe', () => {
  test('subscribes to a digest in the person’s own zone, and says the next times', async () => {
    const company = await start();
    const text = await said(company, agent.id, 'subscribe digest');
    expect(text).toContain('Subscribed');
    expect(text).toContain('Morning coffee');
    expect(text).toContain('on weekdays at 08:30 (Europe/Lisbon)');
    expect(text).toContain('Mon 16 Nov 2026 08:30');
    expect(await kept(company)).toMatchObject([
      {
        ...{ id: 1, kind: 'digest', subject: 'morning-coffee', carrier: 'slack', recipient: agent.id },
        ...{ owner: `slack:${agent.id}`, cadence: 'weekdays', at: '08:30', timezone: 'Europe/Lisbon', state: 'active' },
      },
    ]);
    const [answer] = company.seenBy(agent.id);
    expect(buttonsOf(answer!).map((one) => one.text)).toEqual(['Change', 'Next times', 'Unsubscribe']);
    expect(failures(company)).toEqual([]);
  });

  test('subscribes to the words of a question in their canonical form', async () => {
    const company = await start();
    await said(company, maya, 'subscribe 7d sla-reported BY team daily at 7 in asia/tokyo');
    expect(await kept(company)).toMatchObject([
      { kind: 'kpi', subject: 'sla-reported 7d by team', cadence: 'daily', at: '07:00', timezone: 'Asia/Tokyo' },
    ]);
  });

  test.each([
    [`<#${general.id}|general>`, general.id],
    ['#general', general.id],
    ['here', general.id],
  ])('sends into %s by its id', async (where, id) => {
    const company = await start();
    expect(await said(company, supervisor.id, `subscribe report in ${where}`)).toContain('Weekly report');
    expect(await kept(company)).toMatchObject([{ carrier: 'slack', recipient: id }]);
  });

  test.each([
    ['an agent into a channel', agent.id, 'digest in #general', 'Only supervisors and above'],
    ['into a channel without the bot', supervisor.id, 'digest in #lounge', 'I am in no channel #lounge.'],
    [
      'into a channel without the bot, by id',
      supervisor.id,
      `digest in <#${lounge.id}|lounge>`,
      'I am not in that channel.',
    ],
    ['into an archived channel', supervisor.id, `digest in <#${archived.id}>`, 'That channel is archived.'],
    [
      'into a private channel of others',
      supervisor.id,
      `digest in <#${leadership.id}>`,
      'You are not in that channel.',
    ],
    ['into a channel that nearly is', supervisor.id, 'digest in #generl', 'Did you mean #general?'],
    [
      'to somebody else as a supervisor',
      supervisor.id,
      `digest to <@${agent.id}>`,
      'Only admins, owners and executives',
    ],
    ['to somebody who may not see anything', maya, `digest to <@${stranger.id}>`, 'may not see any numbers'],
    [
      'to another address as an agent',
      agent.id,
      'report to sam@example.com',
      'your own address only (rafael.costa@example.com)',
    ],
    [
      'to an address that nobody knows',
      maya,
      'report to sam@example.com',
      'Nobody who may see numbers has the address',
    ],
    ['to a domain that is not allowed', maya, 'report to sam@elsewhere.org', 'Mail goes to example.com only.'],
    ['nonsense', maya, 'digest at noon', '“noon” is no time of day.'],
  ])('refuses %s and subscribes to nothing', async (_, user, words, why) => {
    const company = await start();
    expect(await said(company, user, `subscribe ${words}`)).toContain(why);
    expect(await kept(company)).toEqual([]);
  });

  test('sends to others and to known addresses for an executive, to the own address for everybody', async () => {
    const company = await start();
    await said(company, maya, `subscribe digest to <@${agent.id}>`);
    await said(company, maya, `subscribe report to <mailto:${supportLead.email}|${supportLead.email}>`);
    await said(company, agent.id, `subscribe report to ${agent.email}`);
    expect((await kept(company)).map(({ carrier, recipient }) => `${carrier} ${recipient}`)).toEqual([
      ...[`slack ${agent.id}`, `mail ${supportLead.email}`, `mail ${agent.email}`],
    ]);
  });

  test('does not subscribe twice to the same at the same time', async () => {
    const company = await start();
    await said(company, maya, 'subscribe digest');
    expect(await said(company, maya, 'subscribe weekdays digest at 8:30')).toContain('You have this already');
    expect(await kept(company)).toHaveLength(1);
  });

  test('refuses somebody who may not ask', async () => {
    const company = await start();
    expect(await said(company, stranger.id, 'subscribe digest', lounge.id)).toContain('I cannot show you numbers');
    expect(await kept(company)).toEqual([]);
  });

  test('works in a message too, where it offers a button for the form', async () => {
    const company = await start();
    const direct = directMessageId(maya);
    company.sandbox.say({ user: maya, channel: direct, text: 'subscribe' });
    const answer = await company.message(maya, (message) => textOf(message).includes('come by itself'), direct);
    await company.sandbox.click({ user: maya, channel: direct, ts: answer.ts, actionId: 'sub.form' });
    await company.sandbox.waitFor('the form', () => company.sandbox.modal(maya)?.payload.submit);
  });
});

describe('the list', () => {
  test('shows an agent what is theirs, an executive everything, each with the next time', async () => {
    const company = await start();
    await said(company, agent.id, 'subscribe digest');
    await said(company, maya, 'subscribe report in #general');
    const mine = await said(company, agent.id, 'subscriptions');
    expect(mine).toContain('What you get');
    expect(mine).toContain('Number 1 · next Mon 16 Nov 2026 08:30');
    expect(mine).not.toContain('Weekly report');
    const all = await said(company, maya, 'subscriptions');
    expect(all).toContain('All subscriptions');
    expect(all).toContain('Morning coffee');
    expect(all).toContain('Weekly report');
    expect(await said(company, maya, 'subscriptions mine')).not.toContain('Morning coffee');
  });

  test('pauses, resumes and ends with its buttons, also when they are old', async () => {
    const company = await start();
    await said(company, maya, 'subscribe digest');
    await said(company, maya, 'subscriptions');
    const list = company.seenBy(maya)[1]!;
    const press = async (actionId: string, expected: string) => {
      await company.sandbox.click({ user: maya, channel, ts: list.ts, actionId, value: '1' });
      await company.message(maya, (message) => textOf(message).includes(expected));
    };
    await press('sub.pause', 'rests until you resume it.');
    expect(await kept(company)).toMatchObject([{ state: 'paused' }]);
    expect(await said(company, maya, 'subscriptions')).toContain('paused: paused by Maya Hartono');
    await press('sub.pause', 'rests already.');
    const resume = company.seenBy(maya).findLast((message) => textOf(message).includes('paused by'))!;
    await company.sandbox.click({ user: maya, channel, ts: resume.ts, actionId: 'sub.resume', value: '1' });
    await company.message(maya, (message) => textOf(message).includes('goes on from now.'));
    await press('sub.next', 'Mon 16 Nov 2026 08:30');
    await press('sub.end', 'is not sent any more.');
    expect(await kept(company)).toMatchObject([{ state: 'ended' }]);
    await press('sub.pause', 'has ended. Subscribe anew');
    expect(failures(company)).toEqual([]);
  });

  test('lets nobody else change a subscription, nor learn of it', async () => {
    const company = await start();
    await said(company, maya, 'subscribe digest');
    expect(await said(company, agent.id, 'unsubscribe 1')).toContain('There is no subscription 1 of yours.');
    expect(await kept(company)).toMatchObject([{ state: 'active' }]);
    expect(await said(company, supportLead.id, 'unsubscribe 1')).toContain('is not sent any more.');
  });

  test('lets a reader end what somebody else has made for them', async () => {
    const company = await start();
    await said(company, maya, `subscribe digest to <@${agent.id}>`);
    expect(await said(company, agent.id, 'unsubscribe 1')).toContain('is not sent any more.');
  });

  test('is the answer to an unsubscribe without a number', async () => {
    const company = await start();
    await said(company, maya, 'subscribe digest');
    expect(await said(company, maya, 'unsubscribe')).toContain('What you get');
  });
});

describe('the form', () => {
  async function opened(company: Company, user = maya, where = channel) {
    await company.sandbox.command({ user, channel: where, text: 'subscribe' });
    return company.sandbox.waitFor('the form', () => {
      const view = company.sandbox.modal(user);
      return view?.payload.submit === undefined ? undefined : view;
    });
  }
  const shown = (company: Company, user = maya) => JSON.stringify(company.sandbox.modal(user)?.blocks);

  test('subscribes with what is chosen, says so in the conversation, and shows the next times beforehand', async () => {
    const company = await start();
    await opened(company);
    expect(shown(company)).toContain('Mon 16 Nov 2026 08:30');
    await company.sandbox.clickInView({ user: maya, actionId: 'sub.field', blockId: 'often', value: 'weekly fri' });
    await company.sandbox.waitFor('the new times', () => shown(company).includes('Fri 20 Nov 2026 08:30') || undefined);
    const outcome = await company.sandbox.submit(maya, { what: 'report weekly', at: '07:15' });
    expect(outcome).toMatchObject({ outcome: 'acknowledged', errors: {} });
    expect(company.sandbox.modal(maya)).toBeUndefined();
    const confirmed = await company.message(maya, (message) => textOf(message).includes('Subscribed'));
    expect(confirmed.ephemeralTo).toBe(maya);
    expect(textOf(confirmed)).toContain('Fri 20 Nov 2026 07:15');
    expect(await kept(company)).toMatchObject([
      { kind: 'report', subject: 'weekly', recipient: maya, cadence: 'weekly', at: '07:15', timezone: 'Asia/Jakarta' },
    ]);
    expect(failures(company)).toEqual([]);
  });

  test('asks for a number where one is chosen, and says at its field what is wrong with it', async () => {
    const company = await start();
    await opened(company);
    await company.sandbox.clickInView({ user: maya, actionId: 'sub.field', blockId: 'what', value: 'kpi' });
    await company.sandbox.waitFor('the field', () => shown(company).includes('"block_id":"question"') || undefined);
    expect((await company.sandbox.submit(maya, { question: 'slaa 7d', zone: 'Jakarta' })).errors).toEqual({
      question: expect.stringContaining('I do not understand “slaa”. Did you mean'),
      zone: '“Jakarta” is no time zone; did you mean Asia/Jakarta?',
    });
    expect(await kept(company)).toEqual([]);
    const outcome = await company.sandbox.submit(maya, { question: 'backlog 12w', zone: 'asia/jakarta' });
    expect(outcome.errors).toEqual({});
    expect(await kept(company)).toMatchObject([{ kind: 'kpi', subject: 'backlog 12w', timezone: 'Asia/Jakarta' }]);
  });

  test('sends into a channel that is chosen, and says at its field why it cannot', async () => {
    const company = await start();
    await opened(company);
    await company.sandbox.clickInView({ user: maya, actionId: 'sub.field', blockId: 'where', value: 'channel' });
    await company.sandbox.waitFor('the field', () => shown(company).includes('"block_id":"channel"') || undefined);
    const refused = await company.sandbox.submit(maya, { channel: lounge.id });
    expect(refused.errors).toEqual({ channel: expect.stringContaining('I am not in that channel.') });
    expect((await company.sandbox.submit(maya, { channel: leadership.id })).errors).toEqual({});
    expect(await kept(company)).toMatchObject([{ recipient: leadership.id }]);
  });

  test('offers an agent no channel, and refuses one that is sent all the same', async () => {
    const company = await start();
    await opened(company, agent.id);
    expect(shown(company, agent.id)).not.toContain('Into a channel');
    expect(shown(company, agent.id)).toContain('by e-mail (rafael.costa@example.com)');
  });

  test('changes a subscription and keeps where it goes', async () => {
    const company = await start();
    await said(company, maya, 'subscribe sla-reported 7d monthly 10 in #general');
    const answer = company.seenBy(maya)[0]!;
    await company.sandbox.click({ user: maya, channel, ts: answer.ts, actionId: 'sub.form', value: '1' });
    const view = await company.sandbox.waitFor('the form', () => {
      const modal = company.sandbox.modal(maya);
      return modal?.payload.submit === undefined ? undefined : modal;
    });
    expect(view.title).toBe('Change subscription 1');
    expect(shown(company)).toContain('On day 10 of each month');
    expect((await company.sandbox.submit(maya, { at: '10:00' })).errors).toEqual({});
    await company.message(maya, (message) => textOf(message).includes('Changed'));
    expect(await kept(company)).toMatchObject([
      { id: 1, kind: 'kpi', subject: 'sla-reported 7d', recipient: general.id, cadence: 'monthly', at: '10:00' },
    ]);
  });

  test('of somebody else’s is not opened', async () => {
    const company = await start();
    await said(company, maya, 'subscribe digest in #general');
    await said(company, agent.id, 'subscribe digest');
    const own = company.seenBy(agent.id)[0]!;
    // A forged value: the number of another subscription.
    const forged = JSON.parse(JSON.stringify(own.blocks).replaceAll('"value":"2"', '"value":"1"'));
    Object.assign(own, { blocks: forged });
    await company.sandbox.click({ user: agent.id, channel, ts: own.ts, actionId: 'sub.form', value: '1' });
    await company.sandbox.waitFor(
      'the refusal',
      () => company.sandbox.modal(agent.id)?.title === 'Not yours' || undefined,
    );
  });
});

describe('Home', () => {
  const home = (company: Company, user = maya) => JSON.stringify(company.sandbox.home(user)?.blocks ?? []);

  test('shows what somebody gets, and its buttons work there', async () => {
    const company = await start();
    await said(company, maya, 'subscribe digest');
    await company.sandbox.openHome(maya);
    await company.sandbox.waitFor('home', () => home(company).includes('Morning coffee') || undefined);
    await company.sandbox.clickInView({ user: maya, actionId: 'sub.pause', value: '1', in: 'home' });
    await company.sandbox.waitFor('the pause', () => home(company).includes('rests until you resume it.') || undefined);
    expect(home(company)).toContain('Resume');
    await company.sandbox.clickInView({ user: maya, actionId: 'sub.next', value: '1', in: 'home' });
    await company.sandbox.waitFor('the times', () => company.sandbox.modal(maya)?.title === 'Next times' || undefined);
    await company.sandbox.close(maya);
    await company.sandbox.clickInView({ user: maya, actionId: 'sub.form', value: '1', in: 'home' });
    await company.sandbox.waitFor('the form', () => company.sandbox.modal(maya)?.payload.submit);
    expect((await company.sandbox.submit(maya, { at: '06:45' })).errors).toEqual({});
    expect(JSON.stringify(company.sandbox.modal(maya)?.blocks)).toContain('at 06:45');
    await company.sandbox.waitFor('home anew', () => home(company).includes('06:45') || undefined);
    expect(company.seenBy(maya, directMessageId(maya))).toEqual([]);
    expect(failures(company)).toEqual([]);
  });

  test('opens the settings of the digest, which are kept and shown again', async () => {
    const company = await start();
    await company.sandbox.openHome(maya);
    await company.sandbox.waitFor('home', () => home(company).includes('My digest') || undefined);
    const open = async () => {
      await company.sandbox.clickInView({ user: maya, actionId: 'digest:settings', in: 'home' });
      await company.sandbox.waitFor('the form', () => company.sandbox.modal(maya)?.payload.submit);
    };
    await open();
    const filling = { followed: ['backlog', 'tickets'], locale: 'de', zone: 'Berlin' };
    expect((await company.sandbox.submit(maya, filling)).errors).toEqual({
      zone: '“Berlin” is no time zone; did you mean Europe/Berlin?',
    });
    expect((await company.sandbox.submit(maya, { ...filling, zone: 'Europe/Berlin' })).errors).toEqual({});
    const rows = await database.db.query(sql`
      select viewer, locale, timezone, followed from ops.preferences where tenant_id = ${company.tenant.tenantId}`);
    expect(rows).toEqual([
      { viewer: `slack:${maya}`, locale: 'de', timezone: 'Europe/Berlin', followed: ['tickets', 'backlog'] },
    ]);
    await company.sandbox.close(maya);
    await open();
    expect(JSON.stringify(company.sandbox.modal(maya)?.values)).toContain('Europe/Berlin');
    expect(await said(company, maya, 'subscribe digest')).toContain('(Europe/Berlin)');
    expect(failures(company)).toEqual([]);
  });
});
