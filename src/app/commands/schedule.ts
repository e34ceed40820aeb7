import { slotsWritten } from '../../deliveries/withdraw.ts';
import { usageError } from '../../lib/errors.ts';
import { nextTimeLine, nextTimes } from '../../subscriptions/next-times.ts';
import { scheduleOf } from '../../subscriptions/plan.ts';
import { subscriptionsOf } from '../../subscriptions/store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { statePhrase, titleOf, whenPhrase } from '../../subscriptions/wording.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { type Session, withSession } from '../open.ts';
import { holidaysFor } from '../subscriptions.ts';

const mostTimes = 100;

export const schedule: Command = {
  name: 'schedule',
  args: '<action> [subscription]',
  summary: 'when subscriptions are sent next',
  description:
    'With `preview`: the next times of every subscription, or of one by its number or its name in crema.yaml, on the clocks of its zone, with what changes of clocks and holidays do to them.',
  options: [{ flags: '--count <number>', description: 'how many times (default 3, of a single one 10)' }],
  examples: ['crema schedule preview', 'crema schedule preview 3', 'crema schedule preview morning-coffee --count 30'],
  run(context, [action, which], options) {
    if (action !== 'preview') throw usageError('SCHEDULE_ACTION', `there is no "${action}": use preview`);
    const count = countOf(options.count) ?? (which === undefined ? 3 : 10);
    return withSession(context, 'schedule', async (session) => {
      const all = await subscriptionsOf(session.db, session.tenant.tenantId);
      const chosen = which === undefined ? all : all.filter((one) => isCalled(one, which));
      if (chosen.length === 0 && which !== undefined)
        throw usageError(
          'SUBSCRIPTION_UNKNOWN',
          `there is no subscription "${which}"`,
          'List them: crema subscriptions',
        );
      return preview(context, session, chosen, count);
    });
  },
};

function countOf(given: unknown): number | undefined {
  if (given === undefined) return undefined;
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= mostTimes) return count;
  throw usageError('SCHEDULE_COUNT', `--count ${String(given)} is no number from 1 to ${mostTimes}`);
}

function isCalled({ subscriptionId, name }: Subscription, which: string): boolean {
  return String(subscriptionId) === which.replace(/^#/, '') || name === which;
}

async function preview(
  { clock, globals, io }: CommandContext,
  { db, tenant, config }: Session,
  subscriptions: readonly Subscription[],
  count: number,
): Promise<ExitCode> {
  const now = clock.now();
  const holidays = holidaysFor(config, tenant.slug);
  const previews = [];
  for (const subscription of subscriptions) {
    const { subscriptionId, timezone } = subscription;
    const from = now.toZonedDateTimeISO(timezone).toPlainDate().subtract({ days: 1 }).toString();
    const written = await slotsWritten(db, tenant.tenantId, subscriptionId, from);
    previews.push({ subscription, times: nextTimes(scheduleOf(subscription, holidays), now, count, written) });
  }
  if (globals.json) {
    const data = previews.map(({ subscription: { subscriptionId, name, timezone, state }, times }) => ({
      ...{ subscription: subscriptionId, name, timezone, state },
      times: times.map(({ date, at, note }) => ({ date, at: at?.toString() ?? null, note })),
    }));
    io.out(`${JSON.stringify(data, null, 2)}\n`);
    return 0;
  }
  if (previews.length === 0)
    io.out('Nothing is subscribed to: /kpi subscribe in Slack, or subscriptions: in crema.yaml.\n');
  for (const { subscription, times } of previews) {
    const state = subscription.state === 'active' ? '' : ` · ${statePhrase(subscription)}`;
    io.out(
      `${subscription.subscriptionId}  ${titleOf(subscription)}, ${whenPhrase(subscription)}, to ${subscription.recipientName ?? subscription.recipient}${state}\n`,
    );
    for (const time of times) io.out(`   ${nextTimeLine(time)}\n`);
  }
  return 0;
}
