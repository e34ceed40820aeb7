import { CremaError, messageOf } from '../lib/errors.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { type Chromium, launchChromium } from './chromium.ts';
import { completeHtml, type PrintedDocument } from './document.ts';
import { findChromium } from './find-chromium.ts';

export interface PrinterOptions {
  /** What PUPPETEER_EXECUTABLE_PATH says. */
  executablePath?: string | undefined;
  /** Folder (CREMA_HOME) under which the bundled Chromium is unpacked when no other is found. */
  home: string;
  log?: Log;
  /** A browser is replaced after so many documents. */
  documentsPerBrowser?: number;
  /** How long a browser without work is kept, in milliseconds. */
  idleMs?: number;
  /** Longest time for one document, start of the browser and a second try included, waiting for its turn not; milliseconds. */
  deadlineMs?: number;
}

export interface PrintRequest extends PrintedDocument {
  /** Gives up: the promise rejects with the signal's reason, at once. */
  signal?: AbortSignal | undefined;
}

/**
 * Prints documents to PDF with one browser that is kept warm: started with the first document, replaced after a crash or
 * many documents, ended when idle. Documents wait for their turn. Nothing outside a document can be read by it.
 */
export interface Printer {
  /**
   * A tagged PDF with bookmarks from its headings; its fonts are ours.
   * Rejects with a CremaError: `PDF_NO_BROWSER` (none found), `PDF_BROWSER_FAILED` (it does not start), `PDF_REFUSED` (the
   * document asked for something outside itself), `PDF_TIMEOUT`, `PDF_FAILED` (two browsers ended or failed), `PDF_CLOSED`.
   */
  print(request: PrintRequest): Promise<Buffer>;
  /** Ends the browser; documents under way and waiting are rejected. Done when no process and no file is left. */
  close(): Promise<void>;
}

interface Job {
  document: PrintedDocument;
  resolve(pdf: Buffer): void;
  reject(error: unknown): void;
}

export function createPrinter(options: PrinterOptions): Printer {
  const { log = silentLog, documentsPerBrowser = 200, idleMs = 5 * 60_000, deadlineMs = 30_000 } = options;
  const waiting: Job[] = [];
  let chromium: Chromium | undefined;
  /** Settles when nothing is printed and nothing waits. */
  let working: Promise<void> | undefined;
  /** The last browser that was told to end. */
  let ending: Promise<void> | undefined;
  let idle: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;
  const closed = new AbortController();

  function print({ signal, ...document }: PrintRequest): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (closed.signal.aborted) throw closedError();
      signal?.throwIfAborted();
      const job: Job = {
        document,
        resolve(pdf) {
          signal?.removeEventListener('abort', giveUp);
          resolve(pdf);
        },
        reject(error) {
          signal?.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      const giveUp = () => {
        // What is printed at this moment is printed to its end, for nobody: a page left half-way is no page to go on with.
        const place = waiting.indexOf(job);
        if (place !== -1) waiting.splice(place, 1);
        job.reject(signal?.reason);
      };
      signal?.addEventListener('abort', giveUp);
      waiting.push(job);
      working ??= work();
    });
  }

  /** Prints all that waits, one after the other. Never rejects. */
  async function work(): Promise<void> {
    clearTimeout(idle);
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      try {
        job.resolve(await printOne(completeHtml(job.document)));
      } catch (error) {
        job.reject(error);
      }
    }
    working = undefined;
    if (!closed.signal.aborted) idle = setTimeout(() => void replace('it was idle'), idleMs).unref();
  }

  async function printOne(html: string): Promise<Buffer> {
    // Unpacking, once per machine and version, takes the time it takes.
    const executablePath = await findChromium(options);
    const deadline = AbortSignal.timeout(deadlineMs);
    const over = AbortSignal.any([deadline, closed.signal]);
    for (let attempt = 1; ; attempt++) {
      const printing = printOnWarm(executablePath, html, over);
      try {
        return await orAborted(printing, over);
      } catch (error) {
        if (error instanceof CremaError) throw error;
        // Whatever it was, the page is not where it should be.
        await replace(messageOf(error));
        // With its browser gone it ends as well, and a browser that was still starting ends itself.
        await printing.catch(() => {});
        if (closed.signal.aborted) throw closedError();
        if (deadline.aborted) {
          throw new CremaError('PDF_TIMEOUT', `the document was not printed within ${deadlineMs} ms`, { cause: error });
        }
        if (attempt === 2) {
          throw new CremaError('PDF_FAILED', `two browsers could not print the document: ${messageOf(error)}`, {
            cause: error,
          });
        }
        log.warn({ err: error }, 'browser failed while printing, trying another');
      }
    }
  }

  async function printOnWarm(executablePath: string, html: string, over: AbortSignal): Promise<Buffer> {
    // It may have ended since the last document: no reason to lose a try.
    if (chromium && !chromium.alive()) await replace('it had ended');
    if (!chromium) {
      const launched = await launchChromium(executablePath, deadlineMs);
      if (over.aborted) {
        await launched.end();
        throw new Error('the browser started too late');
      }
      chromium = launched;
      log.debug({ executablePath }, 'browser started');
    }
    const pdf = await chromium.print(html);
    if (chromium.printed() >= documentsPerBrowser) await replace('it had printed enough');
    return pdf;
  }

  /** Never rejects. */
  async function replace(why: string): Promise<void> {
    const old = chromium;
    chromium = undefined;
    if (!old) return;
    log.debug({ why, printed: old.printed() }, 'browser ended');
    ending = old.end();
    await ending;
  }

  async function closeNow(): Promise<void> {
    clearTimeout(idle);
    closed.abort();
    for (const job of waiting.splice(0)) job.reject(closedError());
    await replace('printing was closed');
    await working;
    await ending;
  }

  return {
    print,
    close() {
      closing ??= closeNow();
      return closing;
    },
  };
}

/** What `work` comes to, or a rejection once the signal is aborted; `work` itself goes on. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    signal.addEventListener('abort', give);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

function closedError(): CremaError {
  return new CremaError('PDF_CLOSED', 'documents are no longer printed: the printer was closed');
}
