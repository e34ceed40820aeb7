/** Markup that is safe to send as it is. Only `html` makes it, so everything else is escaped on the way in. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | null | false | readonly Part[];

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function render(part: Part): string {
  if (part === undefined || part === null || part === false) return '';
  if (Array.isArray(part)) return part.map(render).join('');
  if (typeof part === 'object') return (part as Html).markup;
  return escapeHtml(String(part));
}

/** A template whose values are escaped unless they are Html themselves; lists are joined, absent values are nothing. */
export function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  return { markup: strings.reduce((done, text, index) => done + text + render(values[index]), '') };
}

/** For markup put together by code that escaped every piece itself. */
export function assembled(markup: string): Html {
  return { markup };
}

/** An address that is fine to follow; anything else (`javascript:` and the like) leads nowhere. */
export function safeHref(url: string): string {
  return /^(https?:|mailto:)/i.test(url) ? url : '#';
}
