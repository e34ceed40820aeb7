import { describe, expect, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import {
  agent,
  directMessageId,
  executive,
  general,
  lounge,
  stranger,
  supervisor,
  supportLead,
} from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { buttonsOf, hasImage, hasTable, startCompany, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

describe('/kpi', () => {
  test('shows the number at once and then the whole answer with its chart', async () => {
    const charts = createChartRenderer({ workers: 1 });
    const company = await startCompany(database.db, { door: { charts } });
    const outcome = await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    expect(outcome.outcome).toBe('acknowledged');
    const whole = await company.message(maya, hasImage);
    await charts.close();
    const [lead, ...rest] = company.seenBy(maya);
    expect(textOf(lead!)).toContain('90.0 %');
    expect(rest).toEqual([whole]);
    expect(whole.ephemeralTo).toBe(maya);
    expect(whole.text).toContain('90.0 %');
    expect(whole.blocks.map((block) => block.type)).toEqual(['header', 'section', 'image', 'context', 'actions']);
    expect(textOf(whole)).toContain('*90.0 %*  ▲ up 10.0 points vs 2–8 Nov (better) · target 90 % met ✓ · 126 of 140');
    expect(textOf(whole)).toMatch(
      /9–15 Nov 2026 · Asia\/Jakarta · as of <!date\^1794790800\^.*\|16 Nov 2026 08:00> · fresh/,
    );
    expect(buttonsOf(whole)).toEqual([
      { text: 'Share to channel', actionId: 'kpi.share', value: 'sla-reported' },
      { text: 'By priority', actionId: 'kpi.ask:1', value: 'sla-reported by priority' },
    ]);
    expect(company.sandbox.apiCalls.filter((call) => !call.ok)).toEqual([]);
    expect(company.logged.filter((line) => Number(line.level) >= 40)).toEqual([]);
  });

  test('prints the receipt of an answer again, with its chart and what became of it', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel, text: 'sla-reported' });
    const whole = await company.message(maya, hasImage);
    const code = /receipt (\w{6})/.exec(textOf(whole))?.[1];
    await company.sandbox.command({ user: maya, channel, text: `receipt ${code}` });
    const again = await company.message(maya, (message) => hasImage(message) && message.ts !== whole.ts);
    expect(textOf(again)).toContain('As answered on 16 Nov 2026 08:25.');
    expect(textOf(again)).toContain('Unchanged since.');
    expect(textOf(again)).toContain('*90.0 %*  ▲ up 10.0 points vs 2–8 Nov (better)');
    expect(textOf(again)).toContain(`receipt ${code}`);
    expect(buttonsOf(again)).toEqual([
      {
        ...{ text: 'Ask again', actionId: 'kpi.ask:1' },
        value: 'sla-reported 2026-11-09..2026-11-15 vs 2026-11-02..2026-11-08',
      },
    ]);
  });

  test('has no share button in a direct message', async () => {
    const company = await startCompany(database.db);
    const direct = directMessageId(maya);
    await company.sandbox.command({ user: maya, channel: direct, text: 'tickets' });
    const whole = await company.message(maya, hasImage, direct);
    expect(buttonsOf(whole).map(({ text }) => text)).toEqual(['By priority']);
  });

  test.each([
    ['', 'Your numbers'],
    ['help', 'How to ask'],
    ['help backlog', 'How many tickets are open'],
    ['list', 'resolution-time'],
    ['list nothing', 'no KPI in that group'],
    ['receipt k7f3a2', 'There is no receipt “k7f3a2” that you may read'],
    ['explain sla-reported', 'Tickets whose SLA flag is true'],
    ['slareported', 'There is no KPI “slareported”. Did you mean:'],
    ['tickets by colour', 'This KPI has no dimension “colour”.'],
    ['tickets 7dd', '“7dd” is no period I know'],
    ['tickets team:"Tier 3"', 'No team is called “Tier 3”. Did you mean:'],
    ['sla-reported 2020', 'There is data for'],
    ['backlog table', 'Open tickets'],
    ['tickets csv', 'at,value,numerator,denominator,complete'],
  ])('answers "%s"', async (text, said) => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel, text });
    const answer = await company.message(maya, (message) => textOf(message).includes(said));
    expect(answer.ephemeralTo).toBe(maya);
    expect(company.seenBy(maya)).toHaveLength(1);
    expect(company.sandbox.apiCalls.filter((call) => !call.ok)).toEqual([]);
  });

  test('offers choices that work as buttons when pressed', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: maya, channel, text: 'tickets team:"Tier 9" table' });
    const question = await company.message(maya, (message) => buttonsOf(message).length > 0);
    const choice = buttonsOf(question).find(({ text }) => text === 'Tier 2');
    expect(choice?.value).toBe('tickets table team:"Tier 2"');
    await company.sandbox.click({ user: maya, channel, ts: question.ts, actionId: choice!.actionId });
    const answer = await company.message(maya, hasTable);
    expect(answer.ts).toBe(question.ts);
    expect(textOf(answer)).toContain('Tickets created · team: Tier 2');
  });

  test('shows an agent the own records only', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: agent.id, channel, text: 'tickets 7d table' });
    expect(textOf(await company.message(agent.id, hasTable))).toContain('*70*');
  });

  test('shows a supervisor the records of the team', async () => {
    const company = await startCompany(database.db);
    await company.sandbox.command({ user: supervisor.id, channel, text: 'tickets 7d by team table' });
    const answer = textOf(await company.message(supervisor.id, hasTable));
    expect(answer).toContain('Tier 2');
    expect(answer).not.toContain('Tier 1');
  });

  test('recognises a person by the e-mail address of the Slack profile, and asks Slack once', async () => {
    const company = await startCompany(database.db);
    for (const text of ['tickets 7d table', 'tickets 30d table']) {
      await company.sandbox.command({ user: supportLead.id, channel, text });
    }
    await company.message(supportLead.id, (message) => hasTable(message) && textOf(message).includes('17 Oct'));
    await company.message(supportLead.id, (message) => hasTable(message) && textOf(message).includes('*140*'));
    expect(company.sandbox.apiCalls.filter((call) => call.method === 'users.info')).toHaveLength(1);
  });

  test.each([
    ['does not know', {}, 'no operator in the CRM has your e-mail address noor.visser@example.com'],
    ['may not look up', { scopes: ['commands', 'chat:write', 'files:write'] }, 'could not check with Slack'],
  ])('refuses somebody it %s, naming whom to ask', async (_, sandbox, why) => {
    const company = await startCompany(database.db, { sandbox });
    await company.sandbox.command({ user: stranger.id, channel: lounge.id, text: 'tickets' });
    const refusal = await company.message(stranger.id, () => true, lounge.id);
    expect(textOf(refusal)).toContain(why);
    expect(textOf(refusal)).toContain('Daniel Okafor');
    expect(textOf(refusal)).not.toContain('140');
  });

  test('answers a command it does not have', async () => {
    const company = await startCompany(database.db, { sandbox: { commands: ['/kpi', '/metrics'] } });
    const outcome = await company.sandbox.command({ user: maya, channel, command: '/metrics', text: 'x' });
    expect(outcome.outcome).toBe('acknowledged');
    expect(textOf(await company.message(maya, () => true))).toContain('I do not answer to /metrics.');
  });
});
