import { readAs } from '../../db/viewer.ts';
import { zoneNamed, zonesLike } from '../../domain/cadence.ts';
import { askable } from '../../kpis/audience.ts';
import { kpis } from '../../kpis/index.ts';
import { closest } from '../../lib/closest.ts';
import { type Preferences, preferencesOf, putPreferences } from '../../subscriptions/preferences.ts';
import type { Exchange } from '../ask.ts';
import type { FormAnswer } from '../forms.ts';
import { digestSettings, mostFollowed, settingsFields, usualLocale } from '../messages/digest-settings.ts';
import { loadingForm, saidForm } from '../messages/forms.ts';
import { describeError } from '../redact.ts';
import { type SubscribeDeps, type Subscriber, subscriberOf } from './deps.ts';
import { knownSubscriber, type ShowHome } from './own.ts';

/** Opens what somebody wants of their digest, from Home or below a digest. */
export async function openSettings(exchange: Exchange, deps: SubscribeDeps): Promise<void> {
  const { incoming, reply } = exchange;
  reply.close();
  const opened = await deps.client.views.open({ trigger_id: incoming.triggerId ?? '', view: loadingForm('My digest') });
  const subscriber = await knownSubscriber(exchange, deps);
  const view = subscriber
    ? digestSettings(await viewOf(subscriber, await kept(subscriber, deps), deps))
    : saidForm('My digest', ['I cannot show you numbers; I have written to you why.']);
  await deps.client.views.update({ view_id: opened.view?.id ?? '', view });
}

function kept({ person }: Subscriber, { db, tenant }: SubscribeDeps): Promise<Preferences> {
  return preferencesOf(db, tenant.tenantId, person.viewer);
}

async function viewOf(
  { userId, person }: Subscriber,
  preferences: Preferences,
  { db, tenant, profiles }: SubscribeDeps,
) {
  const profile = await profiles.check(userId);
  const zone = profile.kind === 'known' ? profile.timezone : null;
  return {
    kpis: await readAs(db, { tenantId: tenant.tenantId, viewer: person.viewer }, (reader) => askable(reader, kpis)),
    preferences,
    usual: { locale: tenant.locale, timezone: zone ?? tenant.timezone },
  };
}

/** The form was sent. */
export async function submitSettings(exchange: Exchange, deps: SubscribeDeps, showHome: ShowHome): Promise<FormAnswer> {
  const { incoming, log } = exchange;
  const { view, userId } = incoming;
  const found = (await deps.findPeople([userId])).get(userId);
  if (!view || found?.kind !== 'person')
    return { kind: 'done', stays: true, view: saidForm('Not saved', ['You may not see numbers at the moment.']) };
  const subscriber = await subscriberOf(userId, found.person, deps);
  const held = (field: keyof typeof settingsFields) => view.values[settingsFields[field]] ?? [];
  const [typed = ''] = held('zone');
  const timezone = typed.trim() === '' ? null : zoneNamed(typed.trim());
  const [locale = usualLocale] = held('locale');
  const shown = await viewOf(subscriber, await kept(subscriber, deps), deps);
  const known = new Set(shown.kpis.map(({ id }) => id));
  const followed = held('followed')
    .filter((id) => known.has(id))
    .slice(0, mostFollowed);
  const wanted = { locale: locale === usualLocale ? null : locale, followed: followed.length > 0 ? followed : null };
  if (timezone === undefined) {
    const near = zonesLike(typed, closest);
    const wrong = `“${typed}” is no time zone; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'write it as Asia/Jakarta'}`;
    const preferences = { ...wanted, timezone: null };
    return {
      ...{ kind: 'errors', errors: { [settingsFields.zone]: wrong } },
      form: (problem) => digestSettings({ ...shown, preferences, problem }),
    };
  }
  await putPreferences(deps.db, deps.tenant.tenantId, subscriber.person.viewer, { ...wanted, timezone });
  const back = { ...incoming, way: 'home' as const };
  await showHome({ incoming: back, reply: deps.replyTo(back, log), log }).catch((error: unknown) =>
    log.warn(describeError(error), 'home was not shown anew'),
  );
  return { kind: 'done', stays: true, view: saidForm('My digest', ['Saved. The next digest has it.']) };
}
