import { closest, distance } from 'fastest-levenshtein';
import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';

/** A YAML file being checked: problems are collected, each with its place, and reported together. */
export interface CheckedYaml {
  file: string;
  root: ParsedNode | null;
  problems: string[];
  /** `map.yaml:7 fields.priority`: a node's place (the file's first line for none) and the dotted path it is about. */
  place(at: Node | null | undefined, path: string): string;
  problem(at: Node | null | undefined, path: string, what: string): void;
}

export function openYaml(file: string, text: string): CheckedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = document.errors.map((error) => `${file}:${lines.linePos(error.pos[0]).line} ${error.message}`);
  const place = (at: Node | null | undefined, path: string) =>
    `${file}:${at?.range ? lines.linePos(at.range[0]).line : 1} ${path}`;
  return {
    file,
    root: document.contents,
    problems,
    place,
    problem: (at, path, what) => void problems.push(`${place(at, path)}: ${what}`),
  };
}

/** A key with its value; `key` is what to point at. */
export interface Entry {
  name: string;
  key: Node;
  value: Node | null;
}

/** The entries of a map; undefined, with a problem, for anything else. Unknown keys are problems unless any is allowed. */
export function entriesOf(
  yaml: CheckedYaml,
  node: Node | null | undefined,
  path: string,
  known?: readonly string[],
): Map<string, Entry> | undefined {
  if (!isMap(node)) {
    yaml.problem(node, path, 'has to be a map of keys and values');
    return undefined;
  }
  const entries = new Map<string, Entry>();
  for (const pair of node.items) {
    const key = pair.key as Node;
    const name = textOf(key) ?? '';
    if (known && !known.includes(name)) {
      yaml.problem(key, path, `has no key "${name}"${didYouMean(name, known)}; known: ${known.join(', ')}`);
      continue;
    }
    entries.set(name, { name, key, value: pair.value as Node | null });
  }
  return entries;
}

export function itemsOf(yaml: CheckedYaml, node: Node | null | undefined, path: string): Node[] {
  if (isSeq(node)) return node.items as Node[];
  yaml.problem(node, path, 'has to be a list');
  return [];
}

/**
 * A scalar as it is written: column names and raw values are texts even where YAML sees a number or a boolean. An
 * unquoted null gives null; anything but a scalar undefined.
 */
export function textOf(node: Node | null | undefined): string | null | undefined {
  if (!isScalar(node)) return undefined;
  if (node.value === null) return null;
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

/** The scalar as written, a plain null too (`NULL` is a common mark for "missing"). */
export function sourceOf(node: Node): string | undefined {
  return isScalar(node) ? (textOf(node) ?? node.source ?? '') : undefined;
}

export function textAt(yaml: CheckedYaml, entry: Entry, path: string): string | undefined {
  const text = textOf(entry.value);
  if (typeof text === 'string' && text !== '') return text;
  yaml.problem(entry.value ?? entry.key, path, 'has to be a word');
  return undefined;
}

/** `; did you mean x?` where a valid name is close enough to be meant, else nothing. */
export function didYouMean(name: string, valid: readonly string[]): string {
  if (valid.length === 0) return '';
  const folded = name.toLowerCase();
  const best = closest(
    folded,
    valid.map((candidate) => candidate.toLowerCase()),
  );
  const meant = valid.find((candidate) => candidate.toLowerCase() === best) ?? '';
  return distance(folded, best) <= Math.max(2, Math.floor(name.length / 3)) ? `; did you mean ${meant}?` : '';
}
