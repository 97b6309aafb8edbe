-- The calendar of a company. One that was here before has only weekends until the tables are rebuilt.
alter table companies
    add column country           text not null default '',
    add column subdivision       text,
    add column observes_holidays boolean not null default true;

-- Since which position of the log the user works for its company without a break.
alter table users add column since_position bigint not null default 0;

-- Tasks as summaries list them.
create table tasks (
    task_id         uuid primary key,
    company_id      uuid not null,
    opened_position bigint not null,
    open            boolean not null,
    type            text not null,
    title           text not null,
    case_id         uuid,
    case_reference  text,
    thread_id       uuid,
    created_at      timestamptz not null,
    due_at          timestamptz not null
);
create index tasks_open on tasks (company_id) where open;

-- The state of each digest stream at that version; the stream has the last word.
create table digests (
    digest_id        uuid primary key,
    kind             text not null,
    user_id          uuid not null,
    version          bigint not null,
    last_date        date not null,
    through_position bigint not null,
    through_time     timestamptz not null
);
create unique index digests_by_user on digests (user_id, kind);

-- E-mails that are about no thread.
alter table outbox alter column thread_id drop not null;
