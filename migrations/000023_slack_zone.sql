-- Where somebody in Slack is: what they are sent at half past eight comes at half past eight there. Null: Slack does not say.
alter table ops.slack_users add column timezone text;
