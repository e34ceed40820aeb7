import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { describe, expect, test } from 'vitest';
import { notUsefulTo } from '../../src/alerts/acts.ts';
import { changeRuleState } from '../../src/alerts/rest.ts';
import {
  agent,
  directMessageId,
  executive,
  general,
  leadership,
  stranger,
  supervisor,
  supportLead,
} from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { type AlertCompany, startAlertCompany, teamsBelow } from './alert-company.ts';
import { buttonsOf, textOf } from './company.ts';

const database = useDatabase();
const { id: maya } = executive;
const { id: channel } = general;

/** A company in whose channel an incident has been told, about both teams. */
async function told(options: Parameters<typeof startAlertCompany>[1] = {}): Promise<AlertCompany> {
  const company = await startAlertCompany(database.db, options);
  await company.rule(teamsBelow);
  await company.work(2);
  expect(company.alert()).toBeDefined();
  return company;
}

async function press(company: AlertCompany, user: string, actionId: string, value?: string): Promise<void> {
  const { ts } = company.alert();
  const outcome = await company.sandbox.click({ user, channel, ts, actionId, ...(value ? { value } : {}) });
  expect(outcome.outcome).toBe('acknowledged');
}

/** What only this person is told, once there is something. */
const privately = (company: AlertCompany, user: string, said: string) =>
  company.message(user, (message) => message.ephemeralTo === user && textOf(message).includes(said));

const privateTo = (company: AlertCompany, user: string) =>
  company
    .seenBy(user)
    .filter((message) => message.ephemeralTo === user)
    .map(textOf);

const thread = (company: AlertCompany) =>
  company
    .seenBy(maya)
    .filter(({ threadTs }) => threadTs === company.alert().ts)
    .map(({ text }) => text.replaceAll('\u2060', ''));

const until = (company: AlertCompany, what: string, holds: () => Promise<boolean>) =>
  expect
    .poll(holds, { timeout: 10_000, message: what })
    .toBe(true)
    .then(() => company.work());

const texts = (company: AlertCompany) => buttonsOf(company.alert()).map(({ text }) => text);

async function said(company: AlertCompany, user: string, text: string, where = channel) {
  const before = company.seenBy(user, where).length;
  await company.sandbox.command({ user, channel: where, text });
  return company.sandbox.waitFor('the answer', () => company.seenBy(user, where)[before], 20_000);
}

