-- Files that were made of an edition, so that everybody it goes to gets the same bytes, however often it is tried.
create table ops.edition_files (
  tenant_id bigint not null,
  edition_id bigint not null,
  -- The kind of file, and what it depends on besides the edition: `report.pdf`, `strip-2.png`.
  name text not null,
  media_type text not null,
  bytes bytea not null,
  primary key (tenant_id, edition_id, name)
);
