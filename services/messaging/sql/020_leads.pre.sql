create table leads (
    id             uuid primary key,
    case_id        uuid not null,
    case_reference text not null,
    creditor_id    uuid not null,
    debtor_type    text not null,
    debtor_name    text not null,
    amount         numeric not null,
    currency       text not null,
    opened_at      timestamptz not null,
    closes_at      timestamptz not null,
    calendar       text not null,
    time_zone      text not null,
    skipped_days   date[] not null,
    max_quotes     integer not null,
    outcome        text,
    ended_at       timestamptz,
    position       bigint not null
);

create index leads_by_position on leads (position);
create index leads_of_creditor on leads (creditor_id, position);
create index leads_of_case on leads (case_id);
create index leads_running on leads (position) where ended_at is null;

-- One partner's place in a lead. `position` is the lead's: the list of a partner has the order of its creditor's.
create table bids (
    lead_id             uuid not null,
    partner_id          uuid not null,
    invited_at          timestamptz not null,
    custom_quote        boolean not null,
    quote_id            uuid,
    success_fee_percent numeric,
    fixed_fee           numeric,
    currency            text,
    comment             text,
    author_id           uuid,
    author_name         text,
    submitted_at        timestamptz,
    outcome             text,
    position            bigint not null,
    primary key (lead_id, partner_id)
);

create index bids_of_partner on bids (partner_id, position);

alter table threads add column lead_id uuid;
create index threads_of_lead on threads (lead_id) where lead_id is not null;
