import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/**
 * Everything CI checks, in one command: types, lint, unused code and all tests, at the same time, for none of them keeps
 * two cores busy to its end. `--fast` leaves out the slow tests (`*.slow.test.ts`). Ends with the counts over all parts
 * alone on a line.
 */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; name: string; assertionResults: unknown[] }[];
}

const fast = process.argv.includes('--fast');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

function start(args: readonly string[], output: 'inherit' | 'pipe', more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }), ...more };
  return spawn(process.execPath, args, { stdio: ['ignore', output, output], env });
}

function isOk(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

const modules = path.join(import.meta.dirname, '..', 'node_modules');

/** What it says stands in one piece: where it fails at once, else after the tests. */
async function check(name: string, script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = start([path.join(modules, script), ...args], 'pipe', env);
  let text = `\n--- ${name}\n`;
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (part) => (text += part));
  const ok = await isOk(child);
  if (!ok) process.stdout.write(text);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, text: ok ? text : '' };
}

/** A file that fails before its first test has no failed test to count: it counts as one itself. */
async function tests(): Promise<Counts> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'crema-tests-'));
  const report = path.join(dir, 'report.json');
  console.log(`\n--- ${fast ? 'tests (fast)' : 'tests'}`);
  const args = [
    path.join(modules, 'vitest/vitest.mjs'),
    'run',
    ...only,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(fast ? ['--exclude=tests/**/*.slow.test.ts'] : []),
  ];
  const ok = await isOk(start(args, 'inherit'));
  const result = await readFile(report, 'utf8').then(
    (text) => JSON.parse(text) as VitestReport,
    () => undefined,
  );
  await rm(dir, { recursive: true, force: true });
  if (!result) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = result.numFailedTests + brokenFiles;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

const checks = Promise.all([
  // The compiler collects garbage less often: that takes a third off its processor time, for half a gigabyte more.
  check('types', 'typescript/bin/tsc', ['--noEmit', '--checkers', '2'], { GOGC: '400' }),
  check('lint', '@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']),
  check('unused code', 'knip/bin/knip.js', []),
]);
const tested = await tests();
const checked = await checks;
for (const { text } of checked) process.stdout.write(text);
const parts: Counts[] = [...checked, tested];
const total = parts.reduce((sum, part) => ({
  passed: sum.passed + part.passed,
  failed: sum.failed + part.failed,
  skipped: sum.skipped + part.skipped,
}));
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed === 0 ? 0 : 1;
