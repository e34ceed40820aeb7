/**
 * An expected failure with a message for a person: what is wrong, where, and what to do about it.
 * `usage` errors are the caller's (wrong arguments or configuration, exit code 2); the rest exit with 1.
 * Anything that is not a CremaError is a defect or a broken dependency and is logged with its stack.
 */
export class CremaError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly usage: boolean;

  constructor(code: string, message: string, options: { remedy?: string; usage?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CremaError';
    this.code = code;
    this.remedy = options.remedy;
    this.usage = options.usage ?? false;
  }
}

/** A CremaError for wrong arguments or configuration (exit code 2). */
export function usageError(code: string, message: string, remedy?: string): CremaError {
  return new CremaError(code, message, remedy === undefined ? { usage: true } : { usage: true, remedy });
}

/** The message of anything thrown, for logs and one-line reports. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
