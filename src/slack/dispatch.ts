import type { Log } from '../lib/log.ts';
import type { Exchange } from './ask.ts';
import { answerForm, atFirst, type FormAnswer, type FormDeps } from './forms.ts';
import { type Incoming, readIncoming } from './incoming.ts';
import { failedForm } from './messages/forms.ts';
import { failureMessage, restartingMessage } from './messages/notices.ts';
import { describeError } from './redact.ts';
import { createReference } from './reference.ts';
import type { Reply } from './reply.ts';
import type { Requests } from './requests.ts';
import type { Running } from './running.ts';

/** One request, when it is over: for metrics. Times in seconds. */
export interface Handled {
  kind: Incoming['kind'];
  outcome: 'answered' | 'repeated' | 'failed' | 'refused';
  ackSeconds: number;
  totalSeconds: number;
}

export interface DispatchDeps {
  log: Log;
  requests: Requests;
  running: Running;
  route: (exchange: Exchange) => Promise<void>;
  routeForm: (exchange: Exchange) => Promise<FormAnswer>;
  client: FormDeps['client'];
  replyTo: (incoming: Incoming, log: Log) => Reply;
  /** True while the door closes. */
  isClosing: () => boolean;
  botUserId: () => string | undefined;
  observe?: ((handled: Handled) => void) | undefined;
  /** When to say that it takes longer, in milliseconds. */
  slowAfterMs: number;
}

interface Delivered {
  body: unknown;
  /** Absent for events, which Bolt acknowledges itself. */
  ack?: ((response?: never) => Promise<void>) | undefined;
}

/**
 * The one place every request passes: acknowledged before anything else, answered once, counted while it runs, and told
 * about its failure under a reference that is in the log as well. Never rejects. Nothing is left for Bolt's listeners,
 * so an unknown command is answered like a known one.
 */
export function createDispatch(deps: DispatchDeps): (delivered: Delivered) => Promise<void> {
  const { log, running } = deps;

  async function acknowledge({ body, ack }: Delivered): Promise<void> {
    try {
      const suggests = (body as { type?: unknown }).type === 'block_suggestion';
      await (ack as ((response?: unknown) => Promise<void>) | undefined)?.(suggests ? { options: [] } : undefined);
    } catch (error) {
      // The socket may be gone; the response URL still works.
      log.warn(describeError(error), 'could not acknowledge a request');
    }
  }

  async function handle(incoming: Incoming, startedAt: number): Promise<void> {
    const ackSeconds = (performance.now() - startedAt) / 1000;
    const reference = createReference();
    const { kind, name, userId, channelId } = incoming;
    const own = log.child({ reference, kind, name, user: userId, channel: channelId });
    const reply = deps.replyTo(incoming, own);
    let outcome: Handled['outcome'] = 'answered';
    try {
      reply.promise(deps.slowAfterMs);
      if (deps.isClosing()) {
        outcome = 'refused';
        await reply.post(restartingMessage(), { keepOriginal: true });
      } else if (incoming.key !== undefined && !(await deps.requests.claim(incoming.key))) {
        outcome = 'repeated';
      } else {
        await deps.route({ incoming, reply, log: own });
      }
    } catch (error) {
      outcome = 'failed';
      own.error(describeError(error), 'slack request failed');
      await reply
        .post(failureMessage(reference), { keepOriginal: true })
        .catch((lost: unknown) => own.error(describeError(lost), 'could not tell about the failure either'));
    } finally {
      reply.close();
      const totalSeconds = (performance.now() - startedAt) / 1000;
      own[kind === 'user change' ? 'debug' : 'info'](
        { outcome, ackMs: ackSeconds * 1000, totalMs: totalSeconds * 1000 },
        'slack request handled',
      );
      deps.observe?.({ kind, outcome, ackSeconds, totalSeconds });
    }
  }

  /** A form is acknowledged with what became of it. */
  async function handleForm(incoming: Incoming, { ack }: Delivered, startedAt: number): Promise<void> {
    const reference = createReference();
    const { kind, name, userId } = incoming;
    const own = log.child({ reference, kind, name, user: userId });
    let ackSeconds = 0;
    const respond = async (response: unknown) => {
      ackSeconds = (performance.now() - startedAt) / 1000;
      await (ack as ((response?: unknown) => Promise<void>) | undefined)?.(response);
    };
    const route = deps.isClosing() ? async () => restarting(incoming) : deps.routeForm;
    const exchange = { incoming, reply: deps.replyTo(incoming, own), log: own };
    const outcome = await answerForm(exchange, respond, { ...deps, route }, reference).catch((error: unknown) => {
      own.error(describeError(error), 'could not answer a form');
      return 'failed' as const;
    });
    const totalSeconds = (performance.now() - startedAt) / 1000;
    own.info({ outcome, ackMs: ackSeconds * 1000, totalMs: totalSeconds * 1000 }, 'slack request handled');
    deps.observe?.({ kind, outcome, ackSeconds, totalSeconds });
  }

  return async (delivered) => {
    const startedAt = performance.now();
    const form = isForm(delivered.body) ? readIncoming(delivered.body, deps.botUserId()) : null;
    if (form) {
      await running.track(handleForm(form, delivered, startedAt));
      return;
    }
    await acknowledge(delivered);
    const incoming = readIncoming(delivered.body, deps.botUserId());
    if (incoming === null) log.debug({ type: typeOf(delivered.body) }, 'slack request of a kind nobody listens to');
    else await running.track(handle(incoming, startedAt));
  };
}

function restarting(incoming: Incoming): FormAnswer {
  const said = 'I am restarting. Send it again in a minute.';
  return { kind: 'errors', errors: atFirst(incoming, said), form: failedForm };
}

function isForm(body: unknown): boolean {
  return typeOf(body) === 'view_submission';
}

function typeOf(body: unknown): string {
  return String((body as { type?: unknown } | null)?.type ?? 'unknown');
}
