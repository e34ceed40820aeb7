import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HTTPReceiver, type Logger } from '@slack/bolt';

/** Slack's window for signatures, in seconds; Bolt looks at the past only. */
const windowSeconds = 5 * 60;
/** Far above any payload of ours. */
const bodyLimitBytes = 1024 * 1024;

export interface HttpIntake {
  receiver: HTTPReceiver;
  listener: RequestListener;
}

/** Takes signed requests, whatever the path they were mounted under. `isOpen`: whether there is anybody to answer. */
export function createHttpIntake(options: {
  signingSecret: string;
  logger: Logger;
  isOpen: () => boolean;
}): HttpIntake {
  const path = '/slack/events';
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    logger: options.logger,
    endpoints: [path],
    bodyLimit: bodyLimitBytes,
  });

  function listener(request: IncomingMessage, response: ServerResponse): void {
    const refusal = refusalOf(request);
    if (refusal !== undefined) {
      response.writeHead(refusal).end();
      return;
    }
    // Bolt compares the whole header, and takes nothing where a proxy has added a charset.
    if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded;')) {
      request.headers['content-type'] = 'application/x-www-form-urlencoded';
    }
    request.url = path;
    receiver.requestListener(request, response);
  }

  function refusalOf(request: IncomingMessage): number | undefined {
    if (!options.isOpen()) return 503;
    if (request.method !== 'POST') return 405;
    return isFromTheFuture(request.headers['x-slack-request-timestamp']) ? 401 : undefined;
  }

  return { receiver, listener };
}

/** By real time, whatever the clock of the numbers says: signatures expire for real. */
function isFromTheFuture(stamp: string | string[] | undefined): boolean {
  return Number(stamp) > Temporal.Now.instant().epochMilliseconds / 1000 + windowSeconds;
}
