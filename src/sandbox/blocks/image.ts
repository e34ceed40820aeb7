import { extensionOf } from '../files.ts';
import { isObject, type Json } from '../json.ts';
import { block, plainText } from './composition.ts';
import { type Check, object, problem, type Scope, string, typed } from './schema.ts';

const slackFile: Check = object({
  optional: { id: string({ min: 1 }), url: string({ min: 1 }) },
  rule: (value, at, scope) => {
    if ((value.id === undefined) === (value.url === undefined))
      return [problem('must define either `id` or `url`', at)];
    return scope.fileReady(value) ? [] : [problem('invalid slack file', at)];
  },
});

const imageUrlLength = string({ min: 1, max: 3000 });
const privateHosts =
  /^(localhost|127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[|0\.0\.0\.0)|\.(local|internal)$/i;

/** Slack fetches the address itself while the call waits, so what only we can reach fails. */
const imageUrl: Check = (value, at, scope) => {
  const problems = imageUrlLength(value, at, scope);
  if (problems.length > 0) return problems;
  const address = URL.parse(value as string);
  if (address === null || !/^https?:$/.test(address.protocol)) return [problem('invalid url', at)];
  const unreachable = privateHosts.test(address.hostname);
  const unsupported = ['webp', 'svg', 'avif', 'bmp', 'tiff'].includes(extensionOf(address.pathname));
  return unreachable || unsupported ? [problem('downloading image failed', at)] : [];
};

const fields = { image_url: imageUrl, slack_file: slackFile };

function oneSource(value: Json, at: string, _scope: Scope): string[] {
  return (value.image_url === undefined) === (value.slack_file === undefined)
    ? [problem('must define either `image_url` or `slack_file`', at)]
    : [];
}

const altText = string({ min: 1, max: 2000 });

export const imageBlock: Check = block('image', {
  required: { alt_text: altText },
  optional: { ...fields, title: plainText(2000) },
  rule: oneSource,
});

export const imageElement: Check = typed('image', {
  required: { alt_text: altText },
  optional: fields,
  rule: oneSource,
});

/** Whether any image among these blocks is a `slack_file`, and where: the one that a fault may declare not ready. */
export function firstSlackFile(blocks: unknown): string | undefined {
  if (!Array.isArray(blocks)) return undefined;
  const index = blocks.findIndex(
    (entry) => isObject(entry) && entry.type === 'image' && entry.slack_file !== undefined,
  );
  return index < 0 ? undefined : `/blocks/${index}/slack_file`;
}
