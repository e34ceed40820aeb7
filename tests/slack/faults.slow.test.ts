import { afterAll, describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/faults.ts';
import { directMessageId, executive, general, leadership, supportLead } from '../../src/sandbox/workspace.ts';
import { useDatabase } from '../database.ts';
import { type Company, hasImage, startCompany, textOf } from './company.ts';

/*
 * Every door and every way in which Slack fails: whatever happens, the person gets an answer, and where nothing can
 * reach them that is in the log and in /readyz.
 */
const database = useDatabase();
const forever = Number.POSITIVE_INFINITY;

const doors = ['command', 'button', 'share', 'mention', 'direct', 'home'] as const;
type Door = (typeof doors)[number];

/** What each door's answer goes out by. */
const wayOut: Record<Door, string> = {
  command: 'response_url',
  button: 'response_url',
  share: 'chat.postMessage',
  mention: 'chat.postEphemeral',
  direct: 'chat.postMessage',
  home: 'views.publish',
};

const isArchived = { kind: 'error', error: 'is_archived', times: forever } as const;

const faults: Record<string, (door: Door) => Fault[]> = {
  '429 with Retry-After': (door) => [{ method: wayOut[door], kind: 'rate-limited', retryAfterSeconds: 1 }],
  'HTTP 500': (door) => [{ method: wayOut[door], kind: 'http', status: 500 }],
  'no answer in time': (door) => [{ method: wayOut[door], kind: 'hang' }],
  'accepted, answer lost': (door) => [{ method: wayOut[door], kind: 'lost-answer' }],
  'a file that is never ready': () => [
    { method: 'files.completeUploadExternal', kind: 'slow-file', readyMs: 600_000, times: forever },
  ],
  'file upload refused': () => [
    { method: 'files.getUploadURLExternal', kind: 'error', error: 'file_uploads_disabled', times: forever },
  ],
  'a revoked token': () => [{ method: '*', kind: 'error', error: 'token_revoked', times: forever }],
  'a channel that was archived': () => [
    { method: 'response_url', channel: general.id, ...isArchived },
    { method: 'chat.postEphemeral', channel: general.id, ...isArchived },
    { method: 'chat.postMessage', channel: leadership.id, ...isArchived },
  ],
  'users.info down': () => [{ method: 'users.info', kind: 'http', status: 500, times: forever }],
};

/** The answer itself, with its number. */
const number = /\*140\*/;
const numberAsTable = /\*140\*[\s\S]*The chart could not be shown/;
const unchecked = /I could not check with Slack who you are/;
/** Nothing reaches the person, and it is said where an operator of the bot looks. */
const unreachable = 'unreachable';

type Seen = RegExp | typeof unreachable;

const expected: Record<keyof typeof faults, Record<Door, Seen>> = {
  '429 with Retry-After': { ...all(number), share: /Not shared: Slack is busy. Share again in 1 s/ },
  'HTTP 500': { ...all(number), share: /Look before you share again/ },
  'no answer in time': { ...all(number), share: /Look before you share again/ },
  'accepted, answer lost': { ...all(number), share: /Look before you share again/ },
  'a file that is never ready': { ...all(numberAsTable), home: number },
  'file upload refused': { ...all(numberAsTable), home: number },
  'a revoked token': {
    ...{ command: numberAsTable, button: numberAsTable },
    share: /Not shared: Slack does not tell me who is in this channel/,
    ...{ mention: unreachable, direct: unreachable, home: unreachable },
  },
  'a channel that was archived': { ...all(number), share: /Not shared: this channel is archived/ },
  // A button and a share come after an answer, and what Slack said then is believed for a day.
  'users.info down': { ...all(unchecked), button: number, share: /Not shared: I could not check who/ },
};

function all(seen: Seen): Record<Door, Seen> {
  return { command: seen, button: seen, share: seen, mention: seen, direct: seen, home: seen };
}

/** Somebody named by Slack id, or one who is looked up where looking up is what fails. */
function askerFor(fault: string): string {
  return fault === 'users.info down' ? supportLead.id : executive.id;
}

const channelOf = (door: Door) => (door === 'share' ? leadership.id : general.id);

/** Does what people do before the trouble starts; resolves with the message whose button will be pressed. */
async function prepare(company: Company, door: Door, user: string): Promise<string> {
  if (door !== 'button' && door !== 'share') return '';
  const channel = channelOf(door);
  // A picture that was shown before is not uploaded again: the button asks for the first one.
  await company.sandbox.command({ user, channel, text: door === 'share' ? 'tickets' : 'tickets table' });
  await handled(company, 1);
  const { ts } = await company.message(user, (message) => number.test(textOf(message)), channel);
  return ts;
}

async function walkThrough(company: Company, door: Door, user: string, ts: string): Promise<void> {
  const { sandbox } = company;
  const channel = channelOf(door);
  switch (door) {
    case 'command':
      return void (await sandbox.command({ user, channel, text: 'tickets' }));
    case 'button':
      return void (await sandbox.click({ user, channel, ts, actionId: 'kpi.ask:3' }));
    case 'share':
      return void (await sandbox.click({ user, channel, ts, actionId: 'kpi.share' }));
    case 'mention':
      return void sandbox.say({ user, channel, text: '@Crema tickets' });
    case 'direct':
      return void sandbox.say({ user, channel: directMessageId(user), text: 'tickets' });
    case 'home':
      return void (await sandbox.openHome(user));
  }
}

function handled(company: Company, count: number): Promise<unknown> {
  const ended = () => company.logged.filter(({ msg }) => msg === 'slack request handled').length;
  return expect.poll(ended, { timeout: 25_000, interval: 20 }).toBeGreaterThanOrEqual(count);
}

/** All that somebody can see of the bot: in the channel, in the direct conversation, on the Home. */
function seenBy(company: Company, user: string, channel: string): string {
  const places = [channel, directMessageId(user)].flatMap((place) => company.seenBy(user, place));
  return [...places.map(textOf), JSON.stringify(company.sandbox.home(user)?.blocks ?? [])].join('\n');
}

const rows: [Door, string][] = doors.flatMap((door) =>
  Object.keys(faults).map((fault): [Door, string] => [door, fault]),
);
const tally = { answered: 0, unreachable: 0 };

describe('whoever comes in by', () => {
  test.each(rows)(
    '%s gets an answer with %s',
    async (door, fault) => {
      const timing = { imageWaitsMs: [0, 0, 0], retryWaitsMs: [0, 0], callTimeoutMs: 1_500, postTimeoutMs: 1_500 };
      const company = await startCompany(database.db, { door: { timing } });
      const user = askerFor(fault);
      const planned = faults[fault]!(door);
      const early = planned.every(({ method }) => typeof method === 'string' && method.startsWith('files.'));
      if (early) for (const each of planned) company.sandbox.failNext(each);
      expect(await company.door.ready()).toBe('ok');
      const ts = await prepare(company, door, user);
      if (fault === 'users.info down' && door === 'share') await company.sandbox.join('U0NOCRM001', leadership.id);
      if (!early) for (const each of planned) company.sandbox.failNext(each);
      const before = door === 'button' || door === 'share' ? 1 : 0;
      await walkThrough(company, door, user, ts);
      await handled(company, before + 1);

      const should = expected[fault]![door];
      const seen = seenBy(company, user, channelOf(door));
      if (should === unreachable) {
        expect(seen).not.toMatch(number);
        expect(company.logged.map((line) => String(line.error))).toContainEqual(
          expect.stringMatching(/no way to answer, slack refuses the bot: token_revoked/),
        );
        expect(await company.door.ready()).toMatch(/refuses the token in SLACK_BOT_TOKEN: token_revoked/);
        tally.unreachable += 1;
      } else {
        expect(seen).toMatch(should);
        tally.answered += 1;
      }
      // Nobody else is shown anything but what was shared.
      const others = company.seenBy(supportLead.id, general.id).filter(({ user: by }) => by !== user);
      if (user !== supportLead.id) expect(others.filter((message) => hasImage(message))).toEqual([]);
    },
    60_000,
  );

  afterAll(() => {
    const { answered, unreachable: none } = tally;
    process.stdout.write(
      `doors x faults: ${rows.length} combinations, ${answered} answered, ${none} unreachable and said so in log and /readyz\n`,
    );
    expect(answered + none).toBe(rows.length);
  });
});
