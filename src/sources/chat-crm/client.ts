import type { ChatCrmConfig } from '../../config/sources.ts';
import { createJsonClient, type JsonClient, type JsonClientOptions } from '../http.ts';
import type { SourceFailure } from '../source-error.ts';
import { failureIn } from './schema.ts';

/** Failures by the codes the CRM is known to send. */
const codes: Readonly<Record<string, SourceFailure>> = {
  NOT_FOUND: 'missing',
  VALIDATION_ERROR: 'refused',
  INTERNAL_ERROR: 'trouble',
};

/** What a test may set otherwise than the CRM needs it. */
export type ClientLimits = Partial<Pick<JsonClientOptions, 'timeoutMs' | 'maxBytes' | 'attempts'>>;

export function createChatCrmClient(
  config: Pick<ChatCrmConfig, 'url' | 'key' | 'quota'>,
  limits: ClientLimits = {},
): JsonClient {
  return createJsonClient({
    url: config.url,
    key: config.key,
    keyHeader: 'API-KEY',
    perMinute: config.quota.per_minute,
    failureOf,
    ...limits,
  });
}

/** An answer is a failure when it says so, also with a good status. */
function failureOf(body: unknown): { words: string; failure: SourceFailure } | undefined {
  const said = failureIn(body);
  if (!said) return undefined;
  const words = said.words.length > 120 ? `${said.words.slice(0, 120)}…` : said.words;
  // A refused key has no code: it is known by its words alone.
  const isKey = said.code === undefined && /\bkey\b.*\b(not accepted|invalid|revoked|expired)\b/i.test(said.words);
  return { words, failure: isKey ? 'key' : (codes[said.code ?? ''] ?? 'trouble') };
}
