import { setTimeout as sleep } from 'node:timers/promises';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Log } from '../lib/log.ts';
import { formIds } from './action-ids.ts';
import type { Exchange } from './ask.ts';
import type { Incoming } from './incoming.ts';
import { tryingForm } from './messages/alert-form.ts';
import { failedForm, savingForm } from './messages/forms.ts';
import { describeError } from './redact.ts';
import type { Requests } from './requests.ts';

/** What becomes of a form that was sent. */
export type FormAnswer =
  /** Sent back, with what is wrong by block id; `form` says the same where Slack has taken the form away meanwhile. */
  | { kind: 'errors'; errors: Readonly<Record<string, string>>; form: (problem: string) => ModalView }
  /** Done: `view` is shown in its place where `stays`, or where it took so long that the form is gone. */
  | { kind: 'done'; view: ModalView; stays: boolean };

export interface FormDeps {
  client: Pick<WebClient, 'views'>;
  requests: Requests;
  route: (exchange: Exchange) => Promise<FormAnswer>;
  /** Slack takes an answer for three seconds; later than this, in milliseconds, it is told that it takes longer. */
  slowAfterMs: number;
}

type Outcome = 'answered' | 'repeated' | 'failed';

/**
 * Answers a form that was sent: at once with what is wrong or done, or first with `Saving...` in its place and then with
 * that. Never rejects; what was filled in stays when something breaks.
 */
export async function answerForm(
  exchange: Exchange,
  respond: (response: unknown) => Promise<void>,
  { client, requests, route, slowAfterMs }: FormDeps,
  reference: string,
): Promise<Outcome> {
  const { incoming, log } = exchange;
  const key = incoming.key ?? '';
  if (!(await requests.claim(key).catch(() => true))) {
    await respond(undefined);
    return 'repeated';
  }
  let outcome: Outcome = 'answered';
  const decided = route(exchange)
    .catch((error: unknown): FormAnswer => {
      outcome = 'failed';
      log.error(describeError(error), 'slack request failed');
      const said = `Something went wrong on my side. Try again in a minute; if it stays so, pass on this reference: ${reference}`;
      return { kind: 'errors', errors: atFirst(incoming, said), form: failedForm };
    })
    .then(async (answer) => {
      // What was sent back may be sent again.
      if (answer.kind === 'errors') await requests.release(key).catch(() => undefined);
      return answer;
    });
  const quick = await Promise.race([decided, sleep(slowAfterMs, undefined, { ref: false })]);
  if (quick) await respond(responseOf(quick));
  else await afterwards(decided, respond, { client, viewId: incoming.view?.id ?? '', name: incoming.name, log });
  return outcome;
}

async function afterwards(
  decided: Promise<FormAnswer>,
  respond: (response: unknown) => Promise<void>,
  { client, viewId, name, log }: { client: FormDeps['client']; viewId: string; name: string; log: Log },
): Promise<void> {
  await respond({ response_action: 'update', view: name === formIds.alert ? tryingForm() : savingForm() });
  const answer = await decided;
  const view = answer.kind === 'done' ? answer.view : answer.form(Object.values(answer.errors).join(' '));
  await client.views
    .update({ view_id: viewId, view })
    .catch((error: unknown) => log.warn(describeError(error), 'a form could not be shown again'));
}

function responseOf(answer: FormAnswer): unknown {
  if (answer.kind === 'errors') return { response_action: 'errors', errors: answer.errors };
  return answer.stays ? { response_action: 'update', view: answer.view } : undefined;
}

/** A failure of ours stands at the first field: Slack shows what is wrong at fields only. */
export function atFirst({ view }: Incoming, said: string): Record<string, string> {
  const [first] = Object.keys(view?.values ?? {});
  return first === undefined ? {} : { [first]: said };
}
