import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/global-setup.ts'],
    // Real servers, browsers and databases on two cores: generous, so that only a hang fails by time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 3,
    fileParallelism: true,
    sequence: { sequencer: LongestFirst },
    // Files of a worker share its modules, which saves loading them 200 times: no test changes what another one sees
    // (tests/repository/shared-process.test.ts).
    isolate: false,
  },
});
