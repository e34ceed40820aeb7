import type { PagerDutyIncident } from '../paging/pagerduty.ts';
import type { PagingSink, ReceivedHook } from '../paging/sink.ts';
import { instantOf } from './dates.ts';
import { type Html, html } from './html.ts';

/** So many of each are shown. */
const mostShown = 30;

export type Pages = Pick<PagingSink, 'pagerDuty' | 'hooks' | 'refusedHooks'>;

/** How much has come, for the sidebar. */
export function pagesCount({ pagerDuty, hooks }: Pages): number {
  return pagerDuty.incidents.reduce((sum, { entries }) => sum + entries.length, 0) + hooks.length;
}

/** What PagerDuty was told, by incident, and the hooks that came with the right signature; the latest first. */
export function drawPages({ pagerDuty, hooks, refusedHooks }: Pages): Html {
  if (pagerDuty.incidents.length === 0 && hooks.length === 0 && refusedHooks() === 0) {
    return html`<div class="empty" data-key="empty"><p>Nothing yet.</p>
      <p class="faint">Alerts whose targets are PagerDuty or a webhook arrive here. Nothing leaves this machine.</p></div>`;
  }
  return html`<section class="pages" data-key="pagerduty"><h2>PagerDuty <span class="faint">${pagerDuty.incidents.length}</span></h2>
    <ul>${pagerDuty.incidents.toReversed().slice(0, mostShown).map(drawIncident)}</ul></section>
    <section class="pages" data-key="hooks"><h2>Webhooks <span class="faint">${hooks.length}</span></h2>
    <ul>${hooks.toReversed().slice(0, mostShown).map(drawHook)}</ul>
    ${refusedHooks() > 0 && html`<p class="faint">${refusedHooks()} with a wrong signature were refused</p>`}</section>`;
}

const states = { triggered: 'Triggered', acknowledged: 'Acknowledged', resolved: 'Resolved' } as const;

function drawIncident({ number, key, status, entries }: PagerDutyIncident): Html {
  const summary = entries.findLast((one) => one.summary !== '')?.summary;
  return html`<li data-key="incident-${number}" class="${status}"><p><b>${states[status]}</b> ${summary}</p>
    <p class="faint"><code>${key}</code></p>
    <ol>${entries.map(({ at, action, severity }) => html`<li>${instantOf(at, '{date_short_pretty} {time}')} ${action}${severity !== '' && html` · ${severity}`}</li>`)}</ol></li>`;
}

function drawHook({ at, delivery, type, body, times }: ReceivedHook): Html {
  const { title = '' } = (body.incident ?? {}) as { title?: string };
  return html`<li data-key="${delivery}"><p><b>${type}</b> ${title}</p>
    <p class="faint">${instantOf(at, '{date_short_pretty} {time}')} · <code>${delivery}</code>${times > 1 && html` · came ${times} times`}</p>
    <details><summary>Body</summary><pre>${JSON.stringify(body, null, 2)}</pre></details></li>`;
}
