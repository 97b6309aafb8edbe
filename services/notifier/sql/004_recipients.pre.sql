-- What users chose; one without a row chose nothing.
create table preferences (
    user_id            uuid primary key,
    company_id         uuid not null,
    case_notifications boolean not null,
    todo_digest        boolean not null,
    message_mail       boolean not null,
    locale             text,
    -- Since which position of the log the user wants summaries again.
    digest_since       bigint not null default 0
);
-- Companies of the partners' side some of whose users want an e-mail per burst: each message asks for them.
create index preferences_message_mail on preferences (company_id) where message_mail;

create table suppressed_addresses (
    user_id    uuid primary key,
    company_id uuid not null,
    address    text not null,
    mail_id    uuid not null,
    since      timestamptz not null
);
