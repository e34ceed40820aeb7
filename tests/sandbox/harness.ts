import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { PNG } from 'pngjs';
import { onTestFinished } from 'vitest';
import { fixedClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

export const signingSecret = 'sandbox-signing-secret';
export const botToken = 'xoxb-sandbox-bot';
export const appToken = 'xapp-sandbox-app';
export const startOfTest = '2026-11-16T08:25:00Z';

/** A sandbox whose clock stands still, stopped when the test ends. Files are ready at once unless said otherwise. */
export async function startSandbox(overrides: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await createSandbox({
    clock: fixedClock(startOfTest),
    log: silentLog,
    signingSecret,
    botToken,
    appToken,
    fileReadyMs: 0,
    ...overrides,
  });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

export type Reply = Record<string, unknown> & {
  ok: boolean;
  error?: string;
  errors?: string[];
  response_metadata?: { messages?: string[]; warnings?: string[]; next_cursor?: string };
};

/** One raw call, JSON body, as nobody's SDK would soften it. */
export async function call(
  sandbox: Sandbox,
  method: string,
  args: Record<string, unknown> = {},
  token: string | undefined = botToken,
): Promise<Reply> {
  const response = await fetch(`${sandbox.apiUrl}${method}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(args),
  });
  return (await response.json()) as Reply;
}

export function webClient(sandbox: Sandbox, token: string = botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: sandbox.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 5_000,
    logLevel: LogLevel.ERROR,
    logger: quiet,
  });
}

const nothing = (): void => {};
const quiet = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: (): LogLevel => LogLevel.ERROR,
  setName: nothing,
};

const appOptions = (sandbox: Sandbox) => ({
  token: botToken,
  convoStore: false as const,
  logger: quiet,
  clientOptions: { slackApiUrl: sandbox.apiUrl, retryConfig: { retries: 0 } },
});

/** A Bolt app over HTTP that the sandbox sends its requests to; stopped when the test ends. */
export async function startBolt(sandbox: Sandbox, secret: string = signingSecret): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret: secret, logger: quiet });
  const app = new App({ ...appOptions(sandbox), receiver, deferInitialization: true });
  await app.init();
  const server = await app.start({ port: 0, host: '127.0.0.1' });
  onTestFinished(async () => void (await app.stop()));
  const address = (server as import('node:http').Server).address() as import('node:net').AddressInfo;
  sandbox.setBotUrl(`http://127.0.0.1:${address.port}/slack/events`);
  return app;
}

/** A Bolt app over Socket Mode, connected when this resolves. */
export async function startBoltSocket(sandbox: Sandbox): Promise<App> {
  const receiver = new SocketModeReceiver({
    appToken,
    logger: quiet,
    installerOptions: { clientOptions: { slackApiUrl: sandbox.apiUrl } },
  });
  const app = new App({ ...appOptions(sandbox), receiver });
  await app.start();
  onTestFinished(async () => void (await receiver.client.disconnect()));
  return app;
}

/** A small chart-like picture. */
export function png(width = 120, height = 63): Buffer {
  const image = new PNG({ width, height });
  for (let index = 0; index < image.data.length; index += 4) {
    const [x, y] = [(index / 4) % width, Math.floor(index / 4 / width)];
    const bar = y > height - ((x / width) * 0.7 + 0.15) * height && Math.floor((x / width) * 12) % 2 === 0;
    image.data.set(bar ? [0, 114, 178, 255] : [246, 247, 249, 255], index);
  }
  return PNG.sync.write(image);
}

/** Uploads a private file through all three steps; returns its id. */
export async function upload(sandbox: Sandbox, bytes: Buffer, name = 'chart.png'): Promise<string> {
  const ticket = await call(sandbox, 'files.getUploadURLExternal', { filename: name, length: bytes.length });
  await fetch(String(ticket.upload_url), { method: 'POST', body: new Uint8Array(bytes) });
  await call(sandbox, 'files.completeUploadExternal', { files: [{ id: ticket.file_id }] });
  return String(ticket.file_id);
}
