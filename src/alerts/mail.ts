import type { Tenant } from '../domain/tenant.ts';
import { escapeHtml } from '../lib/html.ts';
import type { HistoryEntry, Incident } from './incident.ts';
import { unknownText } from './pages.ts';
import type { Rule, Severity } from './rule.ts';
import { momentText, titleOf } from './wording.ts';

/** A mail about an incident without its envelope. It has no links: whoever has it needs nothing else to know what is so. */
export interface IncidentMail {
  subject: string;
  html: string;
  text: string;
}

const longestSubject = 120;

/** Styles stand at the elements, as mail programs drop style sheets. */
const ink = '#1b1f24';
const muted = '#57606a';
const font = "font-family:'Segoe UI',Helvetica,Arial,sans-serif";

/** By severity; the state word says it too. */
const bars: Readonly<Record<Severity, string>> = { 1: '#e69f00', 2: '#d55e00', 3: '#b3261e' };
const recovered = '#009e73';

/** The incident as it is now, and for a later mail of it what has happened. */
export function incidentMail(
  { incident, rule, tenant }: { incident: Incident; rule: Rule; tenant: Pick<Tenant, 'name' | 'timezone' | 'locale'> },
  entry?: Pick<HistoryEntry, 'at' | 'text'>,
): IncidentMail {
  const title = titleOf(incident);
  const { content } = incident;
  const zone = tenant.timezone;
  const news = entry ? `${momentText(entry.at, { timezone: zone })}: ${entry.text}` : undefined;
  const lines = content.more > 0 ? [...content.lines, `and ${content.more} more`] : content.lines;
  const facts = factsOf(incident, zone);
  const foot = [rule.policy.title, content.threshold, `incident ${incident.incidentId}`, tenant.name]
    .filter((text) => text !== '')
    .join(' · ');
  const bar = incident.state === 'resolved' ? recovered : bars[incident.severity];
  const rows = facts.map(
    ([name, value]) =>
      `<tr><td style="padding:2px 12px 2px 0;color:${muted};vertical-align:top">${name}</td><td style="padding:2px 0">${escapeHtml(value)}</td></tr>`,
  );
  return {
    subject: title.length <= longestSubject ? title : `${title.slice(0, longestSubject - 1).trimEnd()}…`,
    text: [
      title,
      ...(news ? ['', news] : []),
      ...(lines.length > 0 ? ['', ...lines.map((line) => `- ${line}`)] : []),
      '',
      ...facts.map(([name, value]) => `${name}: ${value}`),
      '',
      foot,
      '',
    ].join('\n'),
    html: `<!doctype html>
<html lang="${escapeHtml(tenant.locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title></head>
<body style="margin:0;padding:16px;background:#ffffff;color:${ink};${font};font-size:16px;line-height:1.4">
<div style="max-width:600px;margin:0 auto;border-left:4px solid ${bar};padding-left:12px">
<h1 style="font-size:20px;margin:0 0 8px">${escapeHtml(title)}</h1>
${news ? `<p style="margin:0 0 12px"><b>${escapeHtml(news)}</b></p>\n` : ''}${lines.length > 0 ? `<ul style="margin:0 0 12px;padding-left:20px">${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>\n` : ''}<table role="presentation" style="border-collapse:collapse;margin:0 0 12px">${rows.join('')}</table>
<p style="margin:0;color:${muted};font-size:13px">${escapeHtml(foot)}</p>
</div>
</body>
</html>
`,
  };
}

/** What stands below the lines: since when, how bad it got, who has it. */
function factsOf({ since, resolvedAt, content, state }: Incident, zone: string): [name: string, value: string][] {
  const isOver = state === 'resolved' && resolvedAt !== null;
  return [
    ['Since', `${momentText(since, { timezone: zone })} (${zone})`],
    ...(isOver ? [['Until', `${momentText(resolvedAt, { timezone: zone })} (${zone})`] as [string, string]] : []),
    ...(content.worst ? [['Worst', content.worst.text] as [string, string]] : []),
    ...(content.assigned.length > 0 ? [['Assigned', content.assigned.join(', ')] as [string, string]] : []),
    ...(content.unknown ? [['Now', unknownText(content.unknown, zone)] as [string, string]] : []),
  ];
}
