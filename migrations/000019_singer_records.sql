-- Which version of its table each record of a Singer stream was last seen with: ACTIVATE_VERSION deletes the records that
-- were not seen with the version it names. Only streams that have versions are here.
create table ops.singer_records (
  tenant_id bigint not null,
  source text not null,
  entity text not null,
  id text not null,
  stream text not null,
  version bigint not null,
  primary key (tenant_id, source, entity, id, stream)
);
