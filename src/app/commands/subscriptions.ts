import { systemClock } from '../../lib/clock.ts';
import { usageError } from '../../lib/errors.ts';
import { nextTimes } from '../../subscriptions/next-times.ts';
import { scheduleOf, sendNow } from '../../subscriptions/plan.ts';
import { setState, subscriptionOf, subscriptionsOf } from '../../subscriptions/store.ts';
import { statePhrase, titleOf, whenPhrase } from '../../subscriptions/wording.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { type Session, withSession } from '../open.ts';
import { holidaysFor } from '../subscriptions.ts';
import { alignedTable } from '../text.ts';

const deeds = {
  pause: { state: 'paused', reason: 'paused on the command line', said: 'rests until it is resumed' },
  resume: { state: 'active', reason: null, said: 'goes on from now' },
  end: { state: 'ended', reason: 'ended on the command line', said: 'is not sent any more' },
} as const;

export const subscriptions: Command = {
  name: 'subscriptions',
  args: '[action] [number]',
  summary: 'who gets what, when and where; pause, resume, end or send one',
  description:
    'Without arguments: every subscription that has not ended, with its state, why it rests, and its next time. `pause N`, `resume N` and `end N` do that to one; resumed, it goes on from now. `send N` sends it once more now, beside its schedule: a running bot does it.',
  examples: ['crema subscriptions', 'crema subscriptions pause 3', 'crema subscriptions send 3'],
  run(context, [action = 'list', number]) {
    const deed = Object.hasOwn(deeds, action) ? deeds[action as keyof typeof deeds] : undefined;
    if (!deed && action !== 'list' && action !== 'send')
      throw usageError('SUBSCRIPTIONS_ACTION', `there is no "${action}": use list, pause, resume, end or send`);
    if (action === 'list') return withSession(context, 'subscriptions', (session) => list(context, session));
    const id = Number(number?.replace(/^#/, ''));
    if (!Number.isSafeInteger(id) || id < 1)
      throw usageError('SUBSCRIPTIONS_NUMBER', `${action} which? Give its number`, 'List them: crema subscriptions');
    return withSession(context, 'subscriptions', ({ db, tenant }) =>
      deed ? change(context, { db, tenant }, id, deed) : send(context, { db, tenant }, id),
    );
  },
};

async function send(
  { clock, io }: CommandContext,
  { db, tenant }: Pick<Session, 'db' | 'tenant'>,
  id: number,
): Promise<ExitCode> {
  const known = await subscriptionOf(db, tenant.tenantId, id);
  if (known?.state !== 'active')
    throw usageError('SUBSCRIPTION_UNKNOWN', `there is no active subscription ${id}`, 'List them: crema subscriptions');
  const delivery = await sendNow(db, known, { now: clock.now(), machine: systemClock.now() });
  io.out(
    `${titleOf(known)} goes to ${known.recipientName ?? known.recipient} now: crema deliveries show ${delivery}\n`,
  );
  return 0;
}

async function change(
  { clock, io }: CommandContext,
  { db, tenant }: Pick<Session, 'db' | 'tenant'>,
  id: number,
  { state, reason, said }: (typeof deeds)[keyof typeof deeds],
): Promise<ExitCode> {
  const known = await subscriptionOf(db, tenant.tenantId, id);
  if (!known)
    throw usageError('SUBSCRIPTION_UNKNOWN', `there is no subscription ${id}`, 'List them: crema subscriptions');
  if (known.state === 'ended') {
    io.note(`Subscription ${id} has ended (${known.stateReason ?? 'by hand'}); it cannot be taken up again.\n`);
    return state === 'ended' ? 0 : 1;
  }
  const changed = await db.tx((tx) => setState(tx, tenant.tenantId, id, { state, reason, now: clock.now() }));
  io.out(`${titleOf(known)} (subscription ${id}) ${changed ? said : `is ${known.state} already`}.\n`);
  return 0;
}

async function list({ clock, globals, io }: CommandContext, { db, tenant, config }: Session): Promise<ExitCode> {
  const now = clock.now();
  const holidays = holidaysFor(config, tenant.slug);
  const all = (await subscriptionsOf(db, tenant.tenantId)).map((subscription) => ({
    subscription,
    next:
      subscription.state === 'active'
        ? nextTimes(scheduleOf(subscription, holidays), now, 1).find(({ at }) => at !== null)
        : undefined,
  }));
  if (globals.json) {
    const data = all.map(
      ({ subscription: { unsubscribeKey: _, handledUntil: __, nextDueAt: ___, ...shown }, next }) => ({
        ...shown,
        next: next?.at?.toString() ?? null,
      }),
    );
    io.out(`${JSON.stringify(data, null, 2)}\n`);
    return 0;
  }
  if (all.length === 0) {
    io.out('Nothing is subscribed to: /kpi subscribe in Slack, or subscriptions: in crema.yaml.\n');
    return 0;
  }
  const header = ['number', 'what', 'when', 'to', 'next', 'state', 'name'];
  const rows = all.map(({ subscription, next }) => [
    String(subscription.subscriptionId),
    titleOf(subscription),
    whenPhrase(subscription),
    subscription.recipientName ?? subscription.recipient,
    next?.when ?? '',
    statePhrase(subscription),
    subscription.name ?? '',
  ]);
  io.out(`${alignedTable({ header, rows, numeric: header.map((_, column) => column === 0) })}\n`);
  return 0;
}
