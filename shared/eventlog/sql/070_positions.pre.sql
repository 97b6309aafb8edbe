-- Positions come from a sequence, so that appends to different streams need not wait for each other's commits.
--
-- A position is taken before the commit: a slow append with 1 can commit after a fast one with 2. So each append shows,
-- until it has ended, a mark: an advisory lock that names a position below all those it will take. `head_v1` is the
-- position up to which no append is under way any more, and no reader of the whole log goes past it.
--
-- docs/decisions/0001-order-of-the-log.md says why nobody is skipped.
create sequence positions minvalue 0 start 0;
alter sequence positions owned by events.position;
select setval('positions', (select coalesce(max(position), 0) from events));

-- What every append does first. Until the next migration, while readers that know no marks may run, and appends that
-- take the number after the newest: one append at a time, and the sequence is brought up to the log.
create function begin_append_v1() returns void language plpgsql volatile as $$
declare
    newest bigint;
begin
    perform pg_advisory_xact_lock(7209000);
    newest := coalesce((select e.position from eventlog.events e order by e.position desc limit 1), 0);
    if newest > pg_sequence_last_value('eventlog.positions') then
        perform setval('eventlog.positions', newest);
    end if;
end
$$;

-- Lock the stream to the end of the commit: appends to one stream take turns.
create function lock_stream_v1(stream_category text, stream uuid) returns void language plpgsql volatile as $$
declare
    locked text;
begin
    -- Assigned rather than performed, here and below: that costs no query.
    locked := pg_advisory_xact_lock(uuid_hash(stream), hashtext(stream_category));
end
$$;

-- Show until the end of the transaction that positions after the last one given out may be under way. Only the
-- positions taken after this are covered.
create function mark_positions_v1() returns void language plpgsql volatile as $$
declare
    newest bigint := pg_sequence_last_value('eventlog.positions');
    marked text;
begin
    if newest is null then
        raise exception 'the sequence eventlog.positions cannot be read' using errcode = 'PLV04';
    end if;
    -- 7209 in the upper 16 bits: these locks are told from others by it.
    marked := pg_advisory_xact_lock_shared((7209::bigint << 48) | newest);
end
$$;

-- Return the newest position up to which the log is settled: whatever is there or below will never change, and a
-- statement begun later sees all of it.
--
-- The order of the looks is what counts. Whatever holds a position up to the newest one seen took its mark before that
-- look; at the second look it either still shows the mark, or has ended and is seen by all who look later.
create function head_v1() returns bigint language plpgsql volatile as $$
declare
    newest bigint;
    below  bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'reading the log needs the isolation level read committed' using errcode = 'PLV03';
    end if;
    if pg_is_in_recovery() then
        raise exception 'the log must be read from the primary: a standby does not know what is under way'
            using errcode = 'PLV05';
    end if;
    newest := coalesce((select e.position from eventlog.events e order by e.position desc limit 1), 0);
    below := (
        select min(((l.classid::bigint & 65535) << 32) | l.objid::bigint)
        from pg_locks l
        where l.locktype = 'advisory' and l.objsubid = 1 and l.classid::bigint >> 16 = 7209
            and l.database = (select d.oid from pg_database d where d.datname = current_database())
    );
    return least(newest, below);
end
$$;

-- The next events of the whole log or of some categories, with the head as of then. One row of nulls beside the head
-- where there is none. Categories have no index of their own, which every append would pay for: the caller bounds the
-- stretch that is looked through.
create function read_all_v1(after bigint, until bigint, most integer, wanted text[])
returns table (
    head bigint, "position" bigint, category text, stream_id uuid, version integer, id uuid, source text, type text,
    schema_version integer, "time" timestamptz, actor text, audience uuid[], subject text, correlation_id uuid,
    causation_id uuid, data text
)
language plpgsql volatile
as $$
declare
    settled bigint := eventlog.head_v1();
begin
    return query
    select
        settled,
        e.position, e.category, e.stream_id, e.version, e.id, e.source, e.type, e.schema_version, e.time,
        e.actor, e.audience, e.subject, e.correlation_id, e.causation_id, e.data::text
    from (select) nothing
    left join lateral (
        select l.* from eventlog.events l
        where l.position > after and l.position <= least(until, settled)
            and (wanted is null or l.category = any (wanted))
        order by l.position
        limit most
    ) e on true
    order by e.position;
end
$$;

