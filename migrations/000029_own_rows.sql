-- An agent sees a thousandth of a company's rows, and the policies alone make the database read all of them to find it. Statements
-- for somebody who sees only operators' own rows say so too (src/rollups/read.ts), and find them by these.
create index conversation_active_daily_operator_idx on mart.conversation_active_daily (tenant_id, operator_id, day);
create index conversation_daily_operator_idx on mart.conversation_daily (tenant_id, operator_id, day);
create index lead_created_daily_operator_idx on mart.lead_created_daily (tenant_id, operator_id, day);
create index lead_qualified_daily_operator_idx on mart.lead_qualified_daily (tenant_id, operator_id, day);
create index operator_active_daily_operator_idx on mart.operator_active_daily (tenant_id, operator_id, day);
create index opportunity_closed_daily_operator_idx on mart.opportunity_closed_daily (tenant_id, operator_id, day);
create index opportunity_opened_daily_operator_idx on mart.opportunity_opened_daily (tenant_id, operator_id, day);
create index response_daily_operator_idx on mart.response_daily (tenant_id, operator_id, day);
create index survey_daily_operator_idx on mart.survey_daily (tenant_id, operator_id, day);
create index ticket_answered_daily_operator_idx on mart.ticket_answered_daily (tenant_id, operator_id, day);
create index ticket_created_daily_operator_idx on mart.ticket_created_daily (tenant_id, operator_id, day);
create index ticket_decided_daily_operator_idx on mart.ticket_decided_daily (tenant_id, operator_id, day);
create index ticket_ended_daily_operator_idx on mart.ticket_ended_daily (tenant_id, operator_id, day);
create index ticket_resolved_daily_operator_idx on mart.ticket_resolved_daily (tenant_id, operator_id, day);
create index ticket_sla_daily_operator_idx on mart.ticket_sla_daily (tenant_id, operator_id, day);
