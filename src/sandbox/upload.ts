import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from './faults.ts';
import type { FileDesk } from './file-desk.ts';
import { contentType, filePart, readBody, sendText } from './http.ts';
import type { Recorder } from './record.ts';

/** The address that takes a file's bytes: raw, or the first file of a multipart form. No token: the address is the secret. */
export async function handleUpload(
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
  { files, faults, recorder }: { files: FileDesk; faults: Faults; recorder: Recorder },
): Promise<void> {
  const [at, started] = [Date.now(), performance.now()];
  const body = await readBody(request);
  const fault = faults.take({ method: 'upload', showsFile: false });
  const multipart = contentType(request) === 'multipart/form-data';
  const bytes = multipart ? await filePart(request.headers['content-type'] ?? '', body).catch(() => undefined) : body;
  const note = (ok: boolean, error?: string): void =>
    recorder.call({
      method: 'upload',
      args: { length: bytes?.length },
      ok,
      error,
      at,
      durationMs: performance.now() - started,
    });

  if (fault?.kind === 'hang') return note(false, 'hang');
  if (fault?.kind === 'http' || fault?.kind === 'rate-limited') {
    const status = fault.kind === 'http' ? fault.status : 429;
    note(false, `http ${status}`);
    if (fault.kind === 'rate-limited') response.setHeader('retry-after', String(fault.retryAfterSeconds));
    return sendText(response, status, 'error');
  }
  const received = bytes === undefined ? { status: 400, text: 'no file in form' } : files.receive(token, bytes);
  note(received.status === 200, received.status === 200 ? undefined : `http ${received.status}`);
  if (fault?.kind === 'lost-answer') {
    response.destroy();
    return;
  }
  sendText(response, received.status, received.text);
}
