import { digestMail, digestText } from '../../digests/mail.ts';
import { makeDigest } from '../../digests/make.ts';
import { templateOf } from '../../digests/template.ts';
import { addDays, parsePeriod, resolvePeriod } from '../../domain/period.ts';
import { systemClock } from '../../lib/clock.ts';
import { usageError } from '../../lib/errors.ts';
import { sendNow } from '../../subscriptions/plan.ts';
import { subscriptionsOf } from '../../subscriptions/store.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
import { type Session, withSession } from '../open.ts';
import { viewerOf } from '../viewer.ts';

export const digest: Command = {
  name: 'digest',
  args: '[name] [period...]',
  summary: 'make a digest now, as text, HTML or JSON',
  description:
    'Makes morning coffee, or a digest that crema.yaml describes under digests:, of yesterday, or of a period in the words of /kpi. Without --to it sends nothing and keeps nothing: what it finds is still news to its readers, and its numbers have no receipts. Without data the exit code is 3.',
  options: [
    { flags: '--as <user>', description: 'with the rights of this person: Slack id, e-mail or name' },
    { flags: '--dry-run', description: 'say so: nothing is sent or kept either way' },
    { flags: '--to <where>', description: 'send it now to a channel, person or address that has subscribed to it' },
    { flags: '--html', description: 'as the HTML of a mail' },
    { flags: '--blocks', description: 'as the messages for Slack, in JSON' },
  ],
  examples: [
    'crema digest',
    'crema digest morning-coffee --as sam@example.com --dry-run',
    'crema digest morning-coffee 2026-11-20..2026-11-22 --html',
    'crema digest morning-coffee --to C012AB3CD',
    'crema digest --json',
  ],
  run(context, [name = 'morning-coffee', ...phrase], options) {
    return withSession(context, 'digest', async (session): Promise<ExitCode> => {
      const { db, tenant, config } = session;
      const { clock, io, log, globals } = context;
      if (options.to !== undefined) return sendTo(context, session, name, String(options.to));
      const template = templateOf(config.tenants[tenant.slug]?.digests ?? {}, name);
      const { viewer } = await viewerOf(session, options.as);
      const now = clock.now();
      const today = now.toZonedDateTimeISO(tenant.timezone).toPlainDate().toString();
      const period = periodOf(phrase.join(' '), today, tenant.weekStart);
      const { locale, timezone } = tenant;
      const made = await makeDigest(
        { db, tenant, settings: config.kpis, now, log },
        { template, viewer, period, locale, timezone, followed: null, dryRun: true },
      );
      if (options.blocks) {
        const { digestMessages } = await import('../../slack/messages/digest.ts');
        const { main, thread } = digestMessages(made, { locale });
        io.out(`${JSON.stringify({ main, thread }, null, 2)}\n`);
      } else if (globals.json) io.out(`${JSON.stringify(made, null, 2)}\n`);
      else io.out(options.html ? digestMail(made).html : digestText(made));
      return made.lines.length === 0 ? 3 : 0;
    });
  },
};

/** As its subscription has it: with the rights of its readers, through the ledger, by a running bot. */
async function sendTo(
  { clock, io }: CommandContext,
  { db, tenant }: Session,
  name: string,
  to: string,
): Promise<ExitCode> {
  const all = await subscriptionsOf(db, tenant.tenantId);
  const found = all.find(
    ({ kind, subject, recipient, recipientName, state }) =>
      kind === 'digest' && subject === name && state === 'active' && [recipient, recipientName].includes(to),
  );
  if (!found)
    throw usageError(
      'DIGEST_NOBODY',
      `${to} has no active subscription to ${name}`,
      'Name it under subscriptions: in crema.yaml, or /kpi subscribe in Slack; `crema subscriptions` lists them.',
    );
  const delivery = await sendNow(db, found, { now: clock.now(), machine: systemClock.now() });
  io.out(`${name} goes to ${to} now: crema deliveries show ${delivery}\n`);
  return 0;
}

/** Yesterday, or the dates asked for. */
function periodOf(phrase: string, today: string, weekStart: number): { from: string; to: string } {
  if (phrase === '') return { from: addDays(today, -1), to: today };
  const expression = parsePeriod(phrase);
  if (!expression || expression.kind === 'all')
    throw usageError('DIGEST_PERIOD', `"${phrase}" is no period of a digest`, 'Try yesterday, 3d or two dates: A..B.');
  const { from, to } = resolvePeriod(expression, { today, weekStart }, null);
  return { from, to };
}
