import { escapeHtml } from '../lib/html.ts';
import { fontFaces, fontFamily } from './font-faces.ts';

export type Paper = 'A4' | 'Letter';

/** What is to be printed. */
export interface PrintedDocument {
  /**
   * The content: what stands inside `<body>`, with `<style>` elements of its own. A whole document does as well; its
   * `<title>`, `lang` and page size give way to those named here.
   */
  html: string;
  /** BCP 47: `en`, `pt-BR`. For screen readers, for the direction of writing and for which Chinese characters are meant. */
  lang: string;
  title: string;
  paper: Paper;
  /** Stands at the foot of every page, left of the page number: period, zone, as of, report id. Line breaks are kept. */
  footer?: string | undefined;
}

/**
 * The document as the browser gets it: it holds its fonts and all it shows, and refers to nothing outside. In a browser
 * with network it looks the same, so it can be kept or sent as a file of its own.
 */
export function completeHtml(document: PrintedDocument): string {
  const { html, lang, title, footer = '' } = document;
  // A lone half of a character would not survive the way into the browser.
  const content = html.toWellFormed();
  const { direction = 'ltr' } = new Intl.Locale(lang).getTextInfo();
  return [
    `<!doctype html><html lang="${escapeHtml(lang)}" dir="${direction}"><head><meta charset="utf-8">`,
    `<title>${escapeHtml(title.toWellFormed())}</title>`,
    `<style>${fontFaces(content + footer, lang)}</style>`,
    `<style>${pageStyles(document)}</style></head><body>`,
    content,
    '</body></html>',
  ].join('\n');
}

/**
 * Paper, margins, and at the foot of every page the footer and `3 / 7`, as CSS. Margin boxes belong to the page and so use
 * its fonts; the browser's own footer template does not see them and would take the host's.
 */
export function pageStyles({ paper, footer = '' }: Pick<PrintedDocument, 'paper' | 'footer'>): string {
  const small = `font-family:${fontFamily};font-size:8pt;line-height:1.35;color:#57606a;vertical-align:top;padding-top:4mm`;
  return [
    `@page{size:${paper} portrait;margin:16mm 15mm 20mm;`,
    `@bottom-left{content:${cssString(footer)};${small};width:84%;text-align:left;white-space:pre-line}`,
    `@bottom-right{content:counter(page) " / " counter(pages);${small};width:16%;text-align:right}}`,
    `html{font-family:${fontFamily};font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}`,
    'body{margin:0}',
    // What the browser would set in fonts of the host otherwise.
    'code,kbd,pre,samp,tt,input,button,select,textarea{font-family:inherit}',
    // A break inside one of these is never wanted.
    'h1,h2,h3,h4{break-after:avoid}svg,img,tr,figure{break-inside:avoid}',
  ].join('\n');
}

/** A CSS string in which everything but letters, digits and plain signs is escaped: it can end neither itself nor `<style>`. */
function cssString(text: string): string {
  const escaped = text
    .toWellFormed()
    .replace(/\0/g, '\ufffd')
    .replace(/["\\<>&\p{Cc}]/gu, (character) => `\\${character.codePointAt(0)!.toString(16)} `);
  return `"${escaped}"`;
}
