import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { agent, executive, general, supervisor } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { type AlertCompany, startAlertCompany, teamsBelow } from './alert-company.ts';
import { buttonsOf, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

async function said(company: AlertCompany, user: string, text: string) {
  const before = company.seenBy(user, channel).length;
  await company.sandbox.command({ user, channel, text: `alerts ${text}` });
  return company.sandbox.waitFor('the answer', () => company.seenBy(user, channel)[before], 20_000);
}

const silences = (company: AlertCompany) =>
  database.db.query<{ matchers: object; person: string; by: string; ended: string | null }>(sql`
    select matchers, person, created_by as by, ended_by as ended from ops.alert_silences
    where tenant_id = ${company.tenant.tenantId} order by silence_id`);

/** One incident for each of the two teams. */
const eachTeam = { ...teamsBelow, group_by: ['team'] };

describe('silences in Slack', () => {
  test('keep the incidents of a team quiet, say who made them, and are ended with a button', async () => {
    const company = await startAlertCompany(database.db);
    await company.rule(eachTeam);
    const made = await said(company, maya, 'silence team:"tier 2" 2h because the phones are moved');
    expect(textOf(made)).toContain('Silenced until 10:25');
    expect(textOf(made)).toContain('team Tier 2');
    expect(textOf(made)).toContain('by Maya Hartono');
    expect(await silences(company)).toMatchObject([{ person: `slack:${maya}`, by: 'Maya Hartono', ended: null }]);
    await company.work(3);
    const told = () =>
      company
        .seenBy(maya)
        .filter((message) => message.user === 'U0CREMA001' && !message.ephemeralTo && !message.threadTs)
        .map(textOf);
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('Tier 1');
    const list = await said(company, maya, 'silences');
    expect(textOf(list)).toContain('1 silence');
    expect(textOf(await said(company, maya, ''))).toContain('the phones are moved');
    const end = buttonsOf(list).find(({ text }) => text === 'End')!;
    await company.sandbox.click({ user: maya, channel, ts: list.ts, actionId: end.actionId });
    await company.message(maya, (message) => textOf(message).includes('Silence 1 has ended.'));
    expect(await silences(company)).toMatchObject([{ ended: `slack:${maya}` }]);
    await company.work(2);
    expect(told()).toHaveLength(2);
    expect(textOf(await said(company, maya, 'silences'))).toContain('Nothing is silenced');
    await company.sandbox.click({ user: maya, channel, ts: list.ts, actionId: end.actionId });
    await company.message(maya, (message) => textOf(message).includes('There is no silence 1 that holds.'));
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('are made by supervisors for their own teams only, and by whoever made a rule for that', async () => {
    const company = await startAlertCompany(database.db);
    await company.rule(eachTeam, 'teams');
    expect(textOf(await said(company, supervisor.id, 'silence team:"Tier 1" 2h'))).toContain(
      'You may not silence that: it is not about a team of yours.',
    );
    expect(textOf(await said(company, supervisor.id, 'silence teams 2h'))).toContain('You may not silence that');
    expect(textOf(await said(company, supervisor.id, 'silence priority:low 2h'))).toContain('You may not silence that');
    expect(textOf(await said(company, agent.id, 'silence team:"Tier 2" 2h'))).toContain('You may not silence that');
    expect(await silences(company)).toEqual([]);
    expect(textOf(await said(company, supervisor.id, 'silence team:"Tier 2" 2h'))).toContain('Silenced until');
    expect(textOf(await said(company, maya, 'silence teams 1 d'))).toContain('Silenced until 17 Nov');
    // Each sees those that are theirs to end.
    expect(textOf(await said(company, maya, 'silences'))).toContain('2 silences');
    expect(textOf(await said(company, supervisor.id, 'silences'))).toContain('1 silence');
    expect(textOf(await said(company, agent.id, 'silences'))).toContain('Nothing is silenced');
    expect(textOf(await said(company, supervisor.id, 'unsilence 2'))).toContain('You may not silence that');
    expect(textOf(await said(company, supervisor.id, 'unsilence 1'))).toContain('Silence 1 has ended.');
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('of a rule are said by what it has told already, before its next look by time', async () => {
    const company = await startAlertCompany(database.db);
    await company.rule(teamsBelow);
    await company.work(2);
    await said(company, maya, 'silence teams 2h because of the move');
    await company.work(2);
    expect(textOf(company.alert())).toContain('Told no further at the moment: silenced by Maya Hartono: of the move');
  }, 60_000);

  test('say what there is none of, and offer what works', async () => {
    const company = await startAlertCompany(database.db);
    expect(textOf(await said(company, maya, 'silence team:Nowhere 2h'))).toContain(
      'There is no team “Nowhere”. Known: “Tier 1”, “Tier 2”.',
    );
    expect(textOf(await said(company, supervisor.id, 'silence team:"Tier 3" 2h'))).toContain('Known: “Tier 2”');
    expect(textOf(await said(company, maya, 'silence no-rule 2h'))).toContain('There is no rule “no-rule”.');
    const offer = await said(company, maya, 'silence team:"Tier 2"');
    const [first] = buttonsOf(offer);
    await company.sandbox.click({ user: maya, channel, ts: offer.ts, actionId: first!.actionId });
    await company.message(maya, (message) => textOf(message).includes('Silenced until'));
    expect(company.failures()).toEqual([]);
  }, 60_000);
});
