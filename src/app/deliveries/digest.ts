import type { ChartSpec } from '../../charts/spec.ts';
import type { RawFile } from '../../deliveries/artifacts.ts';
import type { Delivery, NewDelivery } from '../../deliveries/delivery.ts';
import type { Make } from '../../deliveries/dispatch.ts';
import type { Edition, Editions } from '../../deliveries/editions.ts';
import type { Digest } from '../../digests/digest.ts';
import { lacksFor } from '../../digests/lacks.ts';
import { digestMail } from '../../digests/mail.ts';
import { makeDigest } from '../../digests/make.ts';
import { type DigestsSettings, type DigestTemplate, templateOf } from '../../digests/template.ts';
import { chartFile } from '../../digests/words.ts';
import type { DateRange } from '../../domain/period.ts';
import { kpiOf } from '../../kpis/index.ts';
import type { Kpi } from '../../kpis/kpi.ts';
import { digestMessages } from '../../slack/messages/digest.ts';
import { dateBefore } from '../../subscriptions/cadence.ts';
import { dateOfSlot, type PlanOptions, scheduleOf } from '../../subscriptions/plan.ts';
import { lookAgain, type MakeDeps, slackBody } from './kpi.ts';
import { mailLetter } from './mail.ts';
import { readersLine } from './readers.ts';
import { type Reading, readingOf, withoutReading } from './reading.ts';

export interface DigestMakeDeps extends MakeDeps {
  editions: Editions;
  /** Asked at each digest: a new configuration brings new ones. */
  digests: () => DigestsSettings;
  schedule: () => PlanOptions;
}

/** Failures to draw after which a digest goes out without its picture: its numbers are in its text. */
const mostDrawings = 2;

/**
 * A digest of the days since the slot before its own, made once for all who may see the same and read it in the same
 * shapes. Until its deadline it waits for the data it needs; then it goes out and says what is late.
 */
export function digestMaker(deps: DigestMakeDeps): Make {
  const { db, tenant } = deps;
  return async (delivery, { now }) => {
    const reading = await readingOf(deps, delivery);
    if (!('subscription' in reading)) return withoutReading(reading);
    const { subscription, viewer, locale } = reading;
    const template = templateOf(deps.digests(), subscription.subject);
    const followed = reading.followed?.flatMap((id) => kpiOf(id) ?? []) ?? null;
    const slot = dateOfSlot(delivery.slot);
    const period = { from: dateBefore(scheduleOf(subscription, deps.schedule()), slot), to: slot };
    if (Temporal.Instant.compare(now, delivery.deadlineAt) < 0) {
      const lacks = await lacksFor({ db, tenant, now }, template, viewer, period, followed);
      if (lacks.length > 0) return { kind: 'wait', until: now.add(lookAgain), reason: `waits for ${lacks.join(', ')}` };
    }
    const {
      content: digest,
      editionId,
      madeAt,
    } = await editionFor(deps, delivery, reading, { template, period, followed });
    const readers = { readers: readersLine(subscription, delivery.recipient) };
    const files = digest.chart ? await drawn(deps, chartFile, digest.chart, delivery) : [];
    const view = { ...readers, ...(digest.chart && files.length === 0 && { picture: 'missing' as const }) };
    if (delivery.carrier === 'mail') {
      const content = { ...digestMail(digest, view), images: files };
      const made = await mailLetter(deps.mail, delivery, reading, content, madeAt);
      return made.kind === 'letter' ? { ...made, editionId } : made;
    }
    const { main, thread } = digestMessages(digest, { locale, ...view });
    const also: NewDelivery[] = thread
      ? [{ ...partOf(delivery, 'thread'), editionId, letter: { body: slackBody(thread), files: [] } }]
      : [];
    return { kind: 'letter', letter: { body: slackBody(main), files }, editionId, also };
  };
}

function editionFor(
  { db, tenant, settings, log, clock, editions }: DigestMakeDeps,
  delivery: Delivery,
  { viewer, sees, locale, timezone }: Reading,
  given: { template: DigestTemplate; period: DateRange; followed: readonly Kpi[] | null },
): Promise<Edition<Digest>> {
  const { template, period, followed } = given;
  const slot = dateOfSlot(delivery.slot);
  const view = { locale, timezone, period, followed: followed?.map(({ id }) => id) ?? null };
  return editions.once({ kind: 'digest', subject: template.name, slot, viewer, sees, view }, () =>
    makeDigest({ db, tenant, settings, now: clock.now(), log }, { ...given, viewer, sees, locale, timezone }),
  );
}

/** The picture; none where it cannot be drawn again and again, which the message then says. */
async function drawn(
  { charts, log }: DigestMakeDeps,
  name: string,
  spec: ChartSpec,
  { failures }: Delivery,
): Promise<RawFile[]> {
  try {
    return [{ name, mediaType: 'image/png', bytes: await charts.png(spec) }];
  } catch (error) {
    if (failures < mostDrawings) throw error;
    log.warn({ err: error }, 'the chart of a digest could not be drawn');
    return [];
  }
}

function partOf(delivery: Delivery, part: 'thread'): NewDelivery {
  const { kind, subscriptionId, slot, carrier, recipient, dueAt, expiresAt } = delivery;
  return { kind, subscriptionId, slot, carrier, recipient, part, dueAt, expiresAt };
}
