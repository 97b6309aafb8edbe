-- The log itself. Its order is its primary key: integers without gaps, handed out one commit at a time.
create table events (
    position        bigint      primary key,
    category        text        collate "C" not null,
    stream_id       uuid        not null,
    version         integer     not null,
    id              uuid        not null,
    source          text        not null,
    type            text        not null,
    schema_version  integer     not null,
    time            timestamptz not null,
    actor           text        not null,
    audience        uuid[]      not null,
    subject         text,
    correlation_id  uuid        not null,
    causation_id    uuid,
    data            json        not null
);

comment on column events.data is
    'What the contract of this type and schema version says. Personal fields are {"$personal": <ciphertext>}.';

-- The append function sees to both; these back it up. The id comes first because it tells streams apart best.
create unique index events_by_stream on events (stream_id, category, version);
create unique index events_by_id on events (stream_id, category, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the event log is append-only: % is refused', tg_op using errcode = 'PLV02';
end
$$;

create trigger append_only before update or delete or truncate on events
    for each statement execute function refuse_change();

-- Keys of personal data. Destroying a row erases what it encrypted.
create table subject_keys (
    subject    text        primary key,
    key        bytea       not null check (octet_length(key) = 32),
    created_at timestamptz not null default now()
);

-- Folded states, a cache: whatever is missing here is folded from the log again.
create table snapshots (
    category  text    collate "C" not null,
    stream_id uuid    not null,
    version   integer not null,
    schema    integer not null,
    state     json    not null,
    primary key (stream_id, category)
);

-- Add events to one stream, all or none, and return the first version and position given to them.
--
-- One array element per event. `expected` is the version that the stream must be at, null for any. Where all ids are in
-- the stream already, nothing is written and `duplicate` is true. Raises PLV01 (detail: the actual version) where the
-- stream is at another version, also where only some of the ids are there.
--
-- Appends take turns: the lock is held to the end of the commit, so that positions appear to every reader in order and
-- without gaps. That is only true where each statement sees what was committed before it began: the isolation level
-- must be READ COMMITTED and the function volatile, with the lock taken in a statement before those that look.
create function append_v1(
    stream_category text,
    stream          uuid,
    expected        integer,
    ids             uuid[],
    sources         text[],
    types           text[],
    schema_versions integer[],
    times           timestamptz[],
    actors          text[],
    audiences       text[],
    subjects        text[],
    correlation_ids uuid[],
    causation_ids   uuid[],
    contents        json[],
    out first_version  integer,
    out first_position bigint,
    out duplicate      boolean
) language plpgsql volatile
-- Planning anew for each array length would cost more than the append itself.
set plan_cache_mode = force_generic_plan
as $$
declare
    known   integer;
    actual  integer;
    newest  bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs the isolation level read committed' using errcode = 'PLV03';
    end if;

    perform pg_advisory_xact_lock(7209000);

    select
        (select count(*) from eventlog.events e
            where e.stream_id = stream and e.category = stream_category and e.id = any (ids)),
        coalesce((select e.version from eventlog.events e
            where e.stream_id = stream and e.category = stream_category
            order by e.version desc limit 1), 0),
        coalesce((select e.position from eventlog.events e order by e.position desc limit 1), 0)
    into known, actual, newest;

    duplicate := known = cardinality(ids);
    if duplicate then
        return;
    end if;
    if known > 0 or actual <> expected then
        raise exception 'stream %-% is at version %, expected %', stream_category, stream, actual, expected
            using errcode = 'PLV01', detail = actual;
    end if;

    -- Nearly every append has one event, and for one this takes less than half as long as to unnest the arrays.
    for n in 1 .. cardinality(ids) loop
        insert into eventlog.events values (
            newest + n, stream_category, stream, actual + n, ids[n], sources[n], types[n], schema_versions[n],
            times[n], actors[n], audiences[n]::uuid[], subjects[n], correlation_ids[n], causation_ids[n], contents[n]
        );
    end loop;

    first_version := actual + 1;
    first_position := newest + 1;
end
$$;

-- The application may add to the log and read it, and nothing else.
do $$
declare
    application_role text := current_setting('parley.application_role');
begin
    revoke all on function append_v1 from public;
    execute format('grant usage on schema eventlog to %I', application_role);
    execute format('grant select, insert on events to %I', application_role);
    execute format('grant select, insert, delete on subject_keys to %I', application_role);
    execute format('grant select, insert, update, delete on snapshots to %I', application_role);
    execute format('grant select on migrations to %I', application_role);
    execute format('grant execute on function append_v1 to %I', application_role);
end
$$;
