import { type SourceOverview, type Trouble, webhookOverview } from '../../sync/webhooks/overview.ts';
import type { Command, ExitCode } from '../command.ts';
import { withSession } from '../open.ts';
import { webhookSourcesOf } from '../webhook-sources.ts';

export const webhooks: Command = {
  name: 'webhooks',
  summary: 'what came by webhook, what waits, and what came to nothing',
  description:
    'Per source the events of the last 30 days by state, when the last one came, and the one that waits longest for the record it is about; then the reasons for which events were rejected, ignored or put aside to be tried again.',
  examples: ['crema webhooks', 'crema webhooks --json'],
  run: (context) =>
    withSession(context, 'webhooks', async ({ db, tenant, config }): Promise<ExitCode> => {
      const { io, globals } = context;
      const overview = await webhookOverview(db, tenant.tenantId);
      const silent = [...webhookSourcesOf(config, tenant).keys()].filter(
        (name) => !overview.sources.some(({ source }) => source === name),
      );
      if (globals.json) {
        io.out(`${JSON.stringify({ ...overview, silent }, null, 2)}\n`);
        return 0;
      }
      for (const source of overview.sources) io.out(sourceLines(source));
      for (const name of silent) io.out(`${name}: nothing came to /webhooks/${name} yet\n`);
      if (overview.troubles.length > 0) io.out(`\n${overview.troubles.map(troubleLine).join('')}`);
      if (overview.sources.length + silent.length === 0)
        io.out('No source sends webhooks: give one a webhook_secret in crema.yaml (docs/webhooks.md).\n');
      return 0;
    }),
};

const states = ['applied', 'stored', 'waiting', 'ignored', 'rejected'] as const;

function sourceLines(overview: SourceOverview): string {
  const counts = states.flatMap((state) => {
    const events = overview.states[state];
    return events ? [`${events} ${state}`] : [];
  });
  const { oldestStoredAt, oldestWaiting } = overview;
  return [
    `${overview.source}: ${counts.join(', ')}; last received ${shown(overview.lastReceivedAt)}\n`,
    oldestStoredAt ? `  to be applied since ${shown(oldestStoredAt)}\n` : '',
    oldestWaiting
      ? `  waiting since ${shown(oldestWaiting.receivedAt)}: ${oldestWaiting.type} about ${oldestWaiting.objectId}, which nobody has described\n`
      : '',
  ].join('');
}

function troubleLine({ source, state, type, reason, events, lastEventId, lastReceivedAt }: Trouble): string {
  const what = state === 'stored' ? 'tried again' : state;
  return `${source}: ${events} ${what}${type === null ? '' : ` (${type})`}: ${reason}; last ${lastEventId} at ${shown(lastReceivedAt)}\n`;
}

function shown(at: Temporal.Instant): string {
  return at.round('second').toString();
}