describe('the buttons of an incident', () => {
  test('acknowledge it: its message changes, its thread says who, and nobody hears anything privately', async () => {
    const company = await told();
    expect(texts(company)).toEqual(['Acknowledge', 'Assign to me', 'Show KPI', 'Not useful']);
    await press(company, maya, 'alert.ack');
    await until(company, 'acknowledged', async () => (await company.incident())!.acknowledgedAt !== null);
    expect(textOf(company.alert())).toContain('Acknowledged by ');
    expect(JSON.stringify(company.alert().blocks)).toContain(`"user_id":"${maya}"`);
    expect(texts(company)).toEqual(['Assign to me', 'Unacknowledge', 'Show KPI', 'Not useful']);
    expect(thread(company)).toEqual(['Maya Hartono acknowledged it']);
    expect(privateTo(company, maya)).toEqual([]);
    expect(company.changes()).toBe(1);
    expect(company.failures()).toEqual([]);
  });

  test('tell whoever comes second who was first', async () => {
    const company = await told();
    await press(company, maya, 'alert.ack');
    await expect.poll(async () => (await company.incident())!.acknowledgedBy).toBe(`slack:${maya}`);
    // The message has not changed for Daniel yet.
    await press(company, supportLead.id, 'alert.ack');
    await privately(company, supportLead.id, 'Maya Hartono acknowledged incident 1 already: 16 Nov 08:27.');
    await press(company, maya, 'alert.ack');
    await privately(company, maya, 'You acknowledged incident 1 already');
    await company.work();
    expect(thread(company)).toEqual(['Maya Hartono acknowledged it']);
  });

  test('pressed by two people at the same moment, are one acknowledgement', async () => {
    const company = await told();
    const before = (await company.incident())!.version;
    await Promise.all([press(company, maya, 'alert.ack'), press(company, supportLead.id, 'alert.ack')]);
    await expect.poll(() => privateTo(company, maya).length + privateTo(company, supportLead.id).length).toBe(1);
    await company.work();
    expect(thread(company)).toHaveLength(1);
    expect((await company.incident())!.version).toBe(before + 1);
  });

  test('snooze it until a moment and wake it', async () => {
    const company = await told();
    await press(company, maya, 'alert.snooze', 'tomorrow 1');
    await until(company, 'snoozed', async () => (await company.incident())!.snoozedUntil !== null);
    expect((await company.incident())!.snoozedUntil!.toString()).toBe('2026-11-17T02:00:00Z');
    expect(textOf(company.alert())).toContain(' until 17 Nov 09:00');
    expect(texts(company)).toEqual(['Acknowledge', 'Wake', 'Assign to me', 'Show KPI', 'Not useful']);
    await press(company, supportLead.id, 'alert.wake');
    await until(company, 'awake', async () => (await company.incident())!.snoozedUntil === null);
    expect(thread(company)).toEqual(['Maya Hartono snoozed it until 17 Nov 09:00', 'Daniel Okafor ended the snooze']);
  });

  test('bring a snoozed incident up again when the snooze ends', async () => {
    const company = await told();
    await press(company, maya, 'alert.snooze', '30min 1');
    await until(company, 'snoozed', async () => (await company.incident())!.snoozedUntil !== null);
    await company.work(31);
    expect(thread(company).at(-1)).toMatch(/^Still so/);
    expect(textOf(company.alert())).not.toContain('Snoozed');
  }, 60_000);

  test('assign it to whoever presses, and let somebody else take over', async () => {
    const company = await told();
    await press(company, maya, 'alert.assign');
    await until(company, 'assigned', async () => (await company.incident())!.assignedTo === `slack:${maya}`);
    expect((await company.incident())!.acknowledgedBy).toBe(`slack:${maya}`);
    expect(texts(company)).toContain('Take over');
    await press(company, supportLead.id, 'alert.assign');
    await until(company, 'taken over', async () => (await company.incident())!.assignedTo !== `slack:${maya}`);
    expect(thread(company)).toEqual(['Maya Hartono takes care of it', 'Daniel Okafor takes it over from Maya Hartono']);
  });

  test('take an acknowledgement back', async () => {
    const company = await told();
    await press(company, maya, 'alert.assign');
    await until(company, 'assigned', async () => (await company.incident())!.assignedTo !== null);
    await press(company, maya, 'alert.unack');
    await until(company, 'taken back', async () => (await company.incident())!.acknowledgedAt === null);
    expect((await company.incident())!.assignedTo).toBeNull();
    expect(texts(company)).toContain('Acknowledge');
  });

  test('keep each person’s word on whether it was useful, also when it is over', async () => {
    const company = await told();
    const useless = async () => (await notUsefulTo(database.db, company.tenant.tenantId, 1)).length;
    await press(company, maya, 'alert.useless');
    await until(company, 'told', async () => (await useless()) === 1);
    await database.db.tx((tx) =>
      changeRuleState(tx, company.tenant.tenantId, 1, { state: 'ended', reason: null }, company.moments()),
    );
    await company.work();
    await press(company, supportLead.id, 'alert.useless');
    await until(company, 'told', async () => (await useless()) === 2);
    expect(textOf(company.alert())).toContain('Not useful to 2 people');
    await press(company, maya, 'alert.useless');
    const refused = await privately(company, maya, 'You have said so already: not useful.');
    const button = buttonsOf(refused).find(({ text }) => text === 'It was useful')!;
    await company.sandbox.click({ user: maya, channel, ts: refused.ts, actionId: button.actionId });
    await until(company, 'told', async () => (await useless()) === 1);
    expect(textOf(company.alert())).toContain('Not useful to one person');
  });

  test('show the numbers with the rights of whoever asks, beside the message', async () => {
    const company = await told();
    const before = company.alert().version;
    await press(company, supervisor.id, 'alert.show');
    const shown = await privately(company, supervisor.id, 'Tier 2');
    expect(textOf(shown)).toContain('Tier 2');
    expect(textOf(shown)).not.toContain('Tier 1');
    expect(company.alert().version).toBe(before);
    expect(company.failures()).toEqual([]);
  });

  test.each([
    [
      'an agent whose colleagues are in it',
      agent.id,
      'You may not change incident 1: it is not only about your own records.',
    ],
    ['somebody whom the CRM does not know', stranger.id, 'I cannot show you numbers'],
  ])('refuse %s, politely and to them alone', async (_, user, why) => {
    const company = await told();
    const { version } = (await company.incident())!;
    for (const actionId of ['alert.ack', 'alert.assign', 'alert.useless']) await press(company, user, actionId);
    await privately(company, user, why);
    await expect.poll(() => privateTo(company, user).length).toBe(3);
    expect(await company.incident()).toMatchObject({ acknowledgedAt: null, assignedTo: null, version });
    expect(privateTo(company, user).join(' ')).not.toMatch(/\d %/);
  });

  test('let a supervisor act where one of their teams is in it', async () => {
    const company = await told();
    await press(company, supervisor.id, 'alert.ack');
    await until(company, 'acknowledged', async () => (await company.incident())!.acknowledgedAt !== null);
    expect(privateTo(company, supervisor.id)).toEqual([]);
  });

  test('answer weeks later what has become of it, from a message that never changed', async () => {
    const company = await told();
    company.clock.move(30 * 24 * 3_600_000);
    const { tenantId } = company.tenant;
    const ended = { state: 'ended', reason: 'ended by Daniel Okafor' } as const;
    await database.db.tx((tx) => changeRuleState(tx, tenantId, 1, ended, company.moments()));
    await press(company, maya, 'alert.ack');
    await privately(company, maya, 'Incident 1 is closed since 16 Dec 08:27: The rule was ended by Daniel Okafor.');
    await press(company, maya, 'alert.snooze', '4h 1');
    await expect.poll(() => privateTo(company, maya).length).toBe(2);
    await database.db.run(sql`delete from ops.alert_incidents where tenant_id = ${tenantId}`);
    await press(company, maya, 'alert.assign');
    await privately(company, maya, 'There is no incident 1 any more.');
    expect(company.failures()).toEqual([]);
  });
});

