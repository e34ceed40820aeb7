import type { Crm } from '../../sandbox/crm/crm.ts';
import type { CrmEvent } from '../../sandbox/crm/events.ts';
import { eventTypeOf } from '../../sync/webhooks/types.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What webhooks have said of the objects of an entity, those that were lost left out. */
export interface Told {
  /** By id, each field as the latest event that spoke of it said. */
  readonly objects: ReadonlyMap<string, Row>;
  /** Objects of which an event was lost. */
  readonly incomplete: ReadonlySet<string>;
}

/** By entity. A model of our own: events in the order in which they occurred, fields that one does not name stay. */
export function toldByWebhooks(
  crm: Pick<Crm, 'events'>,
  from: Temporal.Instant,
  to: Temporal.Instant,
  lost: ReadonlySet<string>,
): ReadonlyMap<string, Told> {
  const told = new Map<string, { objects: Map<string, Record<string, unknown>>; incomplete: Set<string> }>();
  for (const event of crm.events(from, to)) {
    const type = eventTypeOf(event.type);
    if (!type) throw new Error(`the simulated CRM sent a type that is unknown: ${event.type}`);
    const of = told.get(type.entity) ?? { objects: new Map(), incomplete: new Set() };
    told.set(type.entity, of);
    const id = String(event.data.id);
    if (lost.has(event.id)) of.incomplete.add(id);
    else if (!type.deletes) of.objects.set(id, { ...of.objects.get(id), ...saidBy(event) });
  }
  return told;
}

function saidBy({ type: name, at, data }: CrmEvent): Row {
  const type = eventTypeOf(name)!;
  const occurredAt = Temporal.Instant.fromEpochMilliseconds(Math.round(at * 1000)).toString();
  const own = Object.entries(data).filter(([field]) => type.fields.includes(field));
  return {
    ...type.otherwise,
    ...Object.fromEntries((type.dates ?? []).map((field) => [field, occurredAt])),
    ...Object.fromEntries(own),
  };
}
