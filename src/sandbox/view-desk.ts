import { initialValues } from './actions.ts';
import type { Store } from './store.ts';
import type { View, ViewContent } from './view.ts';

/** Modals stack: one and two pushed onto it. */
const stackLimit = 3;

/** All open modals, stacked per person, and the App Homes. */
export interface ViewDesk {
  /** Opens a modal; one that is open already gives way, with everything below it. */
  open(user: string, content: ViewContent): View;
  /** `undefined` when the stack is full or nothing is open. */
  push(user: string, content: ViewContent): View | undefined;
  publish(user: string, content: ViewContent): View;
  /** New content for a view; what was filled in stays where block and action ids stay. */
  update(view: View, content: ViewContent): View;
  /** What the person filled in, and what is said about it. */
  note(view: View, changes: Partial<Pick<View, 'values' | 'errors' | 'trouble'>>): void;
  /** Takes the upmost modal away, or all of them; gives what went, upmost first. */
  close(user: string, all?: boolean): View[];
  /** The person's modals, the upmost last. */
  stack(user: string): readonly View[];
  home(user: string): View | undefined;
  find(reference: { id?: string | undefined; externalId?: string | undefined }): View | undefined;
}

export function createViewDesk(store: Store): ViewDesk {
  const stacks = new Map<string, View[]>();
  const homes = new Map<string, View>();

  function make(user: string, content: ViewContent, below: View | undefined): View {
    const id = store.nextId('V');
    return {
      ...content,
      ...{ id, user, hash: store.nextTs(), rootId: below?.rootId ?? id, previousId: below?.id },
      ...{ values: initialValues(content.blocks), errors: {}, trouble: undefined },
    };
  }

  function put(user: string, views: View[]): void {
    stacks.set(user, views);
    store.touch();
  }

  function revise(view: View, content: ViewContent): View {
    const values = initialValues(content.blocks);
    for (const [block, held] of Object.entries(values)) {
      for (const [action, { type }] of Object.entries(held)) {
        const before = view.values[block]?.[action];
        if (before !== undefined && before.type === type) held[action] = before;
      }
    }
    Object.assign(view, content, { values, errors: {}, trouble: undefined, hash: store.nextTs() });
    store.touch();
    return view;
  }

  return {
    open(user, content) {
      const view = make(user, content, undefined);
      put(user, [view]);
      return view;
    },
    push(user, content) {
      const stack = stacks.get(user) ?? [];
      const below = stack.at(-1);
      if (below === undefined || stack.length >= stackLimit) return undefined;
      const view = make(user, content, below);
      put(user, [...stack, view]);
      return view;
    },
    publish(user, content) {
      const current = homes.get(user);
      if (current !== undefined) return revise(current, content);
      const view = make(user, content, undefined);
      homes.set(user, view);
      store.touch();
      return view;
    },
    update: revise,
    note(view, changes) {
      Object.assign(view, changes);
      store.touch();
    },
    close(user, all = false) {
      const stack = stacks.get(user) ?? [];
      const gone = all ? stack : stack.slice(-1);
      put(user, all ? [] : stack.slice(0, -1));
      return gone.toReversed();
    },
    stack: (user) => stacks.get(user) ?? [],
    home: (user) => homes.get(user),
    find({ id, externalId }) {
      const all = [...[...stacks.values()].flat(), ...homes.values()];
      return all.find((view) => view.id === id || (externalId !== undefined && view.externalId === externalId));
    },
  };
}
