create table companies (
    id                uuid primary key,
    name              text not null,
    country           text not null,
    subdivision       text,
    time_zone         text not null,
    observes_holidays boolean not null
);

comment on table companies is 'What deadlines and titles need to know of a company, as of the last event handled';

-- A task is open while solved_at is null.
create table tasks (
    id             uuid primary key,
    type           text not null,
    title          text not null,
    company_id     uuid not null,
    side           text not null,
    case_id        uuid,
    case_reference text,
    thread_id      uuid,
    message_id     uuid,
    created_at     timestamptz not null,
    due_at         timestamptz not null,
    calendar       text not null,
    time_zone      text not null,
    skipped_days   date[] not null,
    solved_at      timestamptz,
    solved_by      text,
    constraint tasks_solved_how check ((solved_at is null) = (solved_by is null))
);

-- A company's own lists, and the operators' lists over all companies.
create index tasks_open_by_company on tasks (company_id, due_at, id) where solved_at is null;
create index tasks_solved_by_company on tasks (company_id, solved_at desc, id desc) where solved_at is not null;
create index tasks_open on tasks (due_at, id) where solved_at is null;
create index tasks_solved on tasks (solved_at desc, id desc) where solved_at is not null;

-- Counts beside every page of cases, and the tasks of one case.
create index tasks_open_by_case on tasks (case_id, company_id) where solved_at is null;
create index tasks_by_case on tasks (case_id);
create index tasks_by_thread on tasks (thread_id);
