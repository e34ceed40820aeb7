-- Who made a silence and who ended it before its time, where that was a person (`slack:U...` or a person id); created_by is
-- how whoever made it is called.
alter table ops.alert_silences
  add column person text,
  add column ended_by text;
