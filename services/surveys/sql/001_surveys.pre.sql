create table companies (
    id                uuid primary key,
    name              text not null,
    country           text not null,
    subdivision       text,
    time_zone         text not null,
    observes_holidays boolean not null
);

comment on table companies is 'Whose calendar a survey''s deadline follows, as of the last event handled';

create table cadences (
    partner_id uuid primary key,
    mode       integer not null,
    day        integer
);

comment on table cadences is 'How a partner''s surveys are spread over the month; a partner that is not here has mode 0';

-- A case as of now. `activated_at` is when its present engagement became active first.
create table cases (
    id            uuid primary key,
    partner_id    uuid,
    engagement_id uuid,
    status        text not null,
    activated_at  timestamptz
);

-- What a run looks through, in portions by id.
create index cases_active on cases (id) where status = 'Active';

create table surveys (
    id             uuid primary key,
    case_id        uuid not null,
    case_reference text not null,
    engagement_id  uuid not null,
    creditor_id    uuid not null,
    partner_id     uuid not null,
    currency       text not null,
    month          text not null,
    requested_at   timestamptz not null,
    due_at         timestamptz not null,
    status         text not null default 'open',
    ended_at       timestamptz,
    draft          jsonb,
    report         jsonb,
    position       bigint not null
);

-- Lists are the latest requested first, by the position in the log.
create index surveys_of_partner on surveys (partner_id, position);
create index surveys_of_creditor on surveys (creditor_id, position);
create index surveys_of_case on surveys (case_id, position);
create index surveys_by_position on surveys (position);
create index surveys_open on surveys (due_at) where status = 'open';

-- What the partner has logged elsewhere: known already when the next survey is answered.
create table known_entries (
    id            uuid primary key,
    case_id       uuid not null,
    engagement_id uuid,
    kind          text not null,
    at            timestamptz not null,
    title         text not null,
    amount        numeric,
    currency      text
);

create index known_entries_of_case on known_entries (case_id, at);
