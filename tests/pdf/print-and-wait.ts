import { descendants as browserPids } from '../../src/bench/report/processes.ts';
import { aDocument, testPrinter } from './printing.ts';

/** Prints once, says which processes its browser has, and waits to be killed. */
await testPrinter().print(aDocument());
process.stdout.write(`${JSON.stringify(browserPids())}\n`);
setInterval(() => {}, 1_000);
