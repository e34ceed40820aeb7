import type { Command } from '../app/command.ts';
import { createLog } from '../lib/log.ts';

export const demo: Command = {
  name: 'demo',
  summary: 'try Crema: a made-up company, the bot and a local Slack in the browser',
  description:
    'Starts the embedded PostgreSQL and a simulated CRM with 18 months of a made-up company, reads it through its API, its webhooks and its tap, starts the bot against the local Slack sandbox and prints the address of its console. Ctrl-C stops everything; a second run reads what has happened since.',
  examples: ['npm run demo', 'PORT=4000 crema demo', 'CREMA_HOME=.crema-demo crema demo'],
  async run(context) {
    const { environment, clock, io } = context;
    const { startDemo } = await import('./start.ts');
    // The console is what there is to look at: the log stays quiet unless LOG_LEVEL asks.
    const log = createLog({ level: environment.logLevel ?? 'warn' });
    const consolePort = environment.port === 0 ? 0 : environment.port + 1;
    const running = await startDemo({ environment, clock, log, note: io.note, consolePort });
    io.out(
      [
        '',
        `Crema is up. Open ${running.sandbox.url} and try:`,
        '',
        '  /kpi',
        '  /kpi sla',
        '  /kpi sla 30d by priority',
        '  /kpi sla-reported 30d table',
        '  /kpi resolution-time "last month" by team',
        '  /kpi backlog 12w',
        '  /kpi leaderboard 30d',
        '  /kpi peak-hours 30d',
        '  /kpi campaigns 90d',
        '  /kpi active-users 30d',
        '  /kpi funnel 90d',
        '  /kpi pipeline scenario:unweighted',
        '  /kpi freshness',
        '  /kpi list',
        '',
        'Switch the person (bottom left) to see what an executive, a support lead, a supervisor and an agent see.',
        'Above the conversation: the clock, to be moved to tomorrow morning, and "Make it fail".',
        'Ctrl-C stops everything.',
        '',
      ].join('\n'),
    );
    await context.untilStopped();
    io.note('Stopping...\n');
    await running.stop();
    return 0;
  },
};
