-- The stream that a task is decided in. What was opened before there were others stands with its thread.
alter table tasks
    add column board_category  text not null default 'reply-tasks',
    add column board_id        uuid,
    add column asked_by        uuid,
    add column about_id        uuid,
    add column rule            text not null default '',
    add column asked_time_zone text,
    add column assignee_id     uuid,
    add column assignee_name   text,
    add column postponed_to    timestamptz,
    add column overdue_since   timestamptz,
    add column reason          text,
    add column reopenable      boolean not null default false,
    add column answer_seconds  bigint;

update tasks set board_id = thread_id where board_id is null;

comment on column tasks.answer_seconds is
    'How long the answer took, in business time of who owed it; null where there was none or none was needed';
comment on column tasks.overdue_since is
    'The deadline that is on record as passed; null while none is';

alter table companies add column side text not null default 'creditor';

-- What a sweep looks for: due, and not on record as overdue yet.
create index tasks_not_yet_overdue on tasks (due_at, id) where solved_at is null and overdue_since is null;
-- Months of one partner's timeliness.
create index tasks_by_due_month on tasks (company_id, due_at) where side = 'partner';
-- Lists of what one user has in hand.
create index tasks_open_by_assignee on tasks (assignee_id, due_at, id)
    where solved_at is null and assignee_id is not null;
-- What was solved automatically and may come back: few, and looked for with every message.
create index tasks_reopenable on tasks (thread_id) where reopenable;