describe('/kpi alerts', () => {
  test('lists what is open with its buttons, and is shown anew when one is pressed', async () => {
    const company = await told();
    const list = await said(company, maya, 'alerts');
    expect(textOf(list)).toContain('1 open incident');
    expect(buttonsOf(list).map(({ text }) => text)).toEqual([
      'Acknowledge',
      'Assign to me',
      'Show KPI',
      'Pause',
      'New rule',
    ]);
    await company.sandbox.click({ user: maya, channel, ts: list.ts, actionId: 'alert.ack' });
    const anew = await privately(company, maya, 'acknowledged 16 Nov 08:27');
    expect(anew.ts).toBe(list.ts);
    await company.work();
    expect(textOf(company.alert())).toContain('Acknowledged by ');
    expect(company.failures()).toEqual([]);
  });

  test('shows each person what they may see', async () => {
    const company = await told();
    expect(textOf(await said(company, supervisor.id, 'alerts'))).toContain('1 open incident');
    const nothing = textOf(await said(company, agent.id, 'alerts'));
    expect(nothing).toContain('No open incidents');
    expect(nothing).not.toContain('below 99');
    await said(company, agent.id, 'alert sla-reported 14d below 99%');
    expect(textOf(await said(company, agent.id, 'alerts'))).toContain('Rule 2');
    expect(textOf(await said(company, supervisor.id, 'alerts'))).not.toContain('Rule 2');
  });

  test('pauses, resumes and ends rules; those of crema.yaml end there', async () => {
    const company = await told();
    await said(company, maya, 'alert tickets 7d above 5');
    const list = await said(company, maya, 'alerts');
    const go = async (actionId: string, value: string, expected: string) => {
      await company.sandbox.click({ user: maya, channel, ts: list.ts, actionId, value });
      await privately(company, maya, expected);
    };
    await go('alert.pause', '1', 'rests until you resume it.');
    await company.work();
    expect(textOf(company.alert())).toContain('Closed 08:27: The rule was paused by Maya Hartono');
    expect(await company.rules()).toMatchObject([{ state: 'paused' }, { state: 'active' }]);
    await go('alert.end', '2', 'has ended.');
    expect(await company.rules()).toMatchObject([{ state: 'paused' }, { state: 'ended' }]);
    expect(textOf(await said(company, supervisor.id, 'alerts'))).not.toContain('Rule 2');
  });
});

