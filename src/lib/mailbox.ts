import { domainToASCII } from 'node:url';

/** One mail address with the name that stands before it; the name is empty where there is none. */
export interface Mailbox {
  name: string;
  address: string;
}

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const localPart = new RegExp(`^${atom}(?:\\.${atom})*$`);
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const domainName = new RegExp(`^(?:${label}\\.)+(?:[A-Za-z]{2,63}|xn--[A-Za-z0-9-]{1,59})$`);

/**
 * An address as it may stand in a command or a header: a plain local part of RFC 5321 (no quotes, no comments, ASCII), one
 * `@`, a domain of at least two labels, in lower case and in ASCII (`müller.example` becomes `xn--mller-kva.example`).
 * Undefined for anything else, above all for what holds two addresses, white space or control characters.
 */
export function readAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  if (!localPart.test(local) || local.length > 64) return undefined;
  const domain = readDomain(text.slice(at + 1));
  return domain === undefined || local.length + 1 + domain.length > 254 ? undefined : `${local}@${domain}`;
}

/** A domain in lower case and ASCII; undefined where it is none that mail could go to. */
export function readDomain(text: string): string | undefined {
  // Whatever is not a letter, digit, dot or dash in ASCII would be read as part of a URL.
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(text)) return undefined;
  const domain = domainToASCII(text).toLowerCase();
  return domain.length <= 253 && domainName.test(domain) ? domain : undefined;
}

/** `Crema <crema@example.com>`, `"Crema, the bot" <crema@example.com>` or an address alone; undefined for anything else. */
export function readMailbox(text: string): Mailbox | undefined {
  const parts = /^(?:"(?<quoted>[^"]*)"|(?<plain>[^"<>]*?))\s*<(?<address>[^<>]*)>$/.exec(text.trim())?.groups;
  const address = readAddress(parts?.address ?? text.trim());
  if (address === undefined) return undefined;
  return { name: cleanLine(parts?.quoted ?? parts?.plain ?? ''), address };
}

/**
 * Text for one line of a header: control characters, line and paragraph separators and what turns the direction of writing
 * become spaces, runs of white space one, halves of characters the replacement character. `=?`, with which an encoded word
 * begins, is taken apart: many programs decode one wherever it stands, so a name could show itself as another address.
 */
export function cleanLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replaceAll('=?', '= ?')
    .trim();
}
