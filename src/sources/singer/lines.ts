import type { Readable } from 'node:stream';
import { CremaError } from '../../lib/errors.ts';

/** Longest message, in characters: one that is longer is no record of a CRM, and would have to be held in memory whole. */
const longestLine = 16 * 1024 * 1024;

/**
 * The lines of a stream of UTF-8 text, without their ends, as they come; nothing is read ahead of what is asked for, so
 * a slow reader slows the writer. A last line without an end is a line too.
 */
export async function* readLines(bytes: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  let held = 0;
  let line = 1;
  const hold = (text: string) => {
    rest.push(text);
    held += text.length;
    if (held > longestLine) {
      throw new CremaError('SINGER_INPUT', `line ${line} is longer than 16 MB`, {
        remedy: 'Check that a Singer tap writes to the pipe. What was committed before stays.',
      });
    }
  };
  for await (const chunk of bytes) {
    const text = decoder.decode(chunk as Uint8Array, { stream: true });
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      hold(text.slice(from, end));
      yield rest.join('');
      rest = [];
      held = 0;
      line++;
      from = end + 1;
    }
    if (from < text.length) hold(text.slice(from));
  }
  const last = rest.join('') + decoder.decode();
  if (last !== '') yield last;
}
