import type { KnownBlock } from '@slack/types';
import { type Message, message, paragraph, richLine } from '../blocks.ts';
import type { Refusal } from '../find-people.ts';
import { type Administrator, whomToAsk } from './administrators.ts';

/** Somebody who may not ask: why, and whom to ask. No numbers. */
export function refusalMessage(refusal: Refusal, administrators: readonly Administrator[], userId: string): Message {
  const why = reasonOf(refusal);
  return message(`I cannot show you numbers: ${why}.`, [
    paragraph(`I cannot show you numbers: ${why}.`),
    whomToAsk(administrators),
    ...helpBlocks(refusal, userId),
  ]);
}

function helpBlocks(refusal: Refusal, userId: string): KnownBlock[] {
  if (refusal.why === 'unchecked') return [paragraph('Or try again in a minute.')];
  return [richLine('They may need your member ID: ', { code: userId })];
}

function reasonOf(refusal: Refusal): string {
  switch (refusal.why) {
    case 'unchecked':
      return 'I could not check with Slack who you are';
    case 'no address':
      return 'Slack gives me no confirmed e-mail address of yours to look for in the CRM';
    case 'outsider':
      return outsiders[refusal.standing];
    case 'no operator':
      return `no operator in the CRM has your e-mail address ${refusal.email}`;
    case 'inactive':
      return `the operator in the CRM with your e-mail address ${refusal.email} is no longer active`;
    case 'no role':
      return `the role of your operator in the CRM (${refusal.email}) has no access`;
    case 'ambiguous':
      return `several operators in the CRM have your e-mail address ${refusal.email}, so I cannot tell which one you are`;
  }
}

const outsiders = {
  guest: 'guests of this workspace have no access',
  foreign: 'people of other workspaces have no access',
  deactivated: 'your account in this workspace is deactivated',
  bot: 'bots have no access',
} as const;
