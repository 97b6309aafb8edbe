-- What the acts of its parties leave on a case. Of a hidden one its partner does not know.
alter table cases
    add column hidden boolean not null default false,
    add column paid numeric not null default 0,
    add column exclusive_until timestamptz,
    add column closure_requested boolean not null default false,
    add column division_id uuid,
    add column division_name text,
    add column managing_partner_id uuid,
    add column creditor_user_id uuid,
    add column partner_user_id uuid;

-- What was paid as the former partner last knew it; of a hidden engagement its partner never knew.
alter table engagements
    add column paid numeric,
    add column hidden boolean not null default false;

create table case_payments (
    id                  uuid primary key,
    case_id             uuid not null,
    engagement_id       uuid,
    client_payment_id   text not null,
    amount              numeric not null,
    currency            text not null,
    paid_on             date not null,
    received_by         text not null,
    commission_paid     boolean,
    reported_by         text not null,
    reporter_id         uuid,
    reporter_company_id uuid,
    reported_at         timestamptz not null,
    position            bigint not null
);

create index case_payments_of_case on case_payments (case_id, position);

alter table companies
    add column on_decline text not null default 'network',
    add column partner_kind text;
