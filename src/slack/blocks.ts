import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  ImageBlock,
  KnownBlock,
  MrkdwnElement,
  Overflow,
  PlainTextElement,
  RichTextBlock,
  RichTextElement,
  SectionBlock,
  StaticSelect,
} from '@slack/types';
import { clip, limits } from './limits.ts';
import { escapeText, oneLine, printable } from './text.ts';

/** What is sent: `text` for notifications and screen readers, blocks for the eye. */
export interface Message {
  text: string;
  blocks: KnownBlock[];
}

/** `text` may come from anywhere: it is cut and made harmless here. */
export function message(text: string, blocks: KnownBlock[]): Message {
  return { text: escapeText(clip(oneLine(text), limits.notification)), blocks };
}

/** Emoji off: a name such as `:smile:` stays what it is. */
export function plainText(text: string, most: number): PlainTextElement {
  return { type: 'plain_text', text: clip(oneLine(text), most) || '–', emoji: false };
}

/** Only for our own words: `verbatim` keeps Slack from making links of anything it recognises. */
export function mrkdwn(text: string, most: number = limits.sectionText): MrkdwnElement {
  return { type: 'mrkdwn', text: clip(text, most), verbatim: true };
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plainText(text, limits.header) };
}

/** A paragraph of text from anywhere, shown as it is. */
export function paragraph(text: string): SectionBlock {
  return { type: 'section', text: plainText(text, limits.sectionText) };
}

/** A paragraph of our own words with Slack's formatting. */
export function formatted(text: string): SectionBlock {
  return { type: 'section', text: mrkdwn(text) };
}

export function context(...elements: (string | MrkdwnElement)[]): ContextBlock {
  return {
    type: 'context',
    elements: elements
      .slice(0, limits.contextElements)
      .map((element) => (typeof element === 'string' ? plainText(element, limits.sectionText) : element)),
  };
}

/** A piece of a rich line: plain, bold, as code, a person, or a channel. Text from anywhere is literal in all of them. */
export type Piece =
  | string
  | { bold: string }
  | { code: string }
  /** What is over. */
  | { struck: string }
  | { user: string }
  | { channel: string };

export function richLine(...pieces: Piece[]): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: pieces.map(richElement) }] };
}

export function richList(items: readonly Piece[][]): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: items.map((item) => ({ type: 'rich_text_section', elements: item.map(richElement) })),
      },
    ],
  };
}

function richElement(piece: Piece): RichTextElement {
  if (typeof piece === 'string') return { type: 'text', text: printable(piece) || ' ' };
  if ('user' in piece) return { type: 'user', user_id: piece.user };
  if ('channel' in piece) return { type: 'channel', channel_id: piece.channel };
  if ('struck' in piece) return { type: 'text', text: printable(piece.struck) || ' ', style: { strike: true } };
  return 'bold' in piece
    ? { type: 'text', text: printable(piece.bold) || ' ', style: { bold: true } }
    : { type: 'text', text: printable(piece.code) || ' ', style: { code: true } };
}

/** Lines in a fixed-width font; literal. */
export function preformatted(text: string): RichTextBlock {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: text || ' ' }] }],
  };
}

/** `fileId`: an image this bot has uploaded. */
export function image(fileId: string, altText: string): ImageBlock {
  return { type: 'image', slack_file: { id: fileId }, alt_text: clip(oneLine(altText), limits.altText) || 'Chart' };
}

/** A button that runs a command; undefined when the command is too long to be carried. */
export function button(text: string, actionId: string, words: string): Button | undefined {
  if (words.length > limits.buttonValue || words === '') return undefined;
  return { type: 'button', text: plainText(text, limits.buttonText), action_id: actionId, value: words };
}

export function overflow(actionId: string, options: readonly { text: string; value: string }[]): Overflow | undefined {
  const shown = options.filter(({ value }) => value.length <= limits.optionValue).slice(0, limits.overflowOptions);
  if (shown.length === 0) return undefined;
  return {
    type: 'overflow',
    action_id: actionId,
    options: shown.map(({ text, value }) => ({ text: plainText(text, limits.optionText), value })),
  };
}

/** A menu that shows what it is for until something is chosen. */
export function menu(
  text: string,
  actionId: string,
  options: readonly { text: string; value: string }[],
): StaticSelect {
  return {
    ...{ type: 'static_select', action_id: actionId, placeholder: plainText(text, limits.placeholder) },
    options: options.map(({ text: said, value }) => ({ text: plainText(said, limits.optionText), value })),
  };
}

/** An actions block of those elements there are; none when there are none. */
export function actions(
  elements: readonly (Button | Overflow | StaticSelect | undefined)[],
  blockId?: string,
): ActionsBlock[] {
  const present = elements.filter((element) => element !== undefined).slice(0, limits.actions);
  if (present.length === 0) return [];
  return [{ type: 'actions', ...(blockId === undefined ? {} : { block_id: blockId }), elements: present }];
}
