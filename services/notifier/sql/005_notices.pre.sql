-- What people of a company are told in the portal; an empty list of users means everybody.
create table notices (
    notification_id uuid primary key,
    position        bigint not null,
    company_id      uuid not null,
    user_ids        uuid[] not null,
    kind            text not null,
    case_id         uuid,
    case_reference  text,
    thread_id       uuid,
    facts           jsonb not null,
    recipients      jsonb not null,
    created_at      timestamptz not null
);
create index notices_by_company on notices (company_id, position);

create table notice_reads (
    user_id         uuid not null,
    notification_id uuid not null,
    primary key (user_id, notification_id)
);

-- Up to where a user has read all notices.
create table notice_marks (
    user_id        uuid primary key,
    up_to_position bigint not null
);
