-- What happened to tickets: changes of status, priority, assignee and team, and replies. A ticket need not be known. A
-- deletion that comes before its event leaves a row of which only id and version mean anything.
create table crm.ticket_events (
  tenant_id bigint not null,
  source text not null,
  id text not null,
  ticket_id text,
  at timestamptz not null,
  kind text,
  old text,
  new text,
  operator_id text,
  automatic boolean not null default false,
  extra jsonb not null default '{}',
  version bigint not null,
  deleted_at timestamptz,
  primary key (tenant_id, source, id)
);
create index ticket_events_ticket_id_idx on crm.ticket_events (tenant_id, source, ticket_id, at);
