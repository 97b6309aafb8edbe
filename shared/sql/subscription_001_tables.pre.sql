-- How far the subscription has handled the log. The lock on its row makes one replica the one that works.
create table checkpoints (
    name     text primary key,
    position bigint not null check (position >= 0)
);

-- Streams whose rows are ahead of the checkpoint: consequences are projected in the transaction of what caused them.
-- `version` is the last one projected and `position` where it stands; the row goes when the checkpoint gets there.
create table projected_ahead (
    stream   text primary key,
    version  integer not null,
    position bigint not null
);

create index projected_ahead_position on projected_ahead (position);

-- Events that could not be handled (`poisoned`), and the later ones of their streams that wait behind them.
-- The type is unknown of an event that cannot even be read.
create table parked_events (
    stream    text not null,
    version   integer not null,
    position  bigint not null,
    event_id  uuid not null,
    type      text,
    poisoned  boolean not null,
    error     text,
    attempts  integer not null default 0,
    parked_at timestamptz not null default now(),
    primary key (stream, version)
);

create index parked_events_position on parked_events (position);
