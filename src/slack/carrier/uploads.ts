/** Files that Slack has, by the hash of their bytes: what many are shown is uploaded once, and its id shown to all. */
export interface Uploads {
  /** The id of the file, uploaded now unless it is there or on its way. Rejects with what the upload did; it is then tried anew. */
  once(hash: string, upload: () => Promise<string>): Promise<string>;
  /** Slack does not show it: the next time it is uploaded anew. */
  forget(hash: string): void;
}

const mostRemembered = 2_000;

export function createUploads(): Uploads {
  /** Oldest use first. */
  const files = new Map<string, Promise<string>>();

  return {
    async once(hash, upload) {
      const file = files.get(hash) ?? upload();
      files.delete(hash);
      files.set(hash, file);
      for (const oldest of files.keys()) {
        if (files.size <= mostRemembered) break;
        files.delete(oldest);
      }
      try {
        return await file;
      } catch (error) {
        if (files.get(hash) === file) files.delete(hash);
        throw error;
      }
    },
    forget: (hash) => void files.delete(hash),
  };
}
