import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { beforeAll, describe, expect, test } from 'vitest';
import { reportAt } from '../../../src/sandbox/company/campaign-reports.ts';
import { campaignStatus, campaignsUntil, campaignTurns } from '../../../src/sandbox/company/campaigns.ts';
import { contactAt } from '../../../src/sandbox/company/contacts.ts';
import { statusAt } from '../../../src/sandbox/company/sessions.ts';
import { tapStreams } from '../../../src/sandbox/crm/singer.ts';
import { truthAt } from '../../../src/sandbox/crm/truth.ts';
import { createWorld, epochSeconds, type World } from '../../../src/sandbox/crm/world.ts';
import { small } from './harness.ts';

const at = (text: string) => epochSeconds(Temporal.Instant.from(text));
const [early, late] = [at('2026-06-01T00:00:00Z'), at('2026-09-01T05:00:00Z')];
const hour = 3600;
const day = 24 * hour;

function everything(world: World, now: number): string {
  const truth = truthAt(world, tapStreams(world), now);
  return truth.entities.map((entity) => JSON.stringify([...truth.rows(entity)])).join('\n');
}

describe('the company in the simulated CRM', () => {
  test('is the same to the byte for the same seed, whatever was asked before, and another for another', () => {
    const young = { ...small, from: '2026-05-01' };
    const [then, after] = [at('2026-06-20T00:00:00Z'), at('2026-07-01T05:00:00Z')];
    const fresh = everything(createWorld(young), then);
    const used = createWorld(young);
    everything(used, after);
    expect(everything(used, then)).toBe(fresh);
    expect(everything(createWorld({ ...young, seed: 'other' }), then)).not.toBe(fresh);
  });

  test('only adds what happened since: earlier messages stay, but for their status', () => {
    const world = createWorld(small);
    let grown = 0;
    for (const index of world.roster.present(late)) {
      if (world.roster.createdAt(index) >= early) continue;
      const then = world.chats.chat(index, early).messages.filter((message) => message.at < early);
      const now = world.chats.chat(index, late).messages.filter((message) => message.at < late);
      expect(now.slice(0, then.length)).toEqual(then);
      grown += now.length - then.length;
    }
    expect(grown).toBeGreaterThan(100);
  });

  test('moves statuses forward only, and says nothing of the future', () => {
    const world = createWorld(small);
    const rank = { sent: 0, delivered: 1, read: 2, received: 0, failed: 3 };
    let steps = 0;
    for (const index of world.roster.present(late)) {
      for (const message of world.chats.chat(index, late).messages) {
        const { at: sentAt, deliveredAt, readAt, failed } = message;
        const moments = [sentAt, deliveredAt, readAt, failed?.at].filter((moment) => moment !== undefined);
        expect(Math.min(...moments)).toBe(sentAt);
        expect(failed !== undefined && deliveredAt !== undefined).toBe(false);
        const ranks = moments.toSorted((a, b) => a - b).map((moment) => rank[statusAt(message, moment + 0.5).status]);
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        expect(statusAt(message, sentAt + 0.5).status).toBe(message.direction === 'inbound' ? 'received' : 'sent');
        steps += moments.length;
      }
    }
    expect(steps).toBeGreaterThan(1000);
  });

  test('has campaigns that pass through their statuses, with counters that only grow and never exceed each other', () => {
    const world = createWorld(small);
    const seen = new Set<string>();
    const order = ['draft', 'scheduled', 'active', 'in_progress', 'completed', 'failed'];
    for (const life of campaignsUntil(world.company, late)) {
      let before = { total_recipients: 0, delivered: 0, read: 0, replied: 0, failed: 0 };
      let rank = 0;
      const hourly = Array.from({ length: 14 * 24 }, (_, step) => life.createdAt + 1 + step * hour);
      for (const now of [...hourly, ...campaignTurns(life).map((turn) => turn + 1)].toSorted((a, b) => a - b)) {
        const status = campaignStatus(life, now);
        seen.add(status);
        expect(order.indexOf(status)).toBeGreaterThanOrEqual(rank);
        rank = order.indexOf(status);
        const report = reportAt(world.company, world.roster, life, now);
        for (const [name, count] of Object.entries(report))
          expect(count).toBeGreaterThanOrEqual(before[name as keyof typeof before]);
        expect(report.delivered + report.failed).toBeLessThanOrEqual(report.total_recipients);
        expect(report.read).toBeLessThanOrEqual(report.delivered);
        expect(report.replied).toBeLessThanOrEqual(report.read);
        before = report;
      }
    }
    expect(seen).toEqual(new Set(order));
  });

  test('counts in a report exactly what the chats hold', () => {
    const world = createWorld(small);
    const life = campaignsUntil(world.company, late).find((one) => one.completedAt && one.completedAt < late)!;
    const messages = [...truthAt(world, [], life.completedAt!).rows('message')].filter(
      ({ campaign_id: id }) => id === life.id,
    );
    const report = reportAt(world.company, world.roster, life, life.completedAt!);
    const count = (...statuses: string[]) => messages.filter(({ status }) => statuses.includes(String(status))).length;
    expect(messages.length).toBeGreaterThan(5);
    expect(count('failed')).toBe(report.failed);
    expect(count('delivered', 'read')).toBe(report.delivered);
    expect(count('read')).toBe(report.read);
  });

  test('has contacts with valid numbers of their countries, edits, deletions and gaps', () => {
    const world = createWorld({ ...small, contacts: 600 });
    const now = at('2027-03-01T00:00:00Z');
    const count = world.roster.created(now);
    const lives = Array.from({ length: count }, (_, index) => world.roster.life(index));
    const numbers = lives.flatMap(({ phone, country }) => (phone === undefined ? [] : [{ phone, country }]));
    const wrong = numbers.filter(({ phone, country }) => {
      const parsed = parsePhoneNumberFromString(phone);
      return !parsed?.isValid() || parsed.country !== country;
    });
    expect(wrong).toEqual([]);
    expect(new Set(numbers.map(({ phone }) => phone)).size).toBe(numbers.length);
    expect(new Set(numbers.map(({ country }) => country)).size).toBeGreaterThan(10);
    const share = (of: (life: (typeof lives)[number]) => boolean) => lives.filter(of).length / count;
    expect(share(({ edits }) => edits.length > 0)).toBeGreaterThan(0.3);
    expect(share((life) => contactAt(life, now) === undefined)).toBeGreaterThan(0.01);
    expect(share(({ email }) => email === undefined)).toBeGreaterThan(0.1);
    expect(share(({ tellsCreation }) => !tellsCreation)).toBeGreaterThan(0.03);
    for (const life of lives) for (const edit of life.edits) expect(edit.at).toBeGreaterThan(life.createdAt);
    expect(world.roster.present(now).length).toBe(lives.filter((life) => contactAt(life, now)).length);
  });
});

