import type { Directory } from '../directory.ts';
import type { Share } from '../file-desk.ts';
import type { SlackFile } from '../files.ts';
import { isObject, type Json, parseJson } from '../json.ts';
import { channelForPosting, postable } from './channel-args.ts';
import { type ApiContext, type Method, missing, textOf } from './method.ts';
import { fileObject } from './objects.ts';
import { type ApiResult, answer, refuse } from './result.ts';

const write = { token: 'bot', scopes: ['files:write'], tier: 4 } as const;
const altTextLimit = 1_000;

export const getUploadUrl: Method = {
  ...write,
  name: 'files.getUploadURLExternal',
  call(args, { files, base }) {
    const filename = textOf(args, 'filename');
    const length = Number(textOf(args, 'length') ?? 0);
    if (filename === undefined || length === 0) return refuse('missing_argument');
    if (!Number.isInteger(length) || length < 0)
      return refuse('invalid_arguments', ['must provide an integer: length']);
    const altText = textOf(args, 'alt_txt') ?? '';
    if (altText.length > altTextLimit) return refuse('alt_txt_too_large');
    const { file, token } = files.ticket(filename, length, altText);
    return answer({ upload_url: `${base}/upload/v1/${token}`, file_id: file.id });
  },
};

interface Completion {
  file: SlackFile;
  title: string;
}

/** The uploaded files named in `files`; `undefined` when one is unknown or has no bytes yet. */
function completionsOf(given: unknown, context: ApiContext): Completion[] | undefined {
  const list = typeof given === 'string' ? parseJson(given) : given;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const found: Completion[] = [];
  for (const entry of list) {
    const file = isObject(entry) ? context.store.file(String(entry.id)) : undefined;
    if (file?.bytes === undefined) return undefined;
    found.push({ file, title: String((entry as Json).title ?? file.name) });
  }
  return found;
}

function channelsOf(args: Json, directory: Directory): { channels: string[] } | { refusal: ApiResult } {
  const given = [textOf(args, 'channel_id'), ...(textOf(args, 'channels')?.split(',') ?? [])];
  const channels: string[] = [];
  for (const id of given.filter((each) => each !== undefined)) {
    if (channelForPosting(directory, id) === undefined) return { refusal: refuse('invalid_channel') };
    const place = postable(directory, id);
    if ('refusal' in place) return place;
    channels.push(place.channel.id);
  }
  return { channels };
}

export const completeUpload: Method = {
  ...write,
  name: 'files.completeUploadExternal',
  call(args, context) {
    if (args.files === undefined) return missing('files');
    const completions = completionsOf(args.files, context);
    if (completions === undefined) return refuse('file_not_found');
    const target = channelsOf(args, context.store.directory);
    if ('refusal' in target) return target.refusal;
    const share: Share = {
      channels: target.channels,
      comment: textOf(args, 'initial_comment') ?? '',
      threadTs: textOf(args, 'thread_ts'),
    };
    const readyMs = context.fault?.kind === 'slow-file' ? context.fault.readyMs : undefined;
    for (const { file, title } of completions) context.files.complete(file, title, share, readyMs);
    return answer({ files: completions.map(({ file }) => ({ id: file.id, title: file.title })) });
  },
};

export const info: Method = {
  token: 'bot',
  tier: 4,
  scopes: ['files:read'],
  name: 'files.info',
  call(args, context) {
    const id = textOf(args, 'file');
    if (id === undefined) return missing('file');
    const file = context.store.file(id);
    if (file === undefined || !file.completed) return refuse('file_not_found');
    return answer({ file: fileObject(file, context.base) });
  },
};
