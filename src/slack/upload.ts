import type { WebClient } from '@slack/web-api';
import { CremaError } from '../lib/errors.ts';

/** Longest wait for Slack to take the bytes, in milliseconds. */
const uploadTimeoutMs = 10_000;

/**
 * Uploads a file that only this bot's messages show; resolves with its id. Slack goes on processing it for some seconds.
 * No alt text here: it belongs on the image block, and a file with one is known to be lost in sharing. Rejects with what
 * the Web API gave, or a CremaError `SLACK_UPLOAD`.
 */
export async function uploadPrivately(
  client: Pick<WebClient, 'files'>,
  file: { name: string; title: string; bytes: Buffer },
): Promise<string> {
  const id = await uploadBytes(client, file);
  await client.files.completeUploadExternal({ files: [{ id, title: file.title }] });
  return id;
}

/** The first two steps of an upload: Slack has the bytes, and shows them to nobody before it is completed. */
export async function uploadBytes(
  client: Pick<WebClient, 'files'>,
  { name, bytes }: { name: string; bytes: Buffer },
): Promise<string> {
  const { upload_url: address, file_id: id } = await client.files.getUploadURLExternal({
    filename: name,
    length: bytes.byteLength,
  });
  if (!address || !id) throw new CremaError('SLACK_UPLOAD', 'Slack gave no address to upload to');
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(uploadTimeoutMs),
  });
  await response.body?.cancel();
  if (!response.ok) throw new CremaError('SLACK_UPLOAD', `Slack refused the file with HTTP ${response.status}`);
  return id;
}
