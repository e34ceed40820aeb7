import { assembled, escapeHtml, type Html, html, safeHref } from './html.ts';

/**
 * A moment that the browser writes in its own zone: `format` uses Slack's tokens, such as `{date_short_pretty} at {time}`.
 * `fallback` is what shows until then, and without JavaScript.
 */
export function moment(epochSeconds: number, format: string, fallback: string, link?: string): Html {
  const at = Number.isFinite(epochSeconds) ? new Date(epochSeconds * 1000).toISOString() : '';
  const time = assembled(`<time datetime="${at}" data-format="${escapeHtml(format)}">${escapeHtml(fallback)}</time>`);
  return link === undefined || link === '' ? time : html`<a href="${safeHref(link)}" rel="noreferrer">${time}</a>`;
}

/** A moment of the sandbox's clock; UTC until the browser knows better. */
export function instantOf(at: Temporal.Instant, format: string): Html {
  return moment(at.epochMilliseconds / 1000, format, `${at.toString().slice(0, 16).replace('T', ' ')} UTC`);
}

/** The time of a message timestamp; UTC until the browser knows better. */
export function timeOf(ts: string): Html {
  const seconds = Number(ts);
  return moment(seconds, '{time}', `${new Date(seconds * 1000).toISOString().slice(11, 16)} UTC`);
}
