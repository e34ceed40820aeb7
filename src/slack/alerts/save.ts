import type { Backtest } from '../../alerts/backtest.ts';
import { ruleFrom } from '../../alerts/policy.ts';
import type { NewRule, Rule } from '../../alerts/rule.ts';
import { putRule, ruleOf, rulesMadeBy } from '../../alerts/store/rules.ts';
import { type AlertRequest, isChange } from '../../alerts/words/wish.ts';
import { listed } from '../../answers/access.ts';
import { type Answer, answer } from '../../answers/answer.ts';
import { parseRequest } from '../../answers/parse.ts';
import { findPersonAt } from '../../answers/people.ts';
import { covers } from '../../answers/rights.ts';
import { splitWords } from '../../answers/words.ts';
import type { AlertRuleConfig } from '../../config/alerts.ts';
import { CremaError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { audienceOf } from '../audience.ts';
import { withoutAudience } from '../readers.ts';
import type { Subscriber } from '../subscriptions/deps.ts';
import { type Placed, placeOf } from '../subscriptions/place.ts';
import type { AlertDeps } from './deps.ts';

/** Rules of one person; more of them nobody reads. */
const mostOwn = 50;

/** A look at the past goes back so many days. */
const pastDays = 90;

export type Checked =
  | { kind: 'rule'; rule: NewRule }
  /** In a sentence. */
  | { kind: 'refused'; why: string }
  /** The question itself has another answer than a number. */
  | { kind: 'answer'; answered: Answer };

/**
 * A wish as a rule, with all that is to be checked: that the person may ask, that it may go there, and that whoever reads it
 * there may see all that it would tell. `here`: the channel it was said in.
 */
export async function ruleOfWish(
  request: AlertRequest,
  subscriber: Subscriber,
  here: string,
  deps: AlertDeps,
  log: Log,
): Promise<Checked> {
  const { db, tenant, settings, clock } = deps;
  const { viewer } = subscriber.person;
  const asked = parseRequest(splitWords(request.question));
  const answered = await answer({ db, tenant, viewer, now: clock.now(), settings }, asked);
  if (answered.kind !== 'result' && answered.kind !== 'no-data') return { kind: 'answer', answered };
  const placed = await placeOf(request.to, subscriber, here, deps);
  if ('refused' in placed) return { kind: 'refused', why: placed.refused };
  const unread = await whyNotThere(placed, subscriber, deps, log);
  if (unread !== undefined) return { kind: 'refused', why: unread };
  try {
    const context = { targets: {}, to: undefined, isCalendar: () => false };
    return { kind: 'rule', rule: ruleFrom(settingsOf(request, placed), context, { viewer, owner: viewer }) };
  } catch (error) {
    if (!(error instanceof CremaError)) throw error;
    return { kind: 'refused', why: [error.message, error.remedy].filter(Boolean).join('. ') };
  }
}

type Place = Exclude<Placed, { refused: string }>;

function settingsOf(request: AlertRequest, { carrier, recipient }: Place): AlertRuleConfig {
  const { forSeconds, question } = request;
  const every = {
    ...{ importance: 'normal' as const, routes: [], escalate: [] },
    ...(forSeconds === null ? {} : { for: forSeconds }),
    to: [{ carrier: carrier === 'mail' ? ('mail' as const) : ('slack' as const), recipient }],
  };
  if (request.watch === 'sla-risk') return { ...request.settings, ...every };
  const { side, mark, clear, against } = request;
  const common = { kpi: question, ...every };
  if (isChange(side)) return { kind: 'kpi-change', ...common, direction: side, least: mark, against };
  return { kind: 'kpi-threshold', ...common, [side]: mark, ...(clear === null ? {} : { clear }) };
}

/** Rules look with the rights of whoever made them: who may see less is not to read what they tell. */
async function whyNotThere(
  { carrier, recipient }: Place,
  { userId, person, email }: Subscriber,
  deps: AlertDeps,
  log: Log,
): Promise<string | undefined> {
  const less = (who: string) =>
    `${who} may see less than you, and a rule tells all that you may see. It can go to you: to me. Whoever writes crema.yaml may send it anywhere.`;
  if (carrier === 'mail') {
    if (recipient.toLowerCase() === email?.toLowerCase()) return undefined;
    const reader = await findPersonAt(deps.db, deps.tenant.tenantId, recipient);
    return reader && covers(reader.rights, person.rights) ? undefined : less(recipient);
  }
  if (recipient === userId) return undefined;
  if (/^[UW]/.test(recipient)) {
    const found = (await deps.findPeople([recipient])).get(recipient);
    return found?.kind === 'person' && covers(found.person.rights, person.rights) ? undefined : less('That person');
  }
  const audience = await audienceOf(recipient, { userId, person }, { ...deps, log });
  if (audience.kind === 'none') return `It cannot go there: ${withoutAudience(audience.why).reason}.`;
  if (covers(audience.rights, person.rights)) return undefined;
  const { view } = audience;
  return less(view.kind === 'part' && view.because.length > 0 ? listed(view.because) : 'Somebody in that channel');
}

export type SavedRule =
  | { kind: 'saved'; rule: Rule }
  | { kind: 'there already'; rule: Rule }
  | { kind: 'too many'; most: number };

/** Writes a rule that was checked, unless its maker has the very same already. */
export async function saveRule(rule: NewRule, { db, tenant, clock, alerting }: AlertDeps): Promise<SavedRule> {
  const { tenantId } = tenant;
  const own = await rulesMadeBy(db, tenantId, rule.owner ?? rule.viewer);
  const same = own.find((one) => keyOf(one) === keyOf(rule));
  if (same) return { kind: 'there already', rule: same };
  if (own.length >= mostOwn) return { kind: 'too many', most: mostOwn };
  const id = await db.tx((tx) => putRule(tx, tenantId, rule, clock.now()));
  alerting.onChange();
  return { kind: 'saved', rule: (await ruleOf(db, tenantId, id))! };
}

/** Settings come back from the database with their fields in another order; where it goes says nothing else than they. */
function keyOf({ settings }: Pick<NewRule, 'settings'>): string {
  const { to = [], ...rest } = settings;
  const places = to.map(({ carrier, recipient }) => `${carrier} ${recipient}`);
  return JSON.stringify([Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)), places]);
}

/** What the rule would have told lately. */
export async function pastOf(rule: NewRule, { alerting, clock }: AlertDeps): Promise<Backtest | { unknown: string }> {
  const to = clock.now();
  return alerting.past(rule, { from: to.subtract({ hours: 24 * pastDays }), to });
}
