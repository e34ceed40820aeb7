/** Uploaded files: a ticket with an upload URL, then bytes, then completion, then (after a while) ready for use. */
export interface SlackFile {
  id: string;
  name: string;
  title: string;
  /** Announced size in bytes; an upload of another size is refused. */
  length: number;
  altText: string;
  bytes: Buffer | undefined;
  mimetype: string;
  completed: boolean;
  /** Slack processes a fresh file for some seconds; until then blocks that name it are rejected. */
  ready: boolean;
  /** Channel id and timestamp of every message that shares it. */
  shares: { channel: string; ts: string }[];
  createdAt: Temporal.Instant;
}

interface Kind {
  mimetype: string;
  matches: (bytes: Buffer) => boolean;
}

const kinds: readonly Kind[] = [
  { mimetype: 'image/png', matches: (b) => b.length > 24 && b.readUInt32BE(0) === 0x89504e47 },
  { mimetype: 'image/jpeg', matches: (b) => b.length > 3 && b.readUIntBE(0, 3) === 0xffd8ff },
  { mimetype: 'image/gif', matches: (b) => b.length > 10 && b.toString('latin1', 0, 4) === 'GIF8' },
  { mimetype: 'application/pdf', matches: (b) => b.toString('latin1', 0, 5) === '%PDF-' },
];

const textTypes: Record<string, string> = { csv: 'text/csv', txt: 'text/plain', json: 'application/json' };

/** By content where the content tells, else by extension: Slack does not trust file names either. */
export function mimetypeOf(name: string, bytes: Buffer): string {
  const known = kinds.find((kind) => kind.matches(bytes));
  if (known !== undefined) return known.mimetype;
  return textTypes[extensionOf(name)] ?? 'application/octet-stream';
}

export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** Only these show in an image block. */
export function isImage(file: SlackFile): boolean {
  return ['image/png', 'image/jpeg', 'image/gif'].includes(file.mimetype);
}

/** Pixels of a PNG or GIF, from the header; `undefined` for anything else. */
export function imageSize(file: SlackFile): { width: number; height: number } | undefined {
  const { bytes, mimetype } = file;
  if (bytes === undefined) return undefined;
  if (mimetype === 'image/png') return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (mimetype === 'image/gif') return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  return undefined;
}
