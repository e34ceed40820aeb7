import { randomBytes } from 'node:crypto';
import { isImage, mimetypeOf, type SlackFile } from './files.ts';
import type { Store } from './store.ts';
import { botUserId } from './workspace.ts';

/** Where a completed file goes: into channels as a message, or nowhere (private to the bot). */
export interface Share {
  channels: string[];
  comment: string;
  threadTs: string | undefined;
}

/**
 * The way of a file: `ticket` (announced) -> `receive` (bytes) -> `complete` -> ready after `readyAfterMs` of real time.
 * As in Slack, `complete` answers before the share is there: later messages can overtake it.
 */
export interface FileDesk {
  ticket(name: string, length: number, altText: string): { file: SlackFile; token: string };
  /** HTTP status and text for the uploader. */
  receive(token: string, bytes: Buffer): { status: number; text: string };
  /** `readyAfterMs` overrides how long Slack takes over this one. */
  complete(file: SlackFile, title: string, share: Share, readyAfterMs?: number): void;
  /** Whether blocks may show the file now: an image, completed, processed. */
  ready(reference: { id?: string; url?: string }): boolean;
  stop(): void;
}

export function createFileDesk({ store, readyAfterMs }: { store: Store; readyAfterMs: number }): FileDesk {
  const tickets = new Map<string, SlackFile>();
  const timers = new Set<NodeJS.Timeout>();

  function later(delayMs: number, work: () => void): void {
    if (delayMs <= 0) {
      work();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, delayMs);
    timers.add(timer);
  }

  function find(reference: { id?: string; url?: string }): SlackFile | undefined {
    const id = reference.id ?? reference.url?.match(/F0SBX[0-9A-Z]{6,}/)?.[0];
    return id === undefined ? undefined : store.file(id);
  }

  function shareIn(file: SlackFile, channel: string, share: Share): void {
    const { ts } = store.post({
      channel,
      user: botUserId,
      text: share.comment,
      blocks: [],
      attachments: [],
      metadata: undefined,
      files: [file.id],
      threadTs: share.threadTs,
    });
    store.changeFile(file, { shares: [...file.shares, { channel, ts }] });
  }

  return {
    ticket(name, length, altText) {
      const file = store.addFile({
        ...{ name, length, altText, title: name, bytes: undefined, mimetype: '' },
        ...{ completed: false, ready: false, shares: [] },
      });
      const token = randomBytes(18).toString('base64url');
      tickets.set(token, file);
      return { file, token };
    },
    receive(token, bytes) {
      const file = tickets.get(token);
      if (file === undefined) return { status: 404, text: 'upload ticket not found' };
      if (bytes.length !== file.length) {
        return { status: 400, text: `expected ${file.length} bytes, received ${bytes.length}` };
      }
      store.changeFile(file, { bytes, mimetype: mimetypeOf(file.name, bytes) });
      return { status: 200, text: `OK - ${bytes.length}` };
    },
    // Whether Slack shares a file twice when step 3 is repeated is not known; the sandbox shares it once per channel.
    complete(file, title, share, delayMs = readyAfterMs) {
      store.changeFile(file, { completed: true, title });
      later(delayMs, () => {
        store.changeFile(file, { ready: true });
        for (const channel of share.channels) {
          if (!file.shares.some((shared) => shared.channel === channel)) shareIn(file, channel, share);
        }
      });
    },
    ready(reference) {
      const file = find(reference);
      return file?.ready === true && isImage(file);
    },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
