create table companies (
    id           uuid primary key,
    time_zone    text not null,
    mode         text,
    remote_model boolean not null default false
);

comment on table companies is 'In whose night a burst is judged and how the company wants it; mode null follows the installation''s setting';

-- Open reply tasks and nothing else: a row goes when its task is solved.
create table open_tasks (
    id             uuid primary key,
    thread_id      uuid not null,
    side           text not null,
    company_id     uuid not null,
    message_id     uuid,
    thread_version integer not null,
    created_at     timestamptz not null,
    reopened       boolean not null default false
);

-- A run looks through the threads in portions by id.
create index open_tasks_by_thread on open_tasks (thread_id, side);

create table verdicts (
    id             uuid primary key,
    thread_id      uuid not null,
    case_id        uuid,
    thread_version integer not null,
    outcome        text not null,
    mode           text not null,
    reason         text not null,
    label          text,
    language       text,
    model          text,
    prompt_version text,
    classifier     text not null,
    threshold      double precision not null,
    tasks          integer not null,
    judged_at      timestamptz not null,
    disputed_at    timestamptz,
    position       bigint not null
);

comment on table verdicts is 'What was judged, without a word of what was said: the text stays in the log';

create index verdicts_by_thread on verdicts (thread_id, position);
create index verdicts_concluded on verdicts (judged_at) where outcome = 'concluded';
