import { isObject, type Json, parseJson } from '../json.ts';
import type { Block } from '../message.ts';
import { anyBlock } from './blocks.ts';
import { blockSum, blockSumLimit, overBudget } from './budgets.ts';
import { list, problem, type Scope } from './schema.ts';

export type Verdict =
  | { ok: true; blocks: Block[] }
  | {
      ok: false;
      error: 'invalid_blocks' | 'invalid_blocks_format' | 'msg_blocks_too_long';
      messages: string[];
    };

const maxBlocks = { message: 50, modal: 100, home: 100 } as const;

/**
 * Judges blocks as Slack does: one unknown field, one limit crossed, and the whole message is refused, with a JSON pointer
 * to each fault. Accepts the array or its JSON text. On success every block has a `block_id` and every element an
 * `action_id`, made by `newId` where the sender gave none.
 */
export function validateBlocks(given: unknown, scope: Scope, newId: () => string, at = '/blocks'): Verdict {
  const blocks = typeof given === 'string' ? parseJson(given) : given;
  if (!Array.isArray(blocks)) return { ok: false, error: 'invalid_blocks_format', messages: [] };
  const messages = list(anyBlock, { max: maxBlocks[scope.surface] })(blocks, at, scope);
  if (messages.length === 0) messages.push(...repeatedIds(blocks, at), ...overBudget(blocks));
  if (messages.length > 0) return { ok: false, error: 'invalid_blocks', messages };
  if (scope.surface === 'message' && blockSum(blocks) > blockSumLimit) {
    return { ok: false, error: 'msg_blocks_too_long', messages: [] };
  }
  return { ok: true, blocks: blocks.map((block: Json) => withIds(block, newId)) };
}

/** Block ids are unique in a message, action ids in their block. */
function repeatedIds(blocks: readonly Json[], at: string): string[] {
  const seen = new Set<unknown>();
  return blocks.flatMap((block, index) => {
    const repeated = block.block_id !== undefined && seen.has(block.block_id);
    seen.add(block.block_id);
    const own = repeated ? [problem(`\`block_id\` "${block.block_id}" already exists`, `${at}/${index}/block_id`)] : [];
    return [...own, ...repeatedActions(block, `${at}/${index}`)];
  });
}

function repeatedActions(block: Json, at: string): string[] {
  const elements = Array.isArray(block.elements) ? block.elements.filter(isObject) : [];
  const seen = new Set<unknown>();
  return elements.flatMap(({ action_id }, index) => {
    const repeated = action_id !== undefined && seen.has(action_id);
    seen.add(action_id);
    return repeated
      ? [problem(`\`action_id\` "${action_id}" already exists`, `${at}/elements/${index}/action_id`)]
      : [];
  });
}

const passive = new Set(['image', 'mrkdwn', 'plain_text']);

function withActionId(element: unknown, newId: () => string): unknown {
  if (!isObject(element) || passive.has(String(element.type))) return element;
  return { ...element, action_id: element.action_id ?? newId() };
}

function withIds(block: Json, newId: () => string): Block {
  const filled: Json = { ...block, block_id: block.block_id ?? newId() };
  if (['actions', 'context_actions'].includes(String(block.type))) {
    filled.elements = (block.elements as unknown[]).map((each) => withActionId(each, newId));
  }
  if (block.accessory !== undefined) filled.accessory = withActionId(block.accessory, newId);
  if (block.element !== undefined) filled.element = withActionId(block.element, newId);
  if (Array.isArray(block.child_blocks)) {
    filled.child_blocks = block.child_blocks.map((each: Json) => withIds(each, newId));
  }
  return filled as Block;
}
