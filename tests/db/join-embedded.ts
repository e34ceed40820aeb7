import { once } from 'node:events';
import { joinEmbedded } from '../../src/db/embedded.ts';

/** A process of its own that uses the embedded server of a home: says the URL, leaves when its input ends. */
const server = await joinEmbedded(process.argv[2]!);
process.stdout.write(`${server.url}\n`);
process.stdin.resume();
await once(process.stdin, 'end');
await server.leave();
