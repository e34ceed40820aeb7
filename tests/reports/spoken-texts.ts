import { inflateSync } from 'node:zlib';

/** What the file says its shapes stand for, where a shape is no single letter (`ActualText`), in the file's order. */
export function spokenTexts(pdf: Buffer): string[] {
  const texts: string[] = [];
  for (let at = pdf.indexOf('stream\n'); at !== -1; at = pdf.indexOf('stream\n', at + 1)) {
    const end = pdf.indexOf('endstream', at);
    if (end === -1) break;
    const content = inflated(pdf.subarray(at + 'stream\n'.length, end));
    // UTF-16, the byte order mark first.
    for (const [, hex] of content.matchAll(/ActualText\s*<([\da-f]+)>/gi))
      texts.push(Buffer.from(hex!, 'hex').swap16().toString('utf16le').slice(1));
  }
  return texts;
}

/** Empty for what is no compressed content, such as a picture. */
function inflated(bytes: Buffer): string {
  try {
    return inflateSync(bytes).toString('latin1');
  } catch {
    return '';
  }
}
