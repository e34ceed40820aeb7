import { CremaError } from '../lib/errors.ts';
import { elementsOf, reported, stateValues } from './actions.ts';
import { type ContentRules, readContent } from './content.ts';
import { isObject, type Json } from './json.ts';
import type { Message } from './message.ts';
import { blockActionsPayload, commandPayload, type Links } from './payloads.ts';
import type { Dispatch, Recorder } from './record.ts';
import type { ResponseUrls } from './response-url.ts';
import type { Store } from './store.ts';
import type { Ack, RequestKind, Transport } from './transport.ts';
import type { Triggers } from './triggers.ts';
import { botUserId, type Channel, channelOf, isMember, type Person, personOf, slackbotId } from './workspace.ts';

export interface CommandRequest {
  user: string;
  channel: string;
  /** What follows the command, `sla 7d`. */
  text: string;
  /** `/kpi` when not given. */
  command?: string;
}

export interface ClickRequest {
  user: string;
  channel: string;
  ts: string;
  actionId: string;
  blockId?: string;
  /** For menus the option's value; for a button only needed where several share an action id across blocks. */
  value?: string;
}

export type Outcome = Pick<Dispatch, 'outcome' | 'ackMs' | 'detail'>;

/** What a person does: talk, run commands, press buttons. Throws a CremaError when a person could not do that. */
export interface Driver {
  say(message: { user: string; channel: string; text: string }): Message;
  /** Resolves when the bot has acknowledged or failed to; what the person sees is in the conversation by then. */
  command(request: CommandRequest): Promise<Outcome>;
  click(request: ClickRequest): Promise<Outcome>;
}

export interface DriverDeps {
  store: Store;
  recorder: Recorder;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  base: string;
  contentRules: (text: ContentRules['text']) => ContentRules;
  /** Slash commands the app has registered. */
  commands: readonly string[];
  /** The way to the bot at this moment; `undefined` when it has none. */
  transport: () => Transport | undefined;
}

const plain = { blocks: [], attachments: [], metadata: undefined };

export function createDriver(deps: DriverDeps): Driver {
  const { store, recorder, triggers, responseUrls, base } = deps;

  async function dispatch(kind: RequestKind, payload: Json): Promise<{ ack: Ack; outcome: Outcome }> {
    const transport = deps.transport();
    const [at, started] = [Date.now(), performance.now()];
    const unreachable: Ack = { outcome: 'dispatch_failed', detail: 'no bot is connected' };
    const ack = transport === undefined ? unreachable : await transport.send(kind, payload);
    const ackMs = ack.outcome === 'acknowledged' ? performance.now() - started : undefined;
    const outcome: Outcome = { outcome: ack.outcome, ackMs, detail: ack.detail };
    recorder.dispatch({ kind, payload, via: transport?.via ?? 'http', at, ...outcome });
    store.signal.emit();
    return { ack, outcome };
  }

  function tell(user: string, channel: string, text: string): void {
    store.post({ ...plain, channel, user: slackbotId, ephemeralTo: user, text });
  }

  /** A command's acknowledgement may carry its answer. Returns false when that answer is not a valid message. */
  function postAckBody(body: unknown, user: string, channel: string, typed: string): boolean {
    const payload = typeof body === 'string' ? { text: body } : body;
    if (!isObject(payload) || Object.keys(payload).length === 0 || payload.text === '') return isObject(payload);
    const read = readContent(payload, deps.contentRules('truncate-at-40000'));
    if (!read.ok) return false;
    const shared = payload.response_type === 'in_channel';
    if (shared) store.post({ ...plain, channel, user, text: asSlackKeepsIt(typed) });
    store.post({ ...read.content, channel, user: botUserId, ephemeralTo: shared ? undefined : user });
    return true;
  }

  return {
    say({ user, channel, text }) {
      whoAndWhere(user, channel);
      return store.post({ ...plain, channel, user, text: asSlackKeepsIt(text) });
    },
    async command({ user, channel, text, command = '/kpi' }) {
      const { person, place } = whoAndWhere(user, channel);
      if (!deps.commands.includes(command)) {
        tell(user, channel, `\`${asSlackKeepsIt(command)}\` is not a valid command.`);
        return { outcome: 'dispatch_failed', ackMs: undefined, detail: 'not a valid command' };
      }
      const typed = `${command} ${text}`.trim();
      const echo = store.echo({ channel, user, text: typed });
      const links: Links = {
        triggerId: triggers.issue(user),
        responseUrl: responseUrls.issue({ kind: 'command', channel, user, original: undefined, threadTs: undefined }),
      };
      const { ack, outcome } = await dispatch('command', commandPayload(command, text.trim(), person, place, links));
      if (ack.outcome !== 'acknowledged') {
        tell(user, channel, `\`${command}\` failed with the error "${ack.outcome}"`);
      } else if (!postAckBody(ack.body, user, channel, typed)) {
        tell(user, channel, `\`${command}\` failed with the error "invalid_command_response"`);
        store.settleEcho(echo, 'failed');
        return outcome;
      }
      store.settleEcho(echo, ack.outcome === 'acknowledged' ? 'acknowledged' : 'failed');
      return outcome;
    },
    async click({ user, channel, ts, actionId, blockId, value }) {
      const { person, place } = whoAndWhere(user, channel);
      const message = store.visible(channel, user).find((each) => each.ts === ts);
      if (message === undefined) throw impossible(`${user} sees no message ${ts} in ${channel}`);
      const matching = elementsOf(message).filter(
        ({ block, element }) => element.action_id === actionId && (blockId === undefined || block.block_id === blockId),
      );
      const found = matching.find(({ element }) => element.value === value) ?? matching[0];
      if (found === undefined) throw impossible(`message ${ts} has no element ${actionId}`);
      const report = reported(found.element, value);
      if (report === undefined) throw impossible(`element ${actionId} does not offer ${value}`);
      const links: Links = {
        triggerId: triggers.issue(user),
        responseUrl: responseUrls.issue({
          ...{ kind: 'block_actions', channel, user, original: message, threadTs: message.threadTs },
        }),
      };
      const action: Json = {
        ...{ action_id: actionId, block_id: found.block.block_id, type: found.element.type },
        ...report,
        action_ts: store.nextTs(),
      };
      const values = stateValues(message, found, report);
      const pressed = { message, action, values };
      return (await dispatch('block_actions', blockActionsPayload(pressed, person, place, links, { store, base })))
        .outcome;
    },
  };
}

/** What people type reaches apps and messages with these three as entities. */
function asSlackKeepsIt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function impossible(what: string): CremaError {
  return new CremaError('SANDBOX_IMPOSSIBLE', what);
}

function whoAndWhere(user: string, channel: string): { person: Person; place: Channel } {
  const [person, place] = [personOf(user), channelOf(channel)];
  if (person === undefined || person.isBot) throw impossible(`there is no person ${user}`);
  if (place === undefined || !isMember(place, user)) throw impossible(`${user} is not in channel ${channel}`);
  if (place.archived) throw impossible(`channel ${channel} is archived`);
  return { person, place };
}
