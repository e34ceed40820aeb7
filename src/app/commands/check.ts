import { runCheck } from '../../checks/check.ts';
import { checks } from '../../checks/index.ts';
import type { Command, ExitCode } from '../command.ts';
import { withSession } from '../open.ts';

export const check: Command = {
  name: 'check',
  summary: 'test the data that is stored',
  description:
    'Ids unique, required fields there, references resolved, values known, scores and rates within their range, times in order, tickets evaluated, streams fresh. One line for each test, with up to five examples of what fails. Exits with 1 if any does.',
  examples: ['crema check', 'crema check --json'],
  run(context) {
    return withSession(context, 'check', async ({ db, tenant }): Promise<ExitCode> => {
      const { io, globals, clock } = context;
      const scope = { tenantId: tenant.tenantId, now: clock.now() };
      const results = [];
      for (const one of checks) {
        const result = await runCheck(db, one, scope);
        results.push(result);
        if (globals.json) continue;
        io.out(`${result.failures === 0 ? 'ok  ' : 'FAIL'}  ${result.check.padEnd(18)} ${result.title}\n`);
        if (result.failures === 0) continue;
        for (const example of result.examples) io.out(`      ${example}\n`);
        if (result.failures > result.examples.length)
          io.out(`      and ${result.failures - result.examples.length} more\n`);
        io.out(`      ${result.remedy}\n`);
      }
      const failed = results.filter(({ failures }) => failures > 0).length;
      if (globals.json) io.out(`${JSON.stringify({ ok: failed === 0, checks: results }, null, 2)}\n`);
      else io.out(`${results.length - failed} passed, ${failed} failed\n`);
      return failed === 0 ? 0 : 1;
    });
  },
};
