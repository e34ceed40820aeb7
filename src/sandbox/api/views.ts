import type { Json } from '../json.ts';
import { readView } from '../read-view.ts';
import type { Exchanged } from '../triggers.ts';
import type { View, ViewContent } from '../view.ts';
import { type ApiContext, type Method, missing, textOf } from './method.ts';
import { type ApiResult, answer, refuse } from './result.ts';
import { viewObject } from './view-object.ts';

const free = { token: 'bot', scopes: [], tier: 4 } as const;

type Read = { content: ViewContent } | { refusal: ApiResult };

function viewOf(args: Json, type: ViewContent['type'], context: ApiContext): Read {
  if (args.view === undefined) return { refusal: missing('view') };
  const read = readView(args.view, type, context.contentRules('truncate-at-40000'));
  return read.ok ? { content: read.content } : { refusal: refuse(read.error, read.messages) };
}

function given(view: View): ApiResult {
  return answer({ view: viewObject(view) });
}

/** A modal and the trigger it is opened with: the trigger is used up only when the view is fine. */
function modalFor(args: Json, context: ApiContext): (Exchanged & { content: ViewContent }) | { refusal: ApiResult } {
  const trigger = textOf(args, 'trigger_id');
  if (trigger === undefined) return { refusal: missing('trigger_id') };
  const read = viewOf(args, 'modal', context);
  if ('refusal' in read) return read;
  const { externalId } = read.content;
  if (externalId !== '' && context.views.find({ externalId }) !== undefined) {
    return { refusal: refuse('duplicate_external_id') };
  }
  const exchanged = context.triggers.exchange(trigger);
  if (!('error' in exchanged)) return { ...exchanged, content: read.content };
  const { error } = exchanged;
  return { refusal: refuse(error, error === 'invalid_arguments' ? ['invalid `trigger_id`'] : []) };
}

export const open: Method = {
  ...free,
  name: 'views.open',
  call(args, context) {
    const modal = modalFor(args, context);
    return 'refusal' in modal ? modal.refusal : given(context.views.open(modal.user, modal.content));
  },
};

export const push: Method = {
  ...free,
  name: 'views.push',
  call(args, context) {
    const modal = modalFor(args, context);
    if ('refusal' in modal) return modal.refusal;
    // Only what was done inside an open modal gives a trigger that pushes.
    const stack = context.views.stack(modal.user);
    if (!stack.some(({ id }) => id === modal.viewId)) return refuse('invalid_trigger_id');
    const view = context.views.push(modal.user, modal.content);
    return view === undefined ? refuse('push_limit_reached') : given(view);
  },
};

export const update: Method = {
  ...free,
  name: 'views.update',
  call(args, context) {
    const [id, externalId] = [textOf(args, 'view_id'), textOf(args, 'external_id')];
    if (id === undefined && externalId === undefined) return missing('view_id');
    const current = context.views.find({ id, externalId });
    if (current === undefined) return refuse('not_found');
    const read = viewOf(args, current.type, context);
    if ('refusal' in read) return read.refusal;
    const hash = textOf(args, 'hash');
    if (hash !== undefined && hash !== current.hash) return refuse('hash_conflict');
    const named = context.views.find({ externalId: read.content.externalId || undefined });
    if (named !== undefined && named !== current) return refuse('duplicate_external_id');
    return given(context.views.update(current, read.content));
  },
};

export const publish: Method = {
  ...free,
  name: 'views.publish',
  call(args, context) {
    const user = textOf(args, 'user_id');
    if (user === undefined) return missing('user_id');
    const person = context.store.directory.person(user);
    if (person === undefined || person.isBot || person.deleted) return refuse('user_not_found');
    const read = viewOf(args, 'home', context);
    if ('refusal' in read) return read.refusal;
    const hash = textOf(args, 'hash');
    if (hash !== undefined && hash !== context.views.home(user)?.hash) return refuse('hash_conflict');
    return given(context.views.publish(user, read.content));
  },
};
