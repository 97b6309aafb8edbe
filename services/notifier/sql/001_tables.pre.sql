-- What notifier knows of the others, as it needs it.
create table companies (
    company_id uuid primary key,
    side       text not null,
    name       text not null,
    time_zone  text not null,
    locale     text not null
);

create table users (
    user_id    uuid primary key,
    company_id uuid not null,
    email      text not null,
    name       text not null,
    active     boolean not null
);
create index users_by_company on users (company_id);

-- Messages without their bodies: those stay in the log, where an erased one is erased.
create table messages (
    message_id    uuid primary key,
    thread_id     uuid not null,
    version       bigint not null,
    role          text not null,
    recipient_ids uuid[] not null,
    posted_at     timestamptz not null
);

-- One row per message and company that may have to be told of it, until that was decided: a burst is a group of these.
create table undecided_messages (
    thread_id  uuid not null,
    company_id uuid not null,
    version    bigint not null,
    posted_at  timestamptz not null,
    primary key (thread_id, company_id, version)
);

create table decisions (
    decision_id     uuid primary key,
    thread_id       uuid not null,
    company_id      uuid not null,
    through_version bigint not null,
    recipients      jsonb not null,
    decided_at      timestamptz not null
);
create unique index decisions_by_burst on decisions (thread_id, company_id, through_version);

create table outbox (
    mail_id            uuid primary key,
    position           bigint not null,
    kind               text not null,
    user_id            uuid not null,
    thread_id          uuid not null,
    message_ids        uuid[] not null,
    state              text not null check (state in ('queued', 'sent', 'failed')),
    ambiguous_attempts integer[] not null default '{}',
    reason             text,
    scheduled_at       timestamptz not null,
    settled_at         timestamptz
);
create index outbox_queued on outbox (position) where state = 'queued';
create index outbox_by_message on outbox using gin (message_ids);
