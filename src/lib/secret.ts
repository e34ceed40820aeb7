import { inspect } from 'node:util';

/** What a secret looks like wherever somebody prints it. */
const mask = '[secret]';

/**
 * A key or a signing secret that cannot be printed by accident: as text, as JSON, in a log line and in an error it is
 * `[secret]`. Only `reveal()` gives the value, at the one place that sends or compares it.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
