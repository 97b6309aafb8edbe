-- The senders' work: who works on which e-mail, its frozen bytes, and the attempt whose outcome is not known.
-- A rebuild makes the schema of the read model anew and swaps it in; a claim, frozen bytes or an open attempt lost on
-- the way could send an e-mail twice, or in other words. So they live in a schema of their own that nobody swaps.
-- A rebuild runs this file again beside the live schema, and then it must change nothing; so must every later file
-- about this schema.
create schema if not exists notifier_delivery;

-- A row per e-mail that is not settled. Its row lock is the claim; only the claimer writes to it.
create table if not exists notifier_delivery.deliveries (
    mail_id         uuid primary key,
    tries           integer not null default 0,
    adopted_at      timestamptz not null default clock_timestamp(),
    next_attempt_at timestamptz not null default clock_timestamp()
);
create index if not exists deliveries_due on notifier_delivery.deliveries (next_attempt_at);

-- Written while the row above is locked by another transaction of the same claimer, hence apart from it.
create table if not exists notifier_delivery.frozen_mails (
    mail_id      uuid primary key,
    sender       text not null,
    recipient    text not null,
    content      bytea not null,
    open_attempt integer,
    frozen_at    timestamptz not null default clock_timestamp()
);
