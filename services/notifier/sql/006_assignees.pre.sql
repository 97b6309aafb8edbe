-- Whom the company gave the task to.
alter table tasks add column assignee_id uuid;
