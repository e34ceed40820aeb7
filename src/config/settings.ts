import { z } from 'zod';
import { closest } from '../lib/closest.ts';

/** Says what is wrong with a value, or with a place below it. */
export type Problem = (message: string, ...path: string[]) => void;

/** A map of settings that refuses unknown ones, with the closest there is. */
export function settings<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => `${unknown(key, 'setting here', Object.keys(shape))}`).join('; ')
        : undefined,
  });
}

/** A setting in a notation of its own. `read` tells every problem it finds; its answer then does not matter. */
export function written<T>(read: (value: unknown, problem: Problem) => T) {
  return z.unknown().transform((value, context) =>
    read(value, (message, ...path) => {
      // Without `continue`, checks further out would wait until this is mended.
      context.issues.push({ code: 'custom', message, path, input: value, continue: true });
    }),
  );
}

/** `"urgnt" is no priority; did you mean urgent?`, or all there are where none is close. */
export function unknown(word: string, what: string, known: readonly string[]): string {
  const near = closest(word, known);
  return `"${word}" is no ${what}; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${known.join(', ')}`}`;
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as it stands in a message. */
export function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value ?? null);
}
