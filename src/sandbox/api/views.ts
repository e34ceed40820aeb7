import { validateView } from '../blocks/view.ts';
import { isObject, type Json, parseJson } from '../json.ts';
import type { View } from '../view.ts';
import { type ApiContext, type Method, missing, textOf } from './method.ts';
import { type ApiResult, answer, refuse } from './result.ts';
import { viewObject } from './view-object.ts';

const free = { token: 'bot', scopes: [] } as const;
const sizeLimitBytes = 250 * 1024;

type Read = { view: Omit<View, 'id' | 'user' | 'hash'> } | { refusal: ApiResult };

function readView(args: Json, type: View['type'], context: ApiContext): Read {
  if (args.view === undefined) return { refusal: missing('view') };
  const given = typeof args.view === 'string' ? parseJson(args.view) : args.view;
  if (!isObject(given))
    return { refusal: refuse('invalid_arguments', ['must provide an object [json-pointer:/view]']) };
  if (Buffer.byteLength(JSON.stringify(given)) > sizeLimitBytes) return { refusal: refuse('view_too_large') };
  const rules = context.contentRules('truncate-at-40000');
  const verdict = validateView(given, rules.scope, rules.newId);
  if (!verdict.ok) return { refusal: refuse('invalid_arguments', verdict.messages) };
  if (given.type !== type) {
    return { refusal: refuse('invalid_arguments', [`unsupported type: ${given.type} [json-pointer:/view/type]`]) };
  }
  return {
    view: {
      type,
      externalId: String(given.external_id ?? ''),
      callbackId: String(given.callback_id ?? ''),
      privateMetadata: String(given.private_metadata ?? ''),
      title: isObject(given.title) ? String(given.title.text) : '',
      blocks: verdict.blocks,
      payload: { ...given, blocks: verdict.blocks },
    },
  };
}

function keep(view: View, { store }: ApiContext): ApiResult {
  store.views.set(view.id, view);
  if (view.type === 'home') store.homes.set(view.user, view);
  store.signal.emit();
  return answer({ view: viewObject(view) });
}

export const open: Method = {
  ...free,
  name: 'views.open',
  call(args, context) {
    const trigger = textOf(args, 'trigger_id');
    if (trigger === undefined) return missing('trigger_id');
    const read = readView(args, 'modal', context);
    if ('refusal' in read) return read.refusal;
    const { externalId } = read.view;
    if (externalId !== '' && [...context.store.views.values()].some((view) => view.externalId === externalId)) {
      return refuse('duplicate_external_id');
    }
    const exchanged = context.triggers.exchange(trigger);
    if ('error' in exchanged) {
      const { error } = exchanged;
      return refuse(error, error === 'invalid_arguments' ? ['invalid `trigger_id`'] : []);
    }
    const { store } = context;
    return keep({ ...read.view, id: store.nextId('V'), user: exchanged.user, hash: store.nextTs() }, context);
  },
};

export const update: Method = {
  ...free,
  name: 'views.update',
  call(args, context) {
    const [id, external] = [textOf(args, 'view_id'), textOf(args, 'external_id')];
    if (id === undefined && external === undefined) return missing('view_id');
    const { store } = context;
    const current = [...store.views.values()].find((view) => view.id === id || view.externalId === external);
    if (current === undefined) return refuse('not_found');
    const read = readView(args, current.type, context);
    if ('refusal' in read) return read.refusal;
    const hash = textOf(args, 'hash');
    if (hash !== undefined && hash !== current.hash) return refuse('hash_conflict');
    return keep({ ...current, ...read.view, hash: store.nextTs() }, context);
  },
};

export const publish: Method = {
  ...free,
  name: 'views.publish',
  call(args, context) {
    const user = textOf(args, 'user_id');
    if (user === undefined) return missing('user_id');
    const person = context.store.directory.person(user);
    if (person === undefined || person.isBot) return refuse('user_not_found');
    const read = readView(args, 'home', context);
    if ('refusal' in read) return read.refusal;
    const { store } = context;
    const current = store.homes.get(user);
    const hash = textOf(args, 'hash');
    if (hash !== undefined && hash !== current?.hash) return refuse('hash_conflict');
    return keep({ ...read.view, id: current?.id ?? store.nextId('V'), user, hash: store.nextTs() }, context);
  },
};
