create table companies (
    id                uuid primary key,
    side              text not null,
    name              text not null,
    country           text not null,
    subdivision       text,
    time_zone         text not null,
    locale            text not null,
    observes_holidays boolean not null
);

create table users (
    id         uuid primary key,
    company_id uuid not null,
    email      text not null,
    name       text not null,
    role       text not null,
    active     boolean not null
);

create index users_by_email on users (lower(email));
create index users_by_company on users (company_id);

-- Lists are newest first by the position in the log at which the thing began: unlike times, positions are unique.
create table partnerships (
    id             uuid primary key,
    creditor_id    uuid not null,
    partner_id     uuid not null,
    established_at timestamptz not null,
    position       bigint not null
);

create index partnerships_by_position on partnerships (position);
create index partnerships_of_creditor on partnerships (creditor_id, position);
create index partnerships_of_partner on partnerships (partner_id, position);

-- A case as it is now.
create table cases (
    id          uuid primary key,
    reference   text not null,
    creditor_id uuid not null,
    partner_id  uuid,
    status      text not null,
    close_code  text,
    debtor_type text not null,
    debtor_name text not null,
    amount      numeric not null,
    currency    text not null,
    opened_at   timestamptz not null,
    position    bigint not null
);

create index cases_by_position on cases (position);
create index cases_of_pair on cases (creditor_id, partner_id);

-- One partner's time on a case; the fields after `ended_at` are the case as that partner last knew it.
create table engagements (
    id          uuid primary key,
    case_id     uuid not null,
    partner_id  uuid not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    reference   text,
    status      text,
    debtor_type text,
    debtor_name text,
    amount      numeric,
    currency    text
);

create index engagements_of_case on engagements (case_id);

-- Who may know of a case, and for a partner which engagement it sees: its latest. A creditor has none and sees all.
create table case_access (
    company_id    uuid not null,
    case_id       uuid not null,
    engagement_id uuid,
    position      bigint not null,
    primary key (case_id, company_id)
);

create index case_access_of_company on case_access (company_id, position);

create table threads (
    id             uuid primary key,
    kind           text not null,
    case_id        uuid,
    engagement_id  uuid,
    partnership_id uuid,
    closed_reason  text,
    position       bigint not null
);

create index threads_by_position on threads (position);
create index threads_of_case on threads (case_id) where case_id is not null;
create index threads_of_partnership on threads (partnership_id) where partnership_id is not null;

create table thread_participants (
    thread_id  uuid not null,
    company_id uuid not null,
    role       text not null,
    place      integer not null,
    primary key (thread_id, company_id)
);

-- `version` is the message's version in its thread's stream, the same numbers that read markers hold.
create table messages (
    id                uuid primary key,
    thread_id         uuid not null,
    version           integer not null,
    client_message_id text not null,
    role              text not null,
    author_id         uuid,
    author_name       text,
    author_company_id uuid,
    body              text not null,
    attachments       jsonb not null,
    created_at        timestamptz not null
);

create unique index messages_of_thread on messages (thread_id, version);

create table read_markers (
    thread_id     uuid not null,
    user_id       uuid not null,
    company_id    uuid not null,
    up_to_version integer not null,
    read_at       timestamptz not null,
    primary key (thread_id, user_id)
);
