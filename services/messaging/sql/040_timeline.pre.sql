-- Everything that happened on a case, one row each. The newest is first by (place, at, position): `place` is the
-- position in the log, and for what is dated back the position of the last item of the case before that date.
-- `audience` are the companies that may see the item, as it was fixed when the thing was decided.
create table timeline_items (
    id            uuid primary key,
    case_id       uuid not null,
    type          text not null,
    position      bigint not null,
    place         bigint not null,
    at            timestamptz not null,
    recorded_at   timestamptz not null,
    title         text not null,
    description   text,
    actor_kind    text not null,
    actor_user_id uuid,
    actor_name    text,
    data          jsonb not null,
    audience      uuid[] not null
);

create index timeline_items_of_case on timeline_items (case_id, place, at, position);

-- Of an e-mail only its scheduling tells the case; it becomes an item when it was sent.
create table timeline_emails (
    mail_id        uuid primary key,
    case_id        uuid not null,
    user_id        uuid not null,
    kind           text not null,
    recipient_name text not null
);

-- A note as it is now.
create table notes (
    id                uuid primary key,
    case_id           uuid not null,
    client_note_id    text not null,
    author_id         uuid not null,
    author_name       text not null,
    author_company_id uuid not null,
    title             text not null,
    description       text,
    event_date        timestamptz,
    created_at        timestamptz not null,
    edited_at         timestamptz,
    deleted           boolean not null,
    position          bigint not null,
    audience          uuid[] not null
);

create index notes_of_case on notes (case_id, position);

-- All that a note ever said, for operators.
create table note_versions (
    note_id     uuid not null,
    revision    integer not null,
    written_at  timestamptz not null,
    deleted     boolean not null,
    title       text,
    description text,
    event_date  timestamptz,
    primary key (note_id, revision)
);