describe('eighteen months of the demo', () => {
  const demo = { seed: 'lumen', timezone: 'Asia/Jakarta', from: '2025-05-01', badWeek: '2026-10-26', contacts: 1000 };
  const world = createWorld(demo);
  const now = at('2026-11-20T17:00:00Z');
  const own: { at: number; sender: string; answeredAfter: number | undefined }[] = [];
  const silences: number[] = [];
  beforeAll(() => {
    for (const index of world.roster.present(now)) {
      const { messages, sessions } = world.chats.chat(index, now);
      for (const message of messages) if (message.at < now) own.push({ ...message, answeredAfter: undefined });
      const starts = sessions.filter(({ startsAt }) => startsAt < now);
      for (const [place, session] of starts.entries()) {
        if (place > 0) silences.push(session.startsAt - starts[place - 1]!.endsAt);
        // What answers a campaign comes when the campaign does.
        if (session.messages[0]!.id.includes('-k-')) continue;
        own.push({
          at: session.startsAt,
          sender: 'session',
          answeredAfter: session.handledAt && session.handledAt - session.startsAt,
        });
      }
    }
  });
  const local = (moment: number) =>
    Temporal.Instant.fromEpochMilliseconds(moment * 1000).toZonedDateTimeISO(demo.timezone);

  test('hold about 24 to 40 messages a contact, from contacts, operators, the bot and campaigns', () => {
    const messages = own.filter(({ sender }) => sender !== 'session');
    expect(messages.length / demo.contacts).toBeGreaterThan(24);
    expect(messages.length / demo.contacts).toBeLessThan(40);
    const share = (sender: string) => messages.filter((message) => message.sender === sender).length / messages.length;
    for (const sender of ['contact', 'operator', 'bot', 'campaign']) expect(share(sender)).toBeGreaterThan(0.12);
  });

  test('are busy on working days from nine to five, and quiet on Sundays and at night', () => {
    const inbound = own.filter(({ sender }) => sender === 'contact').map((message) => local(message.at));
    const share = (of: (time: Temporal.ZonedDateTime) => boolean) => inbound.filter(of).length / inbound.length;
    expect(share(({ hour: clock }) => clock >= 8 && clock < 18)).toBeGreaterThan(0.65);
    expect(share(({ hour: clock }) => clock < 6)).toBeLessThan(0.05);
    expect(share(({ dayOfWeek }) => dayOfWeek === 7)).toBeLessThan(0.06);
    const replies = own.filter(({ sender }) => sender === 'operator').map((message) => local(message.at));
    expect(replies.filter(({ dayOfWeek }) => dayOfWeek === 7).length / replies.length).toBeLessThan(0.03);
  });

  test('have conversations apart by more than a day of silence, but where a campaign was answered', () => {
    expect(silences.filter((silence) => silence > day).length / silences.length).toBeGreaterThan(0.9);
  });

  test('have the bad week that the tickets have: more conversations, later answers, some never answered', () => {
    const from = Temporal.PlainDate.from(demo.badWeek).toZonedDateTime(demo.timezone).epochMilliseconds / 1000;
    const week = (start: number) =>
      own.filter(({ sender, at: moment }) => sender === 'session' && moment >= start && moment < start + 7 * day);
    const bad = week(from);
    const before = [3, 4, 5, 6].flatMap((weeks) => week(from - weeks * 7 * day));
    const median = (some: typeof own) =>
      some
        .flatMap(({ answeredAfter }) => answeredAfter ?? [])
        .filter((after) => after > 0)
        .toSorted((a, b) => a - b)
        .at(0.5 * some.filter(({ answeredAfter }) => (answeredAfter ?? 0) > 0).length)!;
    expect(bad.length).toBeGreaterThan((1.1 * before.length) / 4);
    expect(median(bad)).toBeGreaterThan(1.4 * median(before));
  });

  test('have one campaign that underperforms, right after that week', () => {
    const reports = campaignsUntil(world.company, now)
      .map((life) => ({ life, ...reportAt(world.company, world.roster, life, now) }))
      .filter(({ life, delivered }) => campaignStatus(life, now) === 'completed' && delivered > 40);
    const rate = ({ read, delivered }: (typeof reports)[number]) => read / delivered;
    const worst = reports.toSorted((a, b) => rate(a) - rate(b));
    expect(reports.length).toBeGreaterThan(20);
    expect(rate(worst[0]!)).toBeLessThan(0.7 * rate(worst[1]!));
    expect(worst[0]!.failed / worst[0]!.total_recipients).toBeGreaterThan(0.1);
    expect(local(worst[0]!.life.scheduledFor!).toPlainDate().toString() > '2026-10-25').toBe(true);
  });
});
