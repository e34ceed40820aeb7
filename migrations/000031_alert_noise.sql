-- `demoted_reason`: why its incidents only go into the digest, in words. `promoted_at`: since when somebody wants them told
-- again all the same; figures of how useful they are count from there.
alter table ops.alert_rules add column demoted_reason text, add column promoted_at timestamptz;
