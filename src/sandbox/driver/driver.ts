import type { Clock } from '../../lib/clock.ts';
import type { ContentRules } from '../content.ts';
import type { Dispatcher } from '../dispatch.ts';
import type { Events } from '../events.ts';
import type { ResponseUrls } from '../response-url.ts';
import type { Store } from '../store.ts';
import type { Triggers } from '../triggers.ts';
import type { ViewDesk } from '../view-desk.ts';
import { type Conversing, createConversing } from './conversing.ts';
import { createOrganising, type Organising } from './organising.ts';
import { createUsingViews, type UsingViews } from './using-views.ts';

/** What a person does in Slack. Everything throws a CremaError when a person could not do that. */
export type Driver = Conversing & Organising & UsingViews;

export interface DriverDeps {
  clock: Clock;
  store: Store;
  views: ViewDesk;
  dispatcher: Dispatcher;
  events: Events;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  base: string;
  scopes: ReadonlySet<string>;
  contentRules: (text: ContentRules['text']) => ContentRules;
  /** Slash commands the app has registered. */
  commands: readonly string[];
}

export function createDriver(deps: DriverDeps): Driver {
  return { ...createConversing(deps), ...createOrganising(deps), ...createUsingViews(deps) };
}
