import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { descendants as browserPids, isRunning } from '../../src/bench/report/processes.ts';
import type { Printer, PrinterOptions } from '../../src/pdf/printer.ts';
import { aDocument, browserFolders, testPrinter } from './printing.ts';
import { readPdf } from './read-pdf.ts';

let printer: Printer;
const open = (options: Partial<PrinterOptions> = {}) => {
  printer = testPrinter(options);
  return printer;
};
afterEach(async () => {
  await printer.close();
  expect(browserPids()).toEqual([]);
  expect(browserFolders()).toEqual([]);
});

const textOf = async (pdf: Buffer) => (await readPdf(pdf)).pages.map(({ text }) => text).join('\n');
const signal = (pids: number[], name: NodeJS.Signals) => {
  for (const pid of pids) process.kill(pid, name);
};
/** Polls: what is waited for happens in another process. */
async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done(); tries++) {
    if (tries > 500) throw new Error('waited 10 seconds in vain');
    await sleep(20);
  }
}

describe('one browser', () => {
  test('is started by the first document and prints those that follow', async () => {
    open();
    expect(browserPids()).toEqual([]);
    await printer.print(aDocument());
    const [first] = browserPids();
    await printer.print(aDocument());
    expect(browserPids()[0]).toBe(first);
  });

  test('prints documents asked for at once one after the other, each its own', async () => {
    open();
    const numbers = [1, 2, 3, 4, 5, 6];
    const order: number[] = [];
    const texts = await Promise.all(
      numbers.map(async (number) => {
        const pdf = await printer.print(aDocument({ html: `<p>report ${number}</p>` }));
        order.push(number);
        return await textOf(pdf);
      }),
    );
    expect(texts.map((text) => text.match(/report \d/g))).toEqual(numbers.map((number) => [`report ${number}`]));
    expect(order).toEqual(numbers);
  });

  test('is replaced after as many documents as were said', async () => {
    open({ documentsPerBrowser: 2 });
    const first: (number | undefined)[] = [];
    for (let number = 0; number < 3; number++) {
      first.push(browserPids()[0]);
      await printer.print(aDocument());
    }
    expect(first[1]).toBeDefined();
    // After two it is gone, and the third has another.
    expect(first[2]).toBeUndefined();
    expect(browserPids()[0]).not.toBe(first[1]);
  });

  test('is ended when idle, with its files, and started again', async () => {
    open({ idleMs: 50 });
    await printer.print(aDocument());
    await until(() => browserPids().length === 0 && browserFolders().length === 0);
    expect(await textOf(await printer.print(aDocument()))).toContain('All is well.');
  });
});

describe('a browser that fails', () => {
  test('between documents is replaced', async () => {
    open();
    await printer.print(aDocument());
    const before = browserPids();
    signal(before.slice(0, 1), 'SIGKILL');
    expect(await textOf(await printer.print(aDocument()))).toContain('All is well.');
    expect(browserPids()).not.toContain(before[0]);
  });

  test('under a document is replaced, and the document is printed by the new one', async () => {
    open();
    await printer.print(aDocument());
    const before = browserPids();
    // Stopped, it cannot have finished before it is killed.
    signal(before, 'SIGSTOP');
    const printing = printer.print(aDocument());
    await sleep(50);
    signal(before, 'SIGKILL');
    expect(await textOf(await printing)).toContain('All is well.');
  });

  test('by losing only the process of the page is replaced as well', async () => {
    open();
    await printer.print(aDocument());
    const [browser, ...helpers] = browserPids();
    signal(helpers, 'SIGSTOP');
    const printing = printer.print(aDocument());
    await sleep(50);
    signal(helpers, 'SIGKILL');
    expect(await textOf(await printing)).toContain('All is well.');
    expect(browserPids()).not.toContain(browser);
  });

  test('by hanging is killed when the time is over, and the next document has a new one', async () => {
    open({ deadlineMs: 1_500 });
    await printer.print(aDocument());
    const before = browserPids();
    signal(before, 'SIGSTOP');
    await expect(printer.print(aDocument())).rejects.toMatchObject({ code: 'PDF_TIMEOUT' });
    expect(before.filter(isRunning)).toEqual([]);
    expect(await textOf(await printer.print(aDocument()))).toContain('All is well.');
  });

  test('to start is reported with its path', async () => {
    open({ executablePath: '/bin/false' });
    await expect(printer.print(aDocument())).rejects.toMatchObject({
      code: 'PDF_BROWSER_FAILED',
      message: expect.stringContaining('/bin/false'),
    });
  });
});

describe('giving up', () => {
  test('before it begins costs nothing', async () => {
    open();
    await expect(printer.print(aDocument({ signal: AbortSignal.abort('late') }))).rejects.toBe('late');
    expect(browserPids()).toEqual([]);
  });

  test('while waiting leaves the others in the queue', async () => {
    open();
    const caller = new AbortController();
    const first = printer.print(aDocument({ html: '<p>one</p>' }));
    const second = printer.print(aDocument({ html: '<p>two</p>', signal: caller.signal }));
    const third = printer.print(aDocument({ html: '<p>three</p>' }));
    caller.abort('no longer wanted');
    await expect(second).rejects.toBe('no longer wanted');
    expect(await textOf(await first)).toContain('one');
    expect(await textOf(await third)).toContain('three');
  });

  test('while it is printed rejects at once, and the next is printed', async () => {
    open();
    await printer.print(aDocument());
    const stopped = browserPids();
    signal(stopped, 'SIGSTOP');
    const caller = new AbortController();
    const given = printer.print(aDocument({ html: '<p>one</p>', signal: caller.signal }));
    const next = printer.print(aDocument({ html: '<p>two</p>' }));
    caller.abort('no longer wanted');
    await expect(given).rejects.toBe('no longer wanted');
    signal(stopped, 'SIGCONT');
    expect(await textOf(await next)).toMatch(/two/);
    expect(await textOf(await next)).not.toMatch(/one/);
  });
});

describe('closing', () => {
  test('rejects what is printed and what waits, and what comes after', async () => {
    open();
    await printer.print(aDocument());
    const all = [printer.print(aDocument()), printer.print(aDocument())];
    const settled = Promise.allSettled(all);
    await printer.close();
    for (const one of await settled) expect(one).toMatchObject({ reason: { code: 'PDF_CLOSED' } });
    await expect(printer.print(aDocument())).rejects.toMatchObject({ code: 'PDF_CLOSED' });
  });

  test('while the browser is being started leaves none behind', async () => {
    open();
    const printing = expect(printer.print(aDocument())).rejects.toMatchObject({ code: 'PDF_CLOSED' });
    await until(() => browserPids().length > 0);
    await printer.close();
    await printing;
    // What afterEach looks at as well: nothing runs, nothing is left.
    expect(browserPids()).toEqual([]);
  });
});

test('when the process is killed its browser ends by itself, and the next one removes its files', async () => {
  const node = path.join(import.meta.dirname, 'print-and-wait.ts');
  const child = spawn(process.execPath, [node], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pids = await new Promise<number[]>((resolve) =>
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()))),
  );
  expect(pids.filter(isRunning).length).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await until(() => pids.filter(isRunning).length === 0);
  expect(browserFolders(child.pid)).toHaveLength(1);
  await until(() => !existsSync(`/proc/${child.pid}`));
  await open().print(aDocument());
  expect(browserFolders(child.pid)).toEqual([]);
});
