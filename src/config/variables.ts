import { isMap } from './settings.ts';

/** The environment as it was handed to main.ts, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

const reference = /\$\{([^}]*)\}/g;

/**
 * Puts environment variables in the place of `${NAME}` in every text below `content`, wherever it stands. A variable that
 * is not set or empty is told by the path of the setting that names it; the value itself is never told.
 */
export function expandVariables(
  content: unknown,
  variables: Variables,
  problem: (path: PropertyKey[], message: string) => void,
  path: PropertyKey[] = [],
): unknown {
  if (typeof content === 'string') {
    return content.replaceAll(reference, (whole, name: string) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        problem(path, `"${whole}" is no variable; write \${NAME} with letters, digits and _`);
        return whole;
      }
      const value = variables[name]?.trim();
      if (value) return value;
      problem(path, `the environment variable ${name} is not set`);
      return whole;
    });
  }
  if (Array.isArray(content))
    return content.map((item, index) => expandVariables(item, variables, problem, [...path, index]));
  if (!isMap(content)) return content;
  return Object.fromEntries(
    Object.entries(content).map(([name, value]) => [name, expandVariables(value, variables, problem, [...path, name])]),
  );
}
