import { notUsefulTo } from '../../alerts/acts.ts';
import { incidentIdOf } from '../../alerts/deliver.ts';
import type { HistoryEntry, HistoryKind, Incident } from '../../alerts/incident.ts';
import { incidentMail } from '../../alerts/mail.ts';
import type { Rule } from '../../alerts/rule.ts';
import { historyOf, incidentOf } from '../../alerts/store/incidents.ts';
import { ruleOf } from '../../alerts/store/rules.ts';
import type { Db } from '../../db/db.ts';
import type { RawLetter } from '../../deliveries/artifacts.ts';
import type { CarrierId, Delivery } from '../../deliveries/delivery.ts';
import type { Made, Make } from '../../deliveries/dispatch.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { incidentMessage, incidentReply } from '../../slack/messages/incident.ts';
import { slackBody } from '../deliveries/kpi.ts';
import { type MailDeps, rawMailLetter } from '../deliveries/mail.ts';
import { hookLetter, pagerDutyLetter } from './pages.ts';
import { type ReadersDeps, whyNotRead } from './readers.ts';

/** What is told of an incident at the moment its message is made. */
export interface AlertView {
  incident: Incident;
  rule: Rule;
  history: readonly HistoryEntry[];
  /** Who says that it was not useful. */
  notUsefulTo: readonly string[];
  /** Of the reply, for a part of the thread. */
  entry: HistoryEntry | undefined;
  tenant: Tenant;
  delivery: Delivery;
  now: Temporal.Instant;
  db: Db;
  mail: MailDeps | undefined;
}

type LetterOf = (view: AlertView) => Promise<RawLetter | { skip: string }> | RawLetter | { skip: string };

/** How each way out says it. */
const letters: Readonly<Partial<Record<CarrierId, LetterOf>>> = {
  slack: ({ entry, delivery, ...view }) => ({
    body: slackBody(entry ? incidentReply(entry) : incidentMessage({ ...view, recipient: delivery.recipient })),
    files: [],
  }),
  mail: mailOf,
  pagerduty: pagerDutyLetter,
  webhook: hookLetter,
};

/** What is worth another mail; what people did about it is not. */
const mailed: readonly HistoryKind[] = ['worse', 'repeated', 'escalated', 'resolved'];

/** The first mail of an incident, or a later one in its thread. */
async function mailOf({ mail, delivery, entry, now, ...view }: AlertView): Promise<RawLetter | { skip: string }> {
  if (delivery.part === 'thread' && (!entry || !mailed.includes(entry.kind)))
    return { skip: 'it is not worth a mail of its own' };
  const threadId = delivery.parentProof?.messageId;
  return rawMailLetter(mail, delivery, {
    ...incidentMail(view, entry),
    ...{ date: now, ...(threadId === undefined ? {} : { threadId }) },
  });
}

/**
 * Makes the message of an incident, a change of it or a reply, as the incident is at that moment: so changes that come close
 * together are one. The version it shows goes with it, and comes back when it has arrived.
 */
export function alertMaker(deps: ReadersDeps & { db: Db; tenant: Tenant; mail?: MailDeps | undefined }): Make {
  const { db, tenant, mail } = deps;
  return async (delivery, { now }): Promise<Made> => {
    const { tenantId } = tenant;
    const incident = await incidentOf(db, tenantId, incidentIdOf(delivery));
    const rule = incident && (await ruleOf(db, tenantId, incident.ruleId));
    if (!incident || !rule) return { kind: 'skip', reason: 'the incident is not there any more' };
    const unread = await whyNotRead(rule, delivery, deps);
    if (unread !== undefined) return { kind: 'refused', reason: unread };
    const letterOf = letters[delivery.carrier];
    if (!letterOf) return { kind: 'skip', reason: `alerts do not go to ${delivery.carrier}` };
    const history = await historyOf(db, tenantId, incident.incidentId);
    const entry = delivery.part === 'thread' ? history.find((one) => one.entry === delivery.revision) : undefined;
    const useless = await notUsefulTo(db, tenantId, incident.incidentId);
    const made = await letterOf({
      incident,
      rule,
      history,
      notUsefulTo: useless,
      entry,
      tenant,
      delivery,
      now,
      db,
      mail,
    });
    if ('skip' in made) return { kind: 'skip', reason: made.skip };
    return { kind: 'letter', letter: { ...made, body: { ...made.body, version: incident.version } } };
  };
}
