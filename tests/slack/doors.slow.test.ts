import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import {
  agent,
  directMessageId,
  executive,
  general,
  stranger,
  supervisor,
  support,
} from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { type Company, hasImage, hasTable, now, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const channel = general.id;

const says = (value: unknown): string => JSON.stringify(value);
/** Every word of somebody's Home. */
const home = (company: Company, user: string, fits: RegExp) =>
  company.sandbox.waitFor('the Home', () => {
    const view = company.sandbox.home(user);
    return view && fits.test(says(view.blocks)) ? says(view.blocks) : undefined;
  });

describe('a mention', () => {
  test('is answered with the same words as a command, to who asked alone', async () => {
    const company = await startCompany(database.db);
    company.sandbox.say({ user: agent.id, channel, text: '@Crema tickets 7d channel:"email"' });
    const answer = await company.message(agent.id, hasImage);
    expect(answer.ephemeralTo).toBe(agent.id);
    expect(textOf(answer)).toContain('Tickets created · own records only · channel: Email');
    expect(company.seenBy(maya).filter(({ user }) => user !== agent.id)).toEqual([]);
    expect(company.sandbox.apiCalls.filter((call) => !call.ok)).toEqual([]);
  });

  test('in a thread is answered there', async () => {
    const company = await startCompany(database.db);
    const parent = company.sandbox.say({ user: maya, channel, text: 'how are we doing' });
    company.sandbox.say({ user: maya, channel, text: '<@U0CREMA001> tickets table', threadTs: parent.ts });
    expect((await company.message(maya, hasTable)).threadTs).toBe(parent.ts);
  });

  test('alone gives the headline numbers, and unknown words the closest choice', async () => {
    const company = await startCompany(database.db);
    company.sandbox.say({ user: maya, channel, text: '@Crema' });
    await company.message(maya, (message) => textOf(message).includes('Your numbers'));
    company.sandbox.say({ user: maya, channel, text: 'hello @Crema slareported <now> & "then"' });
    await company.message(maya, (message) => textOf(message).includes('There is no KPI'));
  });
});

describe('a message to the bot', () => {
  const direct = directMessageId(maya);

  test('is answered by one message that is edited in place', async () => {
    const company = await startCompany(database.db);
    company.sandbox.say({ user: maya, channel: direct, text: 'sla-reported 7d' });
    const answer = await company.message(maya, hasImage, direct);
    expect(answer.ephemeralTo).toBeUndefined();
    expect(textOf(answer)).toContain('*90.0 %*');
    expect(company.seenBy(maya, direct)).toHaveLength(1);
    await company.sandbox.click({ user: maya, channel: direct, ts: answer.ts, actionId: 'kpi.ask:1' });
    const after = await company.message(maya, (message) => textOf(message).includes('Over time'), direct);
    expect(after.ts).toBe(answer.ts);
    expect(company.seenBy(maya, direct)).toHaveLength(1);
  });

  test('is answered once, and its own messages never', async () => {
    const company = await startCompany(database.db);
    company.sandbox.say({ user: maya, channel: direct, text: 'tickets table' });
    await company.message(maya, hasTable, direct);
    company.sandbox.say({ user: maya, channel: direct, text: 'backlog table' });
    await company.message(maya, (message) => textOf(message).includes('Open tickets'), direct);
    await expect
      .poll(() => company.logged.filter((line) => line.msg === 'slack request handled').map((line) => line.name))
      .toEqual(['message', 'message']);
    expect(company.seenBy(maya, direct)).toHaveLength(2);
  });

  test('from somebody without rights is refused with the reason and whom to ask, without a number', async () => {
    const company = await startCompany(database.db);
    const where = directMessageId(stranger.id);
    company.sandbox.say({ user: stranger.id, channel: where, text: 'tickets' });
    const refusal = textOf(await company.message(stranger.id, () => true, where));
    expect(refusal).toContain('no operator in the CRM has your e-mail address noor.visser@example.com');
    expect(refusal).toContain('Daniel Okafor');
    expect(refusal).not.toContain('140');
  });
});

describe('the Home', () => {
  test('shows the numbers of the person, what they see and why, how fresh it is and how to ask', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.openHome(supervisor.id);
    const shown = await home(company, supervisor.id, /What you see/);
    for (const words of ['Your numbers', 'Tickets created', '*70*', 'How fresh it is', 'crm · ticket', 'How to ask'])
      expect(shown).toContain(words);
    expect(shown).toContain('You see team Tier 2, because crema.yaml names you as a supervisor.');
    await company.sandbox.openHome(maya);
    expect(await home(company, maya, /\*140\*/)).toContain('You see everything');
    expect(company.sandbox.apiCalls.filter((call) => !call.ok)).toEqual([]);
  });

  test('of somebody without rights says why, and whom to ask', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.openHome(stranger.id);
    expect(await home(company, stranger.id, /no operator in the CRM/)).toContain('Daniel Okafor');
  });

  test('is left alone when the messages are opened', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.openHome(maya, 'messages');
    await company.sandbox.openHome(supervisor.id);
    await home(company, supervisor.id, /Your numbers/);
    expect(company.sandbox.home(maya)).toBeUndefined();
  });
});

