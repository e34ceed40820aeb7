import { CremaError } from '../lib/errors.ts';

/**
 * Why a call brought nothing. `key`: a person has to give a new key. `quota`: later. `trouble`: the source is ill and may
 * be better at the next run. `missing`: it knows no such object. `refused`: it will say the same again. `shape`: an answer
 * that is not as described.
 */
export type SourceFailure = 'key' | 'quota' | 'trouble' | 'missing' | 'refused' | 'shape';

/** Where in a source something went wrong: every message of a sync begins with it. */
export interface Place {
  source: string;
  stream: string;
  /** `page 7`, `chat c-1 page 2`. */
  page: string;
}

export function placeWords({ source, stream, page }: Place): string {
  return `${source}:${stream} ${page}`;
}

const remedies: Readonly<Record<SourceFailure, string>> = {
  key: 'Make a new key in the CRM, set its environment variable and restart; the sync goes on where it stopped.',
  quota: 'Nothing is lost: the next run goes on from here. `crema sync --plan` says what the quota allows.',
  trouble: 'Nothing is lost: the next run goes on from here.',
  missing: 'Check url: of the source in crema.yaml.',
  refused: 'The same call would be refused again; check url: of the source in crema.yaml.',
  shape: 'Check url: of the source in crema.yaml. If it is right, the CRM has changed its interface.',
};

export class SourceError extends CremaError {
  readonly failure: SourceFailure;

  constructor(failure: SourceFailure, place: Place, what: string, cause?: unknown) {
    super(`SOURCE_${failure.toUpperCase()}`, `${placeWords(place)}: ${what}`, {
      remedy: remedies[failure],
      ...(cause === undefined ? {} : { cause }),
    });
    this.failure = failure;
  }
}
