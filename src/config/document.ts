import { isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { usageError } from '../lib/errors.ts';

/** A configuration file's content, with the way back to its lines. */
export interface ConfigDocument {
  content: unknown;
  /** The line, from 1, of the setting at a path, or of the nearest one around it that is there. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Reads YAML. Throws a usage error with line and column where it is none. */
export function readDocument(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw usageError('CONFIG_SYNTAX', document.errors.map((error) => `${file}: ${error.message}`).join('\n'));
  visit(document, {
    // A key is a name as it stands there: the account 0012 is not the number 12.
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value !== 'string' && key.source !== undefined) key.value = key.source;
    },
  });
  return {
    content: document.toJS() ?? {},
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const node = document.getIn(path.slice(0, depth), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return 1;
    },
  };
}
