import { isObject, type Json } from '../json.ts';

export type Surface = 'message' | 'modal' | 'home';

/** What a check needs to know about the world around the blocks. */
export interface Scope {
  surface: Surface;
  /** Whether a file reference names an image that blocks may show right now. */
  fileReady: (reference: { id?: string; url?: string }) => boolean;
}

/** Returns what is wrong with `value`, each as Slack words it, with the JSON pointer `at`; nothing when it is fine. */
export type Check = (value: unknown, at: string, scope: Scope) => string[];

export function problem(message: string, at: string): string {
  return `${message} [json-pointer:${at}]`;
}

/** Lengths are UTF-16 units: where Slack counts code points instead, this is the stricter of the two. */
export function string(limits: { min?: number; max?: number } = {}): Check {
  const { min = 0, max = Number.POSITIVE_INFINITY } = limits;
  return (value, at) => {
    if (typeof value !== 'string') return [problem('must provide a string', at)];
    if (value.length < min) return [problem(`must be more than ${min - 1} characters`, at)];
    if (value.length > max) return [problem(`must be less than ${max + 1} characters`, at)];
    return [];
  };
}

export const boolean: Check = (value, at) =>
  typeof value === 'boolean' ? [] : [problem('must provide a boolean', at)];

export const number: Check = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? [] : [problem('must provide a number', at)];

export function integer(min: number, max: number): Check {
  return (value, at) => {
    if (!Number.isInteger(value)) return [problem('must provide an integer', at)];
    const count = value as number;
    return count < min || count > max ? [problem(`must be between ${min} and ${max}`, at)] : [];
  };
}

export function oneOf(...allowed: readonly (string | number)[]): Check {
  return (value, at) =>
    allowed.includes(value as string) ? [] : [problem(`must be one of: ${allowed.join(', ')}`, at)];
}

const webUrl = /^(https?:\/\/|mailto:|slack:\/\/)\S+$/;

export function url(max: number): Check {
  const length = string({ min: 1, max });
  return (value, at, scope) => {
    const problems = length(value, at, scope);
    if (problems.length > 0) return problems;
    return webUrl.test(value as string) ? [] : [problem('invalid url', at)];
  };
}

export function list(item: Check, limits: { min?: number; max?: number } = {}): Check {
  const { min = 0, max = Number.POSITIVE_INFINITY } = limits;
  return (value, at, scope) => {
    if (!Array.isArray(value)) return [problem('must provide an array', at)];
    if (value.length < min) return [problem(`no fewer than ${min} items allowed`, at)];
    if (value.length > max) return [problem(`no more than ${max} items allowed`, at)];
    return value.flatMap((entry, index) => item(entry, `${at}/${index}`, scope));
  };
}

export interface Shape {
  required?: Readonly<Record<string, Check>>;
  optional?: Readonly<Record<string, Check>>;
  /** What no single field can tell: either-or, uniqueness, sums. Asked only when every field is fine. */
  rule?: (value: Json, at: string, scope: Scope) => string[];
}

/** An object with exactly these fields: Slack refuses a whole message for one field it does not know. */
export function object(shape: Shape): Check {
  const required = shape.required ?? {};
  const fields = { ...required, ...shape.optional };
  return (value, at, scope) => {
    if (!isObject(value)) return [problem('must provide an object', at)];
    const problems = Object.keys(required)
      .filter((name) => value[name] === undefined)
      .map((name) => problem(`missing required field: ${name}`, at));
    for (const [name, field] of Object.entries(value)) {
      const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (check === undefined) problems.push(problem(`invalid additional property: ${name}`, at));
      else if (field !== undefined) problems.push(...check(field, `${at}/${name}`, scope));
    }
    return problems.length > 0 || shape.rule === undefined ? problems : shape.rule(value, at, scope);
  };
}

/** An object whose `type` is fixed. */
export function typed(type: string, shape: Shape): Check {
  return object({ ...shape, required: { type: oneOf(type), ...shape.required } });
}

/** Objects told apart by `type`. */
export function byType(variants: Readonly<Record<string, Check>>): Check {
  return (value, at, scope) => {
    if (!isObject(value)) return [problem('must provide an object', at)];
    if (value.type === undefined) return [problem('missing required field: type', at)];
    const name = String(value.type);
    const check = Object.hasOwn(variants, name) ? variants[name] : undefined;
    return check === undefined ? [problem(`unsupported type: ${name}`, `${at}/type`)] : check(value, at, scope);
  };
}

/** The same variants, with the summary line that Slack puts before the details of an either-or. */
export function anyOf(variants: Readonly<Record<string, Check>>): Check {
  const check = byType(variants);
  return (value, at, scope) => {
    const problems = check(value, at, scope);
    return problems.length === 0 || !isObject(value)
      ? problems
      : [problem('failed to match all allowed schemas', at), ...problems];
  };
}
