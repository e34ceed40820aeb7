import type { EntityId } from '../domain/entity.ts';
import { campaignDaily } from './campaign-daily.ts';
import { chatDaily } from './chat-daily.ts';
import { contactBegunDaily } from './contact-begun-daily.ts';
import { contactEndedDaily } from './contact-ended-daily.ts';
import { contactMessageDaily } from './contact-message-daily.ts';
import { conversationActiveDaily } from './conversation-active-daily.ts';
import { conversationDaily } from './conversation-daily.ts';
import { leadCreatedDaily } from './lead-created-daily.ts';
import { leadQualifiedDaily } from './lead-qualified-daily.ts';
import { messageDaily } from './message-daily.ts';
import { messageHourly } from './message-hourly.ts';
import { operatorActiveDaily } from './operator-active-daily.ts';
import { opportunityClosedDaily } from './opportunity-closed-daily.ts';
import { opportunityOpenedDaily } from './opportunity-opened-daily.ts';
import { responseDaily } from './response-daily.ts';
import type { Rollup } from './rollup.ts';
import { surveyDaily } from './survey-daily.ts';
import { ticketAnsweredDaily } from './ticket-answered-daily.ts';
import { ticketCreatedDaily } from './ticket-created-daily.ts';
import { ticketDecidedDaily } from './ticket-decided-daily.ts';
import { ticketEndedDaily } from './ticket-ended-daily.ts';
import { ticketResolvedDaily } from './ticket-resolved-daily.ts';
import { ticketSlaDaily } from './ticket-sla-daily.ts';

/** Every aggregate Crema keeps. */
export const rollups: readonly Rollup[] = [
  ticketCreatedDaily,
  ticketResolvedDaily,
  ticketEndedDaily,
  ticketSlaDaily,
  ticketDecidedDaily,
  ticketAnsweredDaily,
  surveyDaily,
  contactBegunDaily,
  contactEndedDaily,
  operatorActiveDaily,
  campaignDaily,
  leadCreatedDaily,
  leadQualifiedDaily,
  opportunityClosedDaily,
  opportunityOpenedDaily,
  messageDaily,
  messageHourly,
  chatDaily,
  contactMessageDaily,
  conversationDaily,
  conversationActiveDaily,
  responseDaily,
];

/** What the writer of an entity's records marks the days of. */
export function rollupsOf(entity: EntityId): readonly Rollup[] {
  return rollups.filter((rollup) => rollup.stream === entity && rollup.markedBy !== 'sweep');
}

/** What is made of facts in `table`, which whoever stores them marks the days of. */
export function rollupsOfFacts(table: string): readonly Rollup[] {
  return rollups.filter((rollup) => rollup.markedBy === 'sweep' && rollup.entityTable === table);
}
