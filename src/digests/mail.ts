import { escapeHtml } from '../lib/html.ts';
import type { Digest, DigestLine } from './digest.ts';
import {
  asOfWords,
  changeWords,
  chartFile,
  daysPhrase,
  greeting,
  heading,
  latePhrases,
  missingPicture,
  noNumbers,
  nothingStandsOut,
  summary,
  targetMark,
} from './words.ts';

/** A digest as a mail without its envelope; the HTML names its picture as `cid:` and `chartFile`. */
export interface DigestMail {
  subject: string;
  html: string;
  text: string;
}

const longestSubject = 120;

/** Colours of the charts; styles stand at the elements, as mail programs drop style sheets. */
const ink = '#1b1f24';
const muted = '#57606a';
const rule = '#d8dee4';
const font = "font-family:'Segoe UI',Helvetica,Arial,sans-serif";

/** `readers`: who gets it and when, for the last line; `picture`: where it could not be drawn, the mail says so. */
export function digestMail(digest: Digest, view: { readers?: string; picture?: 'missing' } = {}): DigestMail {
  const { readers, picture } = view;
  const chart = picture === 'missing' ? null : digest.chart;
  const subject = summary(digest);
  return {
    subject: subject.length <= longestSubject ? subject : `${subject.slice(0, longestSubject - 1).trimEnd()}…`,
    html: htmlOf({ ...digest, chart }, footOf(digest, readers), picture === 'missing'),
    text: digestText(digest, readers),
  };
}

/** The same for a terminal and for mail programs without HTML. */
export function digestText(digest: Digest, readers?: string): string {
  const { lines, findings } = digest;
  const widths = {
    title: Math.max(0, ...lines.map(({ title }) => title.length)),
    shown: Math.max(0, ...lines.map(({ shown }) => shown.length)),
  };
  return [
    heading(digest),
    ...latePhrases(digest),
    '',
    ...(lines.length === 0 ? [noNumbers] : []),
    ...lines.map((line) => {
      const facts = [changeWords(line), targetMark(line), line.dates, line.receipt ? `receipt ${line.receipt}` : ''];
      const number = `${line.title.padEnd(widths.title)}  ${line.shown.padStart(widths.shown)}`;
      return `${number}  ${facts.filter((fact) => fact !== '').join(' · ')}`.trimEnd();
    }),
    '',
    ...(findings.length > 0 ? ['Worth a look', ...findings.map(({ text }) => `- ${text}`)] : []),
    ...(findings.length === 0 && lines.length > 0 ? [nothingStandsOut] : []),
    '',
    footOf(digest, readers),
    '',
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

function footOf(digest: Digest, readers: string | undefined): string {
  return [daysPhrase(digest), digest.timezone, asOfWords(digest), digest.scope, readers ?? '']
    .filter((text) => text !== '')
    .join(' · ');
}

function htmlOf(digest: Digest, foot: string, isMissing: boolean): string {
  const { lines, findings, chart, locale } = digest;
  return `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(greeting(digest))}</title></head>
<body style="margin:0;padding:16px;background:#ffffff;color:${ink};${font};font-size:16px;line-height:1.4">
<div style="max-width:600px;margin:0 auto">
<h1 style="font-size:22px;margin:0 0 12px">${escapeHtml(heading(digest))}</h1>
${latePhrases(digest)
  .map(
    (phrase) =>
      `<p style="margin:0 0 12px;padding:8px 12px;background:#fff8e6;border-left:4px solid #e69f00">${escapeHtml(phrase)}</p>`,
  )
  .join('\n')}
${lines.length > 0 ? strip(lines) : `<p>${noNumbers}</p>`}
${findingsHtml(
  findings.map(({ text }) => text),
  lines.length > 0,
)}
${chart ? `<img src="cid:${chartFile}" width="600" alt="${escapeHtml(chart.altText)}" style="width:100%;max-width:600px;height:auto;border:0">` : ''}${isMissing ? `<p style="color:${muted}">${missingPicture}</p>` : ''}
<p style="margin:16px 0 0;color:${muted};font-size:13px">${escapeHtml(foot)}</p>
</div>
</body>
</html>
`;
}

/** One row each: a table is what every mail program lays out. */
function strip(lines: readonly DigestLine[]): string {
  const cell = `padding:8px 0;border-bottom:1px solid ${rule};vertical-align:top`;
  const rows = lines.map((line) => {
    const about = [targetMark(line), line.dates].filter((text) => text !== '').join(' · ');
    const change = [changeWords(line), line.receipt ? `receipt ${line.receipt}` : ''].filter((text) => text !== '');
    return `<tr><td style="${cell}">${escapeHtml(line.title)}${small(about)}</td><td style="${cell};text-align:right"><b style="font-size:18px">${escapeHtml(line.shown)}</b>${small(change.join(' · '))}</td></tr>`;
  });
  return `<table role="presentation" style="width:100%;border-collapse:collapse;margin:0 0 16px">\n${rows.join('\n')}\n</table>`;
}

function small(text: string): string {
  return text === '' ? '' : `<br><span style="color:${muted};font-size:13px">${escapeHtml(text)}</span>`;
}

function findingsHtml(texts: readonly string[], hasNumbers: boolean): string {
  if (texts.length === 0) return hasNumbers ? `<p style="margin:0 0 16px">${nothingStandsOut}</p>` : '';
  const items = texts.map((text) => `<li style="margin:0 0 6px">${escapeHtml(text)}</li>`).join('\n');
  return `<h2 style="font-size:16px;margin:0 0 8px">Worth a look</h2>\n<ul style="margin:0 0 16px;padding-left:20px">\n${items}\n</ul>`;
}
