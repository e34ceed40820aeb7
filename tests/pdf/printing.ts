import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PrintRequest } from '../../src/pdf/printer.ts';
import { createPrinter, type Printer, type PrinterOptions } from '../../src/pdf/printer.ts';

/** Where the tests unpack the bundled Chromium: once per machine, it takes seconds. */
export const sharedHome = path.join(os.tmpdir(), 'crema-test-browser');

/** A printer with the browser this machine has. */
export function testPrinter(options: Partial<PrinterOptions> = {}): Printer {
  return createPrinter({ home: sharedHome, executablePath: process.env.PUPPETEER_EXECUTABLE_PATH, ...options });
}

/** A request that prints; say what matters. */
export function aDocument(request: Partial<PrintRequest> = {}): PrintRequest {
  return {
    html: '<h1>Weekly report</h1><p>All is well.</p>',
    lang: 'en',
    title: 'Weekly report',
    paper: 'A4',
    ...request,
  };
}

/** Folders of browsers that the process with this id started. */
export function browserFolders(pid = process.pid): string[] {
  return readdirSync(os.tmpdir()).filter((name) => name.startsWith(`crema-chromium-${pid}-`));
}
