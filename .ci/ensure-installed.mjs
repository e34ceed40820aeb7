// Runs under whatever Node started npm, before anything is installed: plain JavaScript, no dependencies.
// Installs with `npm ci` when node_modules is missing or older than the lock file, else does nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const marker = 'node_modules/.package-lock.json';
const current = existsSync(marker) && statSync(marker).mtimeMs >= statSync('package-lock.json').mtimeMs;
if (!current) {
  process.stderr.write('crema: installing dependencies (once)\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    process.stderr.write(
      'crema: `npm ci` failed; see its message above. Node 20 or newer and the npm registry are needed.\n',
    );
    process.exit(done.status ?? 1);
  }
}