describe('an operator of the CRM whom crema.yaml does not name', () => {
  const setUp = async (role = 'agent') => {
    const clock = fixedClock(now);
    const company = await startCompany(database.db, { door: { clock } });
    const { tenantId } = company.tenant;
    await database.db.run(sql`delete from ops.people where tenant_id = ${tenantId}`);
    await database.db.run(sql`
      update crm.operators set email = 'Rafael.Costa@example.com', role = ${role}, active = true
      where tenant_id = ${tenantId} and id = 'op-1'`);
    await database.db.run(sql`
      update crm.operators set email = 'ines@example.com', role = 'owner', active = true
      where tenant_id = ${tenantId} and id = 'op-2'`);
    const ask = async (text: string) => {
      const before = company.seenBy(agent.id).length;
      await company.sandbox.command({ user: agent.id, channel, text });
      return textOf(await company.message(agent.id, (message) => company.seenBy(agent.id).indexOf(message) >= before));
    };
    return { company, clock, ask, tenantId };
  };

  test.each([
    ['agent', '*70*', 'You see your own records, because you are an agent in the CRM (Rafael Costa)'],
    ['supervisor', '*70*', 'You see team Tier 1 and your own records, because you are a supervisor in the CRM'],
    ['admin', '*140*', 'You see everything, because you are an admin in the CRM (Rafael Costa)'],
  ])('sees as %s what the role gives, and is told so', async (role, value, why) => {
    const { company, ask } = await setUp(role);
    expect(await ask('tickets 7d table')).toContain(value);
    await company.sandbox.openHome(agent.id);
    expect(await home(company, agent.id, /What you see/)).toContain(why);
  });

  test('whose role has no access is refused, naming the owner in the CRM', async () => {
    const { ask } = await setUp('other');
    const refusal = await ask('tickets 7d table');
    expect(refusal).toContain('the role of your operator in the CRM (rafael.costa@example.com) has no access');
    expect(refusal).toContain('Ines Moura');
    expect(refusal).not.toMatch(/\b(70|140)\b/);
  });

  test('who is deactivated in the CRM sees nothing with the next question, and in Slack after the event', async () => {
    const { company, ask, tenantId } = await setUp();
    expect(await ask('tickets 7d table')).toContain('*70*');
    const setActive = (active: boolean) =>
      database.db.run(sql`update crm.operators set active = ${active} where tenant_id = ${tenantId} and id = 'op-1'`);
    await setActive(false);
    expect(await ask('tickets 7d table')).toContain('is no longer active');
    await setActive(true);
    expect(await ask('tickets 7d table')).toContain('*70*');
    await company.sandbox.changeEmail(agent.id, 'somebody.else@example.com');
    await company.sandbox.waitFor(
      'the look-up',
      () => company.sandbox.apiCalls.filter(({ method }) => method === 'users.info')[1],
    );
    await expect.poll(() => ask('tickets 7d table')).toContain('somebody.else@example.com');
  });

  test('is told that it cannot be checked now when Slack has not said for a day', async () => {
    const { company, clock, ask } = await setUp();
    expect(await ask('tickets 7d table')).toContain('*70*');
    company.sandbox.failNext({ method: 'users.info', kind: 'http', status: 500, times: Number.POSITIVE_INFINITY });
    clock.set(clock.now().add({ hours: 23 }));
    expect(await ask('tickets 9..15 table')).not.toContain('could not check');
    clock.set(clock.now().add({ hours: 2 }));
    expect(await ask('tickets 7d table')).toContain('I could not check with Slack who you are');
  });

  test('of whom there are two in one source is nobody, and the log says which two', async () => {
    const { company, ask, tenantId } = await setUp();
    await database.db.run(sql`
      update crm.operators set email = 'rafael.costa@example.com' where tenant_id = ${tenantId} and id = 'op-2'`);
    expect(await ask('tickets 7d table')).toContain('several operators in the CRM have your e-mail address');
    expect(company.logged.find((line) => /several operators/.test(String(line.msg)))).toMatchObject({
      ...{ source: 'crm', operators: ['op-1', 'op-2'], user: agent.id },
    });
  });

  test('may share where all are operators, as far as all may see it', async () => {
    const { company, tenantId } = await setUp('admin');
    const { id: here } = support;
    for (const [index, person] of [supervisor].entries())
      await database.db.run(sql`
        insert into crm.operators (tenant_id, source, id, name, email, role, team_id, active, version)
        values (${tenantId}, 'crm', ${`op-s${index}`}, ${person.realName}, ${person.email}, 'supervisor', 'team-1', true, 1)`);
    await company.sandbox.leave('U0LEAD0001', here);
    await company.sandbox.command({ user: agent.id, channel: here, text: 'tickets' });
    const answer = await company.message(agent.id, hasImage, here);
    await company.sandbox.click({ user: agent.id, channel: here, ts: answer.ts, actionId: 'kpi.share' });
    const post = await company.message(supervisor.id, (message) => message.ephemeralTo === undefined, here);
    expect(textOf(post)).toContain('team Tier 1 only');
    expect(textOf(post)).toContain('*70*');
  });
});
