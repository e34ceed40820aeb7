import type { Clock } from '../../lib/clock.ts';
import type { ContentRules } from '../content.ts';
import type { Fault } from '../faults.ts';
import type { FileDesk } from '../file-desk.ts';
import type { Json } from '../json.ts';
import type { Tier } from '../rate-limits.ts';
import type { Store } from '../store.ts';
import type { Triggers } from '../triggers.ts';
import type { ViewDesk } from '../view-desk.ts';
import { type ApiResult, refuse } from './result.ts';

/** What methods work with. */
export interface ApiContext {
  clock: Clock;
  store: Store;
  files: FileDesk;
  triggers: Triggers;
  views: ViewDesk;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  base: string;
  scopes: ReadonlySet<string>;
  /** A single-use websocket address. */
  openSocket: () => string;
  /** The planned fault of this very call, for the methods that take part in it. */
  fault?: Fault | undefined;
  contentRules: (text: ContentRules['text'], surface?: ContentRules['scope']['surface']) => ContentRules;
}

export interface Method {
  name: string;
  /** Which token it takes: the bot's, or the app-level one. */
  token: 'bot' | 'app' | 'any';
  /** OAuth scopes of which one must be granted; none needed when empty. */
  scopes: readonly string[];
  /** Slack's rate limit tier, see `RateLimits`. */
  tier: Tier;
  call: (args: Json, context: ApiContext) => ApiResult;
}

/** A text argument; empty counts as absent, numbers and booleans come as text in forms. */
export function textOf(args: Json, name: string): string | undefined {
  const value = args[name];
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function flagOf(args: Json, name: string): boolean {
  const value = args[name];
  return value === true || value === 'true' || value === '1';
}

/** Slack's answer when a required argument is absent. */
export function missing(...names: string[]): ApiResult {
  return refuse(
    'invalid_arguments',
    names.map((name) => `missing required field: ${name}`),
  );
}
