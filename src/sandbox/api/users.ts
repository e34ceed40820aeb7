import { flagOf, type Method, missing, textOf } from './method.ts';
import { userObject } from './objects.ts';
import { answer, refuse } from './result.ts';

export const info: Method = {
  token: 'bot',
  tier: 4,
  scopes: ['users:read'],
  name: 'users.info',
  call(args, { clock, scopes, store, fault }) {
    const id = textOf(args, 'user');
    if (id === undefined) return missing('user');
    const person = store.directory.person(id);
    if (person === undefined) return refuse('user_not_found');
    const options = {
      email: scopes.has('users:read.email') && fault?.kind !== 'no-email',
      locale: flagOf(args, 'include_locale'),
    };
    return answer({ user: userObject(person, clock.now(), options) });
  },
};
