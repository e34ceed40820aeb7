-- What the viewer of a receipt could see when it was made: whoever reads it later has to see at least that, whatever has
-- become of the viewer since. Nothing had been kept yet.
alter table ops.receipts add column rights jsonb not null;
