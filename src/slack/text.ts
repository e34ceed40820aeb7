/**
 * Text from outside (names and values of the CRM, words a person typed) may look like markup. It is shown in plain_text
 * and rich_text only, which Slack does not parse; where mrkdwn is unavoidable it goes through `escapeText`.
 */

/** Control characters, and those that turn the direction of the text after them. */
const unwanted = /[\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

/** Ordinary characters only: no line breaks, no direction overrides. */
export function printable(text: string): string {
  return text.replaceAll(unwanted, ' ');
}

/** The same without runs of space. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/ {2,}/g, ' ').trim();
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const wordJoiner = '\u2060';

/**
 * Makes text harmless in mrkdwn and in a message's top-level text: no mentions, no links (an address gets an invisible
 * word joiner behind its `.` or `:`), no formatting (the same behind `*`, `_`, `~` and the back-tick).
 */
export function escapeText(text: string): string {
  return text
    .replaceAll(/[&<>]/g, (character) => entities[character] ?? character)
    .replaceAll(/([.:])(?=[\p{L}/])/gu, `$1${wordJoiner}`)
    .replaceAll(/([*_~`])/g, `${wordJoiner}$1${wordJoiner}`);
}

/** A Slack user id, or undefined for anything that is not one: only such an id may become a mention. */
export function userIdOf(text: string | null | undefined): string | undefined {
  return text && /^[UW][A-Z0-9]{2,}$/.test(text) ? text : undefined;
}

const typedEntities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/**
 * What a person typed in a message, as they typed it: without mentions of `botUserId`, with the label of what Slack made
 * a link or a channel of, and without entities.
 */
export function typedText(said: string, botUserId: string | undefined): string {
  return said
    .replaceAll(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target: string, label: string | undefined) => {
      if (target === `@${botUserId}`) return ' ';
      if (label !== undefined) return target.startsWith('#') ? `#${label}` : label;
      return target.replace(/^mailto:/, '');
    })
    .replaceAll(/&(?:lt|gt|amp);/g, (entity) => typedEntities[entity] ?? entity)
    .trim();
}
