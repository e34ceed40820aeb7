import type { Directory } from '../directory.ts';
import type { Json } from '../json.ts';
import { moment } from './dates.ts';
import { type Html, html, safeHref } from './html.ts';
import { channelName, userName } from './names.ts';

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function bare(element: Json, directory: Directory): Html {
  const text = (name: string): string => String(element[name] ?? '');
  switch (element.type) {
    case 'link':
      return html`<a href="${safeHref(text('url'))}" rel="noreferrer" target="_blank">${element.text === undefined ? text('url') : text('text')}</a>`;
    case 'user':
      return html`<span class="mention">@${userName(text('user_id'), directory)}</span>`;
    case 'channel':
      return html`<span class="mention">#${channelName(text('channel_id'), directory)}</span>`;
    case 'broadcast':
      return html`<span class="mention">@${text('range')}</span>`;
    case 'emoji':
      return html`:${text('name')}:`;
    case 'color':
      return html`<code>${text('value')}</code>`;
    case 'date':
      return moment(Number(element.timestamp), text('format'), text('fallback') || text('timestamp'), text('url'));
    default:
      return html`${text('text')}`;
  }
}

const styles: readonly [string, (inner: Html) => Html][] = [
  ['code', (inner) => html`<code>${inner}</code>`],
  ['bold', (inner) => html`<strong>${inner}</strong>`],
  ['italic', (inner) => html`<em>${inner}</em>`],
  ['strike', (inner) => html`<s>${inner}</s>`],
  ['underline', (inner) => html`<u>${inner}</u>`],
];

function inline(element: Json, directory: Directory): Html {
  const wanted = (element.style ?? {}) as Json;
  return styles.reduce(
    (inner, [name, wrap]) => (wanted[name] === true ? wrap(inner) : inner),
    bare(element, directory),
  );
}

function part(value: Json, directory: Directory): Html {
  const elements = listOf(value.elements);
  const written = (list: readonly Json[]): Html[] => list.map((each) => inline(each, directory));
  switch (value.type) {
    case 'rich_text_list': {
      const items = elements.map((item) => html`<li>${written(listOf(item.elements))}</li>`);
      return value.style === 'ordered' ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'rich_text_quote':
      return html`<blockquote class="lines">${written(elements)}</blockquote>`;
    case 'rich_text_preformatted':
      return html`<pre>${written(elements)}</pre>`;
    default:
      return html`<div class="lines">${written(elements)}</div>`;
  }
}

export function richText(block: Json, directory: Directory): Html {
  return html`<div class="rich">${listOf(block.elements).map((each) => part(each, directory))}</div>`;
}
