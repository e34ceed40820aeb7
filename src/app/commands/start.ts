import { messageOf } from '../../lib/errors.ts';
import type { Command } from '../command.ts';

export const start: Command = {
  name: 'start',
  summary: 'run the bot',
  description:
    'Runs Crema from environment and crema.yaml until it is stopped. SIGHUP reads crema.yaml again; a bad file keeps the old settings and says why.',
  service: true,
  examples: ['crema start', 'PORT=8080 SLACK_BOT_TOKEN=xoxb-... SLACK_SIGNING_SECRET=... crema start'],
  async run(context) {
    const { environment, clock, log, globals } = context;
    const { config, present } = await context.config();
    const { startApp } = await import('../start.ts');
    const app = await startApp({ environment, config, configPresent: present, tenant: globals.tenant, clock, log });

    const reload = () => {
      context
        .config({ required: true })
        .then(({ config: next }) => app.reload(next))
        .then(() => log.info('configuration read again'))
        .catch((error: unknown) => log.error({ error: messageOf(error) }, 'configuration not changed'));
    };
    process.on('SIGHUP', reload);
    await context.untilStopped();
    process.off('SIGHUP', reload);
    await app.stop();
    return 0;
  },
};
