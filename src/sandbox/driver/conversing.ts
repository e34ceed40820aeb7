import { elementsOf, initialValues, reported, withReport } from '../actions.ts';
import { allBlocks, readContent } from '../content.ts';
import type { Outcome } from '../dispatch.ts';
import { isObject, type Json } from '../json.ts';
import type { Message } from '../message.ts';
import { blockActionsPayload, commandPayload, type Links } from '../payloads.ts';
import { botUserId, slackbotId } from '../workspace.ts';
import { asSlackKeepsIt, escaped, impossible, whoAndWhere } from './acting.ts';
import type { DriverDeps } from './driver.ts';

export interface SayRequest {
  user: string;
  channel: string;
  text: string;
  /** Answers in the thread of this message; `broadcast` shows the answer in the channel as well. */
  threadTs?: string;
  broadcast?: boolean;
}

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

/** Talking, running commands, pressing buttons of messages. */
export interface Conversing {
  /** Posts; in a direct message, or where the bot is mentioned (`@Crema`), the bot gets the event soon after. */
  say(message: SayRequest): Message;
  /** Resolves when the bot has acknowledged or failed to; what the person sees is in the conversation by then. */
  command(request: CommandRequest): Promise<Outcome>;
  click(request: ClickRequest): Promise<Outcome>;
}

const plain = { blocks: [], attachments: [], metadata: undefined };

export function createConversing(deps: DriverDeps): Conversing {
  const { store, dispatcher, triggers, responseUrls, base } = deps;
  const { directory } = store;

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
    if (shared) store.post({ ...plain, channel, user, text: escaped(typed) });
    store.post({ ...read.content, channel, user: botUserId, ephemeralTo: shared ? undefined : user });
    return true;
  }

  function threadOf(channel: string, threadTs: string | undefined): string | undefined {
    if (threadTs === undefined) return undefined;
    const parent = store.find(channel, threadTs);
    if (parent === undefined || parent.ephemeralTo !== undefined) throw impossible(`${threadTs} cannot be answered`);
    return parent.threadTs ?? parent.ts;
  }

  return {
    say({ user, channel, text, threadTs, broadcast = false }) {
      whoAndWhere(directory, user, channel);
      const thread = threadOf(channel, threadTs);
      return store.post({
        ...plain,
        ...{ channel, user, text: asSlackKeepsIt(text, directory), threadTs: thread },
        broadcast: broadcast && thread !== undefined,
      });
    },
    async command({ user, channel, text, command = '/kpi' }) {
      const { person, place } = whoAndWhere(directory, user, channel);
      if (!deps.commands.includes(command)) {
        tell(user, channel, `\`${escaped(command)}\` is not a valid command.`);
        return { outcome: 'dispatch_failed', ackMs: undefined, detail: 'not a valid command' };
      }
      const typed = `${command} ${text}`.trim();
      const echo = store.echo({ channel, user, text: typed });
      const links: Links = {
        triggerId: triggers.issue(user),
        responseUrl: responseUrls.issue({ kind: 'command', channel, user, original: undefined, threadTs: undefined }),
      };
      const payload = commandPayload(command, text.trim(), person, place, links);
      const { ack, outcome } = await dispatcher.send('command', payload);
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
      const { person, place } = whoAndWhere(directory, user, channel);
      const message = store.visible(channel, user).find((each) => each.ts === ts);
      if (message === undefined) throw impossible(`${user} sees no message ${ts} in ${channel}`);
      const blocks = allBlocks(message);
      const matching = elementsOf(blocks).filter(
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
      const pressed = { message, action, values: withReport(initialValues(blocks), found, report) };
      const payload = blockActionsPayload(pressed, person, place, links, { store, base });
      return (await dispatcher.send('block_actions', payload)).outcome;
    },
  };
}
