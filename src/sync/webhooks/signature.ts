import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far a signature's time may lie from ours, either way: what is older may be a recording played again. */
const toleranceSeconds = 300;

export type SignatureProblem = 'timestamp' | 'signature';

/** `v1=` and the HMAC-SHA256, in hexadecimal, of the Unix seconds, a dot and the body as it is sent. */
export function signWebhook(secret: string, timestamp: string, body: Uint8Array | string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/**
 * What is wrong with a signature, undefined when nothing is. `realNow` is the machine's time, whatever the business clock
 * says. Any of the secrets will do: while one is replaced, the sender still uses the old or already the new one. Takes as
 * long for an almost right signature as for a wrong one.
 */
export function signatureProblem(
  secrets: readonly string[],
  timestamp: string | undefined,
  signature: string | undefined,
  body: Uint8Array,
  realNow: Temporal.Instant,
): SignatureProblem | undefined {
  if (timestamp === undefined || !/^\d{1,11}$/.test(timestamp)) return 'timestamp';
  if (Math.abs(realNow.epochMilliseconds / 1000 - Number(timestamp)) > toleranceSeconds) return 'timestamp';
  const given = Buffer.from(signature ?? '');
  let matches = false;
  for (const secret of secrets) {
    const expected = Buffer.from(signWebhook(secret, timestamp, body));
    // The length is no secret; an empty secret would be everybody's.
    if (secret !== '' && given.length === expected.length && timingSafeEqual(given, expected)) matches = true;
  }
  return matches ? undefined : 'signature';
}
