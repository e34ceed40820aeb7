import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Pictures between two collections. One takes some 10 ms; a picture leaves up to 0.1 MB. */
const every = 50;

let drawn = 0;
let collect: (() => void) | undefined;

/**
 * To be awaited before each picture. Canvases live outside the JavaScript heap and are given back when their small handles
 * are collected. Those survive into the old generation, where the collector sees no reason to look for hundreds of charts.
 */
export async function collectNowAndThen(): Promise<void> {
  if (++drawn % every !== 0) return;
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  // What is collected is given back in a turn of the event loop, and a worker that waits for its next task makes none.
  await setImmediate();
}
