import { isMovable } from '../../lib/clock.ts';
import type { Outcome } from '../dispatch.ts';
import type { Driver } from '../driver/driver.ts';
import type { Filling } from '../filled-in.ts';
import type { Json } from '../json.ts';
import { botUserId, people } from '../workspace.ts';
import { type BusinessClock, clockMoves } from './clock.ts';
import { type Failing, planTrouble, restoreAll } from './trouble.ts';

/** What the page may ask for, by the last part of the address: each does it as the person who looks. */
export type Doing = (body: Json) => Promise<Outcome | undefined>;

const text = (body: Json, name: string): string => (typeof body[name] === 'string' ? body[name] : '');

export function createDoings({
  driver,
  clock: { clock, timezone },
  ...failing
}: Failing & {
  driver: Driver;
  clock: BusinessClock;
}): Readonly<Record<string, Doing>> {
  const who = (body: Json): { user: string; channel: string } => ({
    user: text(body, 'user'),
    channel: text(body, 'channel'),
  });

  async function workspace(body: Json): Promise<Outcome | undefined> {
    const { user, channel } = who(body);
    const acts: Readonly<Record<string, () => Promise<Outcome>>> = {
      archive: () => driver.archive(channel),
      unarchive: () => driver.unarchive(channel),
      remove: () => driver.leave(botUserId, channel),
      invite: () => driver.join(botUserId, channel),
      'hide-email': () => driver.changeEmail(user, undefined),
      'show-email': () => driver.changeEmail(user, people.find(({ id }) => id === user)?.email),
      deactivate: () => driver.deactivate(user),
      reactivate: () => driver.reactivate(user),
    };
    const act = text(body, 'act');
    // The change is there at once; whether and when the bot hears of it is not for the person to wait for.
    if (Object.hasOwn(acts, act)) void acts[act]?.();
    return undefined;
  }

  return {
    async send(body) {
      const typed = text(body, 'text').trim();
      const [, command, rest] = typed.match(/^(\/[a-z][\w-]*)(?:\s+([\s\S]*))?$/i) ?? [];
      if (command !== undefined) return driver.command({ ...who(body), command, text: rest ?? '' });
      if (typed !== '') driver.say({ ...who(body), text: text(body, 'text') });
      return undefined;
    },
    async answer(body) {
      const said = text(body, 'text');
      if (said.trim() === '') return undefined;
      driver.say({ ...who(body), text: said, threadTs: text(body, 'ts'), broadcast: body.broadcast === true });
      return undefined;
    },
    click: (body) =>
      driver.click({
        ...who(body),
        ...{ ts: text(body, 'ts'), actionId: text(body, 'actionId'), blockId: text(body, 'blockId') },
        value: text(body, 'value'),
      }),
    'click-view': (body) =>
      driver.clickInView({
        ...{ user: text(body, 'user'), actionId: text(body, 'actionId'), blockId: text(body, 'blockId') },
        ...{ value: body.value as string, values: (body.values ?? {}) as Filling },
        in: body.in === 'home' ? 'home' : 'modal',
      }),
    submit: (body) => driver.submit(text(body, 'user'), (body.values ?? {}) as Filling),
    close: (body) => driver.close(text(body, 'user')),
    'open-home': (body) => driver.openHome(text(body, 'user'), body.tab === 'home' ? 'home' : 'messages'),
    async clock(body) {
      const to = text(body, 'to');
      if (!isMovable(clock)) return undefined;
      if (to === 'real') clock.backToReal();
      const move = Object.hasOwn(clockMoves, to) ? clockMoves[to] : undefined;
      if (move !== undefined) clock.moveTo(move(clock.now().toZonedDateTimeISO(timezone)).toInstant());
      return undefined;
    },
    async fault(body) {
      planTrouble(failing, text(body, 'id'), body.lasting === true);
      return undefined;
    },
    async restore() {
      restoreAll(failing);
      return undefined;
    },
    workspace,
  };
}
