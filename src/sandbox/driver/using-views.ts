import { elementsOf, type Given, reported, withReport } from '../actions.ts';
import type { Outcome } from '../dispatch.ts';
import { type Filling, faultsOf, fill } from '../filled-in.ts';
import { isObject, type Json } from '../json.ts';
import { readView } from '../read-view.ts';
import type { View } from '../view.ts';
import { viewActionsPayload, viewClosedPayload, viewSubmissionPayload } from '../view-payloads.ts';
import { impossible, whoActs } from './acting.ts';
import type { DriverDeps } from './driver.ts';

export interface ViewClick {
  user: string;
  actionId: string;
  blockId?: string;
  value?: Given;
  /** Where to press: the upmost modal when one is open, else the home, unless said. */
  in?: 'modal' | 'home';
  /** What was filled in before pressing. */
  values?: Filling;
}

export interface Submitted extends Outcome {
  /** What was wrong, by block id: found by Slack (`not_sent`) or by the app. Nothing when the form went through. */
  errors: Readonly<Record<string, string>>;
}

/** Filling in, submitting and closing modals; pressing what is in modals and on the home. */
export interface UsingViews {
  submit(user: string, values?: Filling): Promise<Submitted>;
  /** Closes the upmost modal (`all`: the whole stack). Resolves when apps that asked for it were told. */
  close(user: string, options?: { all?: boolean }): Promise<Outcome>;
  clickInView(click: ViewClick): Promise<Outcome>;
}

const notSent = (detail: string): Outcome => ({ outcome: 'not_sent', ackMs: undefined, detail });
const cannotConnect = 'We had some trouble connecting. Try again?';

export function createUsingViews(deps: DriverDeps): UsingViews {
  const { store, views, dispatcher, triggers, responseUrls } = deps;

  function upmost(user: string): View {
    const view = views.stack(user).at(-1);
    if (view === undefined) throw impossible(`${user} has no modal open`);
    return view;
  }

  function fillIn(view: View, filling: Filling): void {
    const { values, misfits } = fill(view.blocks, view.values, filling);
    if (misfits.length > 0) throw impossible(`the view has no place for ${misfits.join(', ')}`);
    views.note(view, { values });
  }

  /** Menus of conversations may ask for a response URL of the conversation that was chosen. */
  function askedUrls(view: View, user: string): Json[] {
    return elementsOf(view.blocks).flatMap(({ block, element }) => {
      const held = view.values[block.block_id]?.[String(element.action_id)];
      const channel = held?.selected_conversation ?? held?.selected_channel;
      if (element.response_url_enabled !== true || typeof channel !== 'string') return [];
      const target = { kind: 'command', channel, user, original: undefined, threadTs: undefined } as const;
      const place = { block_id: block.block_id, action_id: element.action_id, channel_id: channel };
      return [{ ...place, response_url: responseUrls.issue(target) }];
    });
  }

  /** What the app answers to a submission. Returns false when the answer makes no sense. */
  function follow(answer: unknown, view: View): boolean {
    if (answer === '' || answer === undefined || (isObject(answer) && answer.response_action === undefined)) {
      views.close(view.user);
      return true;
    }
    if (!isObject(answer)) return false;
    if (answer.response_action === 'clear') {
      views.close(view.user, true);
      return true;
    }
    if (answer.response_action === 'errors') return showErrors(answer.errors, view);
    const read = readView(answer.view, 'modal', deps.contentRules('truncate-at-40000'));
    if (!read.ok) return false;
    if (answer.response_action === 'update') return views.update(view, read.content) === view;
    return answer.response_action === 'push' && views.push(view.user, read.content) !== undefined;
  }

  /** Errors may only be said of input blocks. */
  function showErrors(errors: unknown, view: View): boolean {
    if (!isObject(errors) || Object.keys(errors).length === 0) return false;
    const inputs = new Set(view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id));
    if (!Object.entries(errors).every(([block, text]) => inputs.has(block) && typeof text === 'string')) return false;
    views.note(view, { errors: errors as Record<string, string> });
    return true;
  }

  return {
    async submit(user, filling = {}) {
      const person = whoActs(store.directory, user);
      const view = upmost(user);
      if (view.payload.submit === undefined) throw impossible(`modal ${view.id} has no submit button`);
      if (view.payload.submit_disabled === true) throw impossible(`the submit button of ${view.id} is disabled`);
      fillIn(view, filling);
      const errors = faultsOf(view.blocks, view.values);
      views.note(view, { errors, trouble: undefined });
      if (Object.keys(errors).length > 0) return { ...notSent('the form is not filled in rightly'), errors };
      const payload = viewSubmissionPayload(view, person, triggers.issue(user, view.id), askedUrls(view, user));
      const { ack, outcome } = await dispatcher.send('view_submission', payload);
      const followed = ack.outcome === 'acknowledged' && follow(ack.body, view);
      if (!followed) views.note(view, { trouble: cannotConnect });
      if (ack.outcome !== 'acknowledged') return { ...outcome, errors: {} };
      return followed
        ? { ...outcome, errors: view.errors }
        : { ...outcome, outcome: 'dispatch_failed', detail: 'the answer to the submission is not valid', errors: {} };
    },
    async close(user, { all = false } = {}) {
      const person = whoActs(store.directory, user);
      const cleared = all || upmost(user).payload.clear_on_close === true;
      const gone = views.close(user, cleared).filter((view) => view.payload.notify_on_close === true);
      let told = notSent('no view wants to know that it was closed');
      for (const view of gone) {
        ({ outcome: told } = await dispatcher.send('view_closed', viewClosedPayload(view, person, cleared)));
      }
      return told;
    },
    async clickInView({ user, actionId, blockId, value, values = {}, in: place }) {
      const person = whoActs(store.directory, user);
      const home = views.home(user);
      const view = place === 'home' ? home : (views.stack(user).at(-1) ?? (place === 'modal' ? undefined : home));
      if (view === undefined) throw impossible(`${user} sees no ${place ?? 'modal and no home'}`);
      fillIn(view, values);
      const matching = elementsOf(view.blocks).filter(
        ({ block, element }) => element.action_id === actionId && (blockId === undefined || block.block_id === blockId),
      );
      const found = matching.find(({ element }) => element.value === value) ?? matching[0];
      if (found === undefined) throw impossible(`view ${view.id} has no element ${actionId}`);
      const report = reported(found.element, value);
      if (report === undefined) throw impossible(`element ${actionId} does not offer ${value}`);
      views.note(view, { values: withReport(view.values, found, report), trouble: undefined });
      if (found.block.type === 'input' && found.block.dispatch_action !== true) return notSent('an input tells nobody');
      const action: Json = {
        ...{ action_id: actionId, block_id: found.block.block_id, type: found.element.type },
        ...report,
        action_ts: store.nextTs(),
      };
      const trigger = triggers.issue(user, view.type === 'modal' ? view.id : undefined);
      const { outcome } = await dispatcher.send('block_actions', viewActionsPayload(view, person, action, trigger));
      if (outcome.outcome !== 'acknowledged') views.note(view, { trouble: cannotConnect });
      return outcome;
    },
  };
}