describe('/kpi alert', () => {
  test('saves a rule, says what it would have done, and takes it back with a button', async () => {
    const company = await startAlertCompany(database.db);
    const saved = await said(company, maya, 'alert SLA-reported 7d by TEAM under 85 % for 2 h clear at 90%');
    expect(textOf(saved)).toContain('Watching');
    expect(textOf(saved)).toMatch(/In the last 90 days it would have fired once.*for/);
    expect(await company.rules()).toMatchObject([
      {
        ...{ id: 1, owner: `slack:${maya}`, viewer: `slack:${maya}`, state: 'active' },
        settings: { kind: 'kpi-threshold', kpi: 'sla-reported 7d by team', below: 0.85, clear: 0.9, for: 7_200 },
        to: [{ carrier: 'slack', recipient: maya }],
      },
    ]);
    expect(textOf(await said(company, maya, 'alert sla-reported 7d by team below 85% for 2h clear 90%'))).toContain(
      'You have this already',
    );
    await company.sandbox.click({ user: maya, channel, ts: saved.ts, actionId: 'alert.end', value: '1' });
    await privately(company, maya, 'has ended.');
    expect(await company.rules()).toMatchObject([{ state: 'ended' }]);
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('saves a rule on tickets at risk, says what it would have done, and refuses a team there is none of', async () => {
    const company = await startAlertCompany(database.db);
    const saved = textOf(await said(company, supervisor.id, 'alert sla at risk team:"tier 2" before 1 h'));
    expect(saved).toContain('Watching');
    expect(saved).toContain('SLA at risk (team tier 2)');
    expect(saved).toContain('In the last 90 days it would');
    expect(await company.rules()).toMatchObject([
      { viewer: `slack:${supervisor.id}`, settings: { kind: 'sla-risk', team: ['tier 2'], before: 3_600 } },
    ]);
    const again = await said(company, supervisor.id, 'alert sla-risk team:"tier 2" before 60min');
    expect(textOf(again)).toContain('You have this already');
    expect(textOf(await said(company, supervisor.id, 'alert sla-risk team:Nowhere'))).toContain('Nowhere');
    expect(await company.rules()).toHaveLength(1);
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('tells its maker, with the rights of its maker', async () => {
    const company = await startAlertCompany(database.db);
    await said(company, supervisor.id, 'alert sla-reported 14d by team below 99%');
    await company.work(2);
    const where = directMessageId(supervisor.id);
    const alert = await company.message(supervisor.id, (message) => textOf(message).includes('Low:'), where);
    expect(textOf(alert)).toContain('Tier 2');
    expect(textOf(alert)).not.toContain('Tier 1');
    expect(textOf(alert)).toContain('you asked for it');
  }, 60_000);

  test.each([
    ['a KPI that is none', 'slaa below 85%', 'There is no KPI “slaa”. Did you mean:'],
    ['a value that could be two', 'sla-reported below 0.9', 'Is “0.9” 90 % or 0.9 %? Did you mean:'],
    ['a team that is none', 'sla-reported team:Nowhere below 85%', 'Nowhere'],
    ['a channel for an agent', 'sla-reported below 85% in #general', 'Only supervisors and above'],
  ])('refuses %s and saves nothing', async (_, words, why) => {
    const company = await startAlertCompany(database.db);
    expect(textOf(await said(company, agent.id, `alert ${words}`))).toContain(why);
    expect(await company.rules()).toEqual([]);
    expect(company.failures()).toEqual([]);
  });

  test('offers the closest choices as buttons, which carry on with all that was said', async () => {
    const company = await startAlertCompany(database.db);
    const offer = await said(company, maya, 'alert sla-reported for 2h below 0.9 to me');
    await company.sandbox.click({ user: maya, channel, ts: offer.ts, actionId: 'kpi.ask:1' });
    await company.message(maya, (message) => textOf(message).includes('Watching'));
    expect(await company.rules()).toMatchObject([{ settings: { below: 0.9, for: 7_200 } }]);
  }, 60_000);

  test('refuses a channel in which somebody may see less, naming them', async () => {
    const company = await startAlertCompany(database.db);
    const refused = textOf(await said(company, maya, 'alert sla-reported below 85% in #general'));
    expect(refused).toMatch(/Not saved: .*(Sari Wijaya|Rafael Costa|members of the channel)/);
    expect(await company.rules()).toEqual([]);
    const saved = textOf(await said(company, maya, 'alert sla-reported 14d below 99% in #leadership', leadership.id));
    expect(saved).toContain('Watching');
  }, 60_000);

  test('is not told any more where somebody has joined who may see less', async () => {
    const company = await startAlertCompany(database.db);
    await said(company, maya, 'alert sla-reported 14d below 99% in #leadership', leadership.id);
    company.sandbox.join(supervisor.id, leadership.id);
    await company.work(2);
    expect(company.sandbox.conversation(leadership.id, maya).filter((one) => textOf(one).includes('Low:'))).toEqual([]);
    const [row] = await database.db.query<{ state: string; error: string }>(sql`
      select state, reason as error from ops.deliveries where tenant_id = ${company.tenant.tenantId} and part = 'main'`);
    expect(row).toMatchObject({ state: 'failed', error: expect.stringContaining('may see less') });
  }, 60_000);
});

describe('the form for a rule', () => {
  async function opened(company: AlertCompany, user = maya) {
    await company.sandbox.command({ user, channel, text: 'alert' });
    await company.sandbox.waitFor('the form', () => company.sandbox.modal(user)?.payload.submit ?? undefined);
  }
  const shown = (company: AlertCompany, user = maya) => JSON.stringify(company.sandbox.modal(user)?.blocks);

  test('shows what the rule would have done before it is saved', async () => {
    const company = await startAlertCompany(database.db);
    await opened(company);
    const fields = { question: 'sla-reported 7d by team', mark: '85%', for: '2 h', clear: '90 %' };
    expect(await company.sandbox.submit(maya, fields)).toMatchObject({ outcome: 'acknowledged', errors: {} });
    expect(shown(company)).toContain('In the last 90 days it would have fired once');
    expect(await company.rules()).toEqual([]);
    // Changed, it is another rule, which is tried first.
    expect((await company.sandbox.submit(maya, { mark: '99%', clear: null })).errors).toEqual({});
    expect(await company.rules()).toEqual([]);
    expect((await company.sandbox.submit(maya)).errors).toEqual({});
    await privately(company, maya, 'Watching');
    expect(await company.rules()).toMatchObject([{ settings: { below: 0.99, for: 7_200 } }]);
    expect(company.sandbox.modal(maya)).toBeUndefined();
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('says at its fields what is wrong with them', async () => {
    const company = await startAlertCompany(database.db);
    await opened(company);
    const wrong = async (fields: Record<string, string>) => (await company.sandbox.submit(maya, fields)).errors;
    expect(await wrong({ question: 'slaa', mark: '85%' })).toEqual({
      question: expect.stringContaining('Did you mean'),
    });
    expect(await wrong({ question: 'sla-reported', mark: 'much' })).toEqual({
      mark: '“much” is no value.',
    });
    expect(await wrong({ mark: '85%', for: 'ages' })).toEqual({ for: expect.stringContaining('“ages”') });
    expect(await wrong({ for: '2 h', clear: '80%' })).toEqual({ clear: expect.stringContaining('still below') });
    expect(await company.rules()).toEqual([]);
  });

  test('is there within three seconds however long the past takes, and says what it waits for', async () => {
    const never = Promise.withResolvers<{ unknown: string }>();
    const company = await startAlertCompany(database.db, {
      past: () => never.promise,
      door: { timing: { slowAfterMs: 200 } },
    });
    await opened(company);
    const outcome = await company.sandbox.submit(maya, { question: 'sla-reported', mark: '85%' });
    expect(outcome.outcome).toBe('acknowledged');
    expect(outcome.ackMs).toBeLessThan(3_000);
    expect(shown(company)).toContain('Trying it on the last 90 days...');
    never.resolve({ unknown: 'no day of it is known' });
    await company.sandbox.waitFor('the form', () => shown(company)?.includes('no day of it is known') || undefined);
    expect(company.sandbox.modal(maya)?.payload.submit).toBeDefined();
    expect((await company.sandbox.submit(maya)).outcome).toBe('acknowledged');
    await expect.poll(() => company.rules()).toMatchObject([{ settings: { below: 0.85 } }]);
    await sleep(0);
  });

  test('watches a change where one is chosen', async () => {
    const company = await startAlertCompany(database.db, { door: { timing: { slowAfterMs: 200 } } });
    await opened(company);
    await company.sandbox.clickInView({
      ...{ user: maya, actionId: 'alert.field', blockId: 'side', value: 'worse' },
      values: { question: 'sla-reported 7d by team', mark: '5%' },
    });
    await company.sandbox.waitFor('the field', () => shown(company).includes('"block_id":"against"') || undefined);
    expect((await company.sandbox.submit(maya, { against: 'baseline' })).errors).toEqual({});
    const words = 'sla-reported 7d by team worse by 5% against usual to me';
    await company.sandbox.waitFor('the past', () => shown(company)?.includes(words) || undefined, 30_000);
    expect((await company.sandbox.submit(maya)).errors).toEqual({});
    await expect
      .poll(() => company.rules(), { timeout: 30_000 })
      .toMatchObject([{ settings: { kind: 'kpi-change', direction: 'worse', least: 0.05, against: 'baseline' } }]);
    await privately(company, maya, 'Watching');
    await company.sandbox.command({
      user: maya,
      channel,
      text: 'alert sla-reported 7d by team worsens by 5% against usual',
    });
    await privately(company, maya, 'You have this already');
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('watches tickets at risk where these are chosen, with their past', async () => {
    const company = await startAlertCompany(database.db, { door: { timing: { slowAfterMs: 200 } } });
    await opened(company);
    const { sandbox } = company;
    await sandbox.clickInView({ user: maya, actionId: 'alert.field', blockId: 'watch', value: 'sla-risk' });
    await sandbox.waitFor('the fields', () => shown(company).includes('"block_id":"metrics"') || undefined);
    const wrong = async (fields: Record<string, string>) => (await sandbox.submit(maya, fields)).errors;
    expect(await wrong({ team: 'Nowhere' })).toEqual({ team: expect.stringContaining('Nowhere') });
    expect(await wrong({ team: 'Tier 2, Tier 1', before: 'soon' })).toEqual({ before: '“soon” is no length of time.' });
    const more = { before: '45 min', risk: 'breaches', priority: ['critical', 'high'], metrics: ['resolution'] };
    expect((await sandbox.submit(maya, more)).errors).toEqual({});
    await sandbox.waitFor('the past', () => shown(company)?.includes('In the last 90 days') || undefined, 30_000);
    expect(shown(company)).toContain(
      'sla-risk team:\\"Tier 2\\" team:\\"Tier 1\\" priority:critical priority:high before 45min only breaches metric:resolution',
    );
    expect(await company.rules()).toEqual([]);
    expect((await sandbox.submit(maya)).errors).toEqual({});
    await privately(company, maya, 'SLA breach within 45 min (team Tier 2 or Tier 1, critical or high)');
    const settings = {
      ...{ kind: 'sla-risk', team: ['Tier 2', 'Tier 1'], priority: ['critical', 'high'], metrics: ['resolution'] },
      ...{ before: 2700, at_risk: false, keep: 86_400 },
    };
    expect(await company.rules()).toMatchObject([{ settings, owner: `slack:${maya}`, viewer: `slack:${maya}` }]);
    expect(company.failures()).toEqual([]);
  }, 60_000);

  test('asks for a channel where one is chosen, and refuses it at its field', async () => {
    const company = await startAlertCompany(database.db);
    await opened(company);
    await company.sandbox.clickInView({
      ...{ user: maya, actionId: 'alert.field', blockId: 'where', value: 'channel' },
      values: { question: 'sla-reported 7d', mark: '85%' },
    });
    await company.sandbox.waitFor('the field', () => shown(company).includes('"block_id":"channel"') || undefined);
    expect((await company.sandbox.submit(maya, { channel })).errors).toEqual({
      channel: expect.stringMatching(/see less than you|cannot go there/),
    });
    expect(await company.rules()).toEqual([]);
  });
});

describe('Home', () => {
  test('shows what is open, with buttons that show it anew', async () => {
    const company = await told();
    await company.sandbox.openHome(maya);
    const home = () => JSON.stringify(company.sandbox.home(maya)?.blocks ?? []);
    await company.sandbox.waitFor(
      'home',
      () => home().includes('SLA met, as the CRM reports it, below 99 % for 2 teams') || undefined,
    );
    await company.sandbox.clickInView({ user: maya, actionId: 'alert.ack', in: 'home' });
    await company.sandbox.waitFor('home anew', () => home().includes('acknowledged 16 Nov') || undefined);
    expect((await company.incident())!.acknowledgedBy).toBe(`slack:${maya}`);
    await company.sandbox.openHome(agent.id);
    await company.sandbox.waitFor('home', () => company.sandbox.home(agent.id));
    expect(JSON.stringify(company.sandbox.home(agent.id)?.blocks)).toContain('None that you may see.');
    expect(company.failures()).toEqual([]);
  });
});
