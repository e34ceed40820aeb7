/**
 * What can be made to go wrong with pages and hooks; `times` is 1 unless given. `too-many` answers 429, with `Retry-After`
 * where seconds are given; `status` answers with it; `hang` keeps nothing and never answers; `drop` breaks the connection
 * off and keeps nothing; `lost-answer` keeps what came and then breaks the connection off.
 */
export type PagingFault = { times?: number; to?: 'pagerduty' | 'hooks' } & (
  | { kind: 'too-many'; retryAfterSeconds?: number }
  | { kind: 'status'; status: number; text?: string }
  | { kind: 'hang' }
  | { kind: 'drop' }
  | { kind: 'lost-answer' }
);
