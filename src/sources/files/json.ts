export type JsonObject = Record<string, unknown>;

/** The JSON value of a text, its numbers kept as they are written: an id of 20 digits would lose its end as a number. */
export function parseJson(source: string): unknown {
  return JSON.parse(source, (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value,
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a row has it. */
export function rawText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  // A lone half of a surrogate pair has no UTF-8; as a replacement character it is refused by name.
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Finds a column's value in an object; undefined where there is none. */
export type Find = (value: unknown) => unknown;

const step = /([^.[\]]+)|\[(-?\d+)\]|\[([^=[\]]+)=([^\]]*)\]/y;

/**
 * Compiles a column of JSON objects: the name of a field, or a path into nested ones. `a.b` is field b of the object in
 * a; `a[0]` the first item of the list in a, `a[-1]` the last; `a[id=7]` the first item whose field id is 7 (compared as
 * text). A field that has the whole path as its name comes first.
 */
export function compilePath(path: string): Find {
  const steps = stepsOf(path);
  return (value) => {
    if (isObject(value) && Object.hasOwn(value, path)) return value[path];
    let found: unknown = value;
    for (const take of steps) {
      found = take(found);
      if (found === undefined) return undefined;
    }
    return found;
  };
}

function stepsOf(path: string): Find[] {
  const steps: Find[] = [];
  for (step.lastIndex = 0; step.lastIndex < path.length; ) {
    const at = step.lastIndex;
    const found = step.exec(path);
    // No path then, but a field's name with brackets in it.
    if (!found) return [byName(path)];
    const [, name, index, key, text] = found;
    // Names stand behind a dot, but for the first.
    if (name !== undefined && at > 0 && path[at - 1] !== '.') return [byName(path)];
    steps.push(name === undefined ? (key === undefined ? byIndex(Number(index)) : byField(key, text!)) : byName(name));
    if (path[step.lastIndex] === '.') step.lastIndex++;
  }
  return steps;
}

function byName(name: string): Find {
  return (value) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
}

function byIndex(index: number): Find {
  return (value) => (Array.isArray(value) ? value.at(index) : undefined);
}

function byField(name: string, text: string): Find {
  const field = byName(name);
  return (value) => (Array.isArray(value) ? value.find((item) => rawText(field(item)) === text) : undefined);
}
