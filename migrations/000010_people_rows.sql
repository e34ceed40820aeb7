-- The usual question is one person's. Without these numbers the planner expects a thousand people behind each of them, and
-- reads all operators where it could look one up.
alter function ops.viewers() rows 1;
alter function ops.viewer_records() rows 1;
alter function ops.viewer_roles() rows 1;
alter function ops.viewer_grants() rows 20;
