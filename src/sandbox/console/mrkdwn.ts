import type { Directory } from '../directory.ts';
import { moment } from './dates.ts';
import { assembled, escapeHtml, type Html, html, safeHref } from './html.ts';
import { channelName, userName } from './names.ts';

/** Slack sends and keeps `&`, `<` and `>` of plain text as entities. */
function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** What stands between angle brackets: a person, a channel, a date, a link. */
function reference(content: string, directory: Directory): Html {
  const bar = content.indexOf('|');
  const [target, label] = bar < 0 ? [content, undefined] : [content.slice(0, bar), decode(content.slice(bar + 1))];
  const kind = target[0];
  if (kind === '@') return html`<span class="mention">@${label ?? userName(target.slice(1), directory)}</span>`;
  if (kind === '#') return html`<span class="mention">#${label ?? channelName(target.slice(1), directory)}</span>`;
  if (target.startsWith('!date^')) {
    const [, seconds = '', format = '', link] = target.split('^');
    return moment(Number(seconds), decode(format), label ?? seconds, link);
  }
  if (kind === '!') return html`<span class="mention">@${label ?? target.slice(1)}</span>`;
  const address = decode(target);
  return html`<a href="${safeHref(address)}" rel="noreferrer" target="_blank">${label ?? address.replace(/^mailto:/, '')}</a>`;
}

const marks: readonly [RegExp, string][] = [
  [/(^|[^\w*])\*(?![\s*])([^*\n]*[^\s*])\*(?![\w*])/g, 'strong'],
  [/(^|[^\w_])_(?![\s_])([^_\n]*[^\s_])_(?![\w_])/g, 'em'],
  [/(^|[^\w~])~(?![\s~])([^~\n]*[^\s~])~(?![\w~])/g, 's'],
];

function emphasised(escaped: string): string {
  return marks.reduce((text, [pattern, tag]) => text.replace(pattern, `$1<${tag}>$2</${tag}>`), escaped);
}

function quoted(lines: readonly string[]): string {
  let inQuote = false;
  const out: string[] = [];
  for (const line of lines) {
    const quote = line.startsWith('&gt;');
    if (quote !== inQuote) out.push(quote ? '<blockquote>' : '</blockquote>');
    else if (out.length > 0) out.push('<br>');
    out.push(quote ? line.replace(/^&gt; ?/, '') : line);
    inQuote = quote;
  }
  return out.join('') + (inQuote ? '</blockquote>' : '');
}

const pieces =
  /```\n?([\s\S]+?)\n?```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w/])(https?:\/\/[^\s<>|*_~`]+[^\s<>|*_~`.,;:!?)])/g;

/**
 * Slack's markup as HTML: emphasis, code, quotes, references. Emoji names stay text. Code and references are set aside
 * under private-use characters first, so that emphasis can span them and nothing inside them is taken for markup.
 */
export function mrkdwn(text: string, directory: Directory): Html {
  const aside: string[] = [];
  const keep = (piece: Html): string => `\uE000${aside.push(piece.markup) - 1}\uE001`;
  const withoutMarkers = text.replace(/[\uE000\uE001]/g, '');
  const plain = withoutMarkers.replace(
    pieces,
    (_all, block?: string, code?: string, content?: string, address?: string) => {
      if (block !== undefined) return keep(html`<pre>${decode(block)}</pre>`);
      if (code !== undefined) return keep(html`<code>${decode(code)}</code>`);
      return keep(reference(content ?? String(address), directory));
    },
  );
  const escaped = escapeHtml(decode(plain));
  const lines = emphasised(escaped).split('\n');
  return assembled(quoted(lines).replace(/\uE000(\d+)\uE001/g, (_all, index) => aside[Number(index)] ?? ''));
}

/** Standard markdown, as far as Slack's own markup can say it. */
export function markdown(text: string, directory: Directory): Html {
  return mrkdwn(
    text
      .replace(/^#{1,6} +(.+)$/gm, '*$1*')
      .replace(/\*\*(.+?)\*\*/g, '*$1*')
      .replace(/^[-*] +/gm, '• ')
      .replace(/\[([^\]\n]+)\]\(([^)\s]+)\)/g, '<$2|$1>'),
    directory,
  );
}

/** A text object of either kind. */
export function textObject(value: unknown, directory: Directory): Html {
  const { type, text } = (value ?? {}) as { type?: string; text?: string };
  if (type === 'mrkdwn') return mrkdwn(text ?? '', directory);
  return assembled(escapeHtml(text ?? '').replaceAll('\n', '<br>'));
}