-- Add one event, which nearly every append is about, and return its version and position. No row: the stream is at
-- another version or holds the id already, and `append_several_v3` tells which.
create function append_one_v3(
    stream_category   text,
    stream            uuid,
    expected          integer,
    event_id          uuid,
    event_source      text,
    event_type        text,
    event_schema      integer,
    event_time        timestamptz,
    event_actor       text,
    event_audience    uuid[],
    event_subject     text,
    event_correlation uuid,
    event_causation   uuid,
    content           json
) returns table (added_version integer, added_position bigint)
language plpgsql volatile
as $$
declare
    done text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs the isolation level read committed' using errcode = 'PLV03';
    end if;

    done := eventlog.begin_append_v1();
    done := eventlog.lock_stream_v1(stream_category, stream);
    done := eventlog.mark_positions_v1();

    return query
    insert into eventlog.events as added
    select
        nextval('eventlog.positions'), stream_category, stream, log.actual + 1, event_id, event_source, event_type,
        event_schema, event_time, event_actor, event_audience, event_subject, event_correlation, event_causation,
        content
    from (
        select coalesce((select e.version from eventlog.events e
            where e.stream_id = stream and e.category = stream_category
            order by e.version desc limit 1), 0) as actual
        offset 0
    ) log
    where (expected is null or log.actual = expected) and not exists (
        select from eventlog.events e
        where e.stream_id = stream and e.category = stream_category and e.id = event_id
    )
    returning added.version, added.position;
end
$$;

-- Do several appends, each to another stream, in one commit. Return a row for each, numbered from 1 in the order given:
-- the version that its stream was at, and the positions given to its events, null where nothing was written. Then
-- `duplicate` tells whether all of its ids were in the stream already; otherwise the stream was at another version than
-- expected, or held only some of the ids. One that is refused stops none of the others. Positions grow in the order
-- given, and need not be consecutive.
--
-- The first four arrays have one element per append, `sizes` being how many events it has; the others have one per event,
-- `owners` being the number of its append.
--
-- The streams are locked before the statement that looks at them, in an order that is the same for all. That statement
-- must see what was committed before it began: the isolation level must be READ COMMITTED and the function volatile.
create function append_several_v3(
    categories      text[],
    streams         uuid[],
    expected        integer[],
    sizes           integer[],
    owners          integer[],
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
    contents        json[]
) returns table (number integer, actual integer, positions bigint[], duplicate boolean)
language plpgsql volatile
-- Planning anew for each array length would cost more than the append itself.
set plan_cache_mode = force_generic_plan
as $$
declare
    done text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs the isolation level read committed' using errcode = 'PLV03';
    end if;

    done := eventlog.begin_append_v1();
    perform eventlog.lock_stream_v1(o.category, o.stream)
    from (
        select category, stream from unnest(categories, streams) given (category, stream)
        order by uuid_hash(stream), hashtext(category)
        offset 0
    ) o;
    done := eventlog.mark_positions_v1();

    return query
    with offered as materialized (
        select
            o.n::integer as n, o.category, o.stream, o.wanted, o.size,
            coalesce((select e.version from eventlog.events e
                where e.stream_id = o.stream and e.category = o.category
                order by e.version desc limit 1), 0) as version,
            (sum(o.size) over (order by o.n) - o.size)::integer as before
        from unnest(categories, streams, expected, sizes) with ordinality o (category, stream, wanted, size, n)
    ),
    given as materialized (
        select
            g.*, o.category, o.stream, o.version + (g.at - o.before)::integer as version,
            (select true from eventlog.events e
                where e.stream_id = o.stream and e.category = o.category and e.id = g.id) as known
        from unnest(
            owners, ids, sources, types, schema_versions, times, actors, audiences, subjects, correlation_ids,
            causation_ids, contents
        ) with ordinality g (
            owner, id, source, type, schema_version, time, actor, audience, subject, correlation_id,
            causation_id, content, at
        )
        join offered o on o.n = g.owner
    ),
    judged as materialized (
        select o.*, k.known, k.known = 0 and (o.wanted is null or o.version = o.wanted) as accepted
        from offered o
        join (select g.owner, count(g.known) as known from given g group by g.owner) k on k.owner = o.n
    ),
    accepted as (
        select g.* from given g join judged j on j.n = g.owner where j.accepted order by g.at offset 0
    ),
    placed as materialized (
        select nextval('eventlog.positions') as position, a.* from accepted a
    ),
    added as (
        insert into eventlog.events
        select
            p.position, p.category, p.stream, p.version, p.id, p.source, p.type, p.schema_version, p.time, p.actor,
            p.audience::uuid[], p.subject, p.correlation_id, p.causation_id, p.content
        from placed p
    )
    select j.n, j.version, p.positions, j.known = j.size
    from judged j
    left join (
        select p.owner, array_agg(p.position order by p.at) as positions from placed p group by p.owner
    ) p on p.owner = j.n;
end
$$;

do $$
declare
    application_role text := current_setting('parley.application_role');
begin
    revoke all on function begin_append_v1, lock_stream_v1, mark_positions_v1, head_v1, read_all_v1, append_one_v3,
        append_several_v3 from public;
    execute format('grant execute on function begin_append_v1, lock_stream_v1, mark_positions_v1, head_v1, read_all_v1,
        append_one_v3, append_several_v3 to %I', application_role);
    execute format('grant select, usage, update on sequence positions to %I', application_role);
end
$$;
