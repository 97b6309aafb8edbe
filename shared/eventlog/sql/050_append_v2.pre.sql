-- As their first versions, but they look for every event's id by the index on ids, however long the stream is: given as
-- an array, the ids were looked for in the whole stream. And each array is walked once, not once for every element.

-- Add one event, which nearly every append is about, and return its version and position. No row: the stream is at
-- another version or holds the id already, and `append_several_v2` tells which.
create function append_one_v2(
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
) returns table (first_version integer, first_position bigint)
language plpgsql volatile
as $$
declare
    turn text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs the isolation level read committed' using errcode = 'PLV03';
    end if;

    -- Assigned rather than performed: that costs no query.
    turn := pg_advisory_xact_lock(7209000);

    return query
    insert into eventlog.events as added
    select
        log.newest + 1, stream_category, stream, log.actual + 1, event_id, event_source, event_type, event_schema,
        event_time, event_actor, event_audience, event_subject, event_correlation, event_causation, content
    from (
        select
            coalesce((select e.version from eventlog.events e
                where e.stream_id = stream and e.category = stream_category
                order by e.version desc limit 1), 0) as actual,
            coalesce((select e.position from eventlog.events e order by e.position desc limit 1), 0) as newest
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
-- the version that its stream was at, and the first position given to it, null where nothing was written. Then
-- `duplicate` tells whether all of its ids were in the stream already; otherwise the stream was at another version than
-- expected, or held only some of the ids. One that is refused stops none of the others.
--
-- The first four arrays have one element per append, `sizes` being how many events it has; the others have one per event,
-- `owners` being the number of its append.
--
-- Appends take turns: the lock is held to the end of the commit, so that positions appear to every reader in order and
-- without gaps. That is only true where each statement sees what was committed before it began: the isolation level
-- must be READ COMMITTED and the function volatile, with the lock taken in a statement before those that look.
create function append_several_v2(
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
) returns table (number integer, actual integer, first_position bigint, duplicate boolean)
language plpgsql volatile
-- Planning anew for each array length would cost more than the append itself.
set plan_cache_mode = force_generic_plan
as $$
declare
    turn text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs the isolation level read committed' using errcode = 'PLV03';
    end if;

    -- Assigned rather than performed: that costs no query.
    turn := pg_advisory_xact_lock(7209000);

    return query
    with offered as materialized (
        select
            o.n::integer as n, o.category, o.stream, o.wanted, o.size,
            (sum(o.size) over (order by o.n) - o.size)::integer as before,
            coalesce((select e.version from eventlog.events e
                where e.stream_id = o.stream and e.category = o.category
                order by e.version desc limit 1), 0) as version
        from unnest(categories, streams, expected, sizes) with ordinality o (category, stream, wanted, size, n)
    ),
    given as materialized (
        select
            g.*, o.category, o.stream, (g.at - o.before)::integer as place,
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
    judged as (
        select o.*, k.known, k.known = 0 and (o.wanted is null or o.version = o.wanted) as accepted
        from offered o
        join (select g.owner, count(g.known) as known from given g group by g.owner) k on k.owner = o.n
    ),
    placed as materialized (
        select
            j.*,
            (select coalesce(max(e.position), 0) from eventlog.events e)
                + sum(case when j.accepted then j.size else 0 end) over (order by j.n)
                - j.size as before_position
        from judged j
    ),
    added as (
        insert into eventlog.events
        select
            p.before_position + g.place, g.category, g.stream, p.version + g.place,
            g.id, g.source, g.type, g.schema_version, g.time, g.actor, g.audience::uuid[], g.subject,
            g.correlation_id, g.causation_id, g.content
        from given g
        join placed p on p.n = g.owner
        where p.accepted
    )
    select
        p.n, p.version, case when p.accepted then (p.before_position + 1)::bigint end, p.known = p.size
    from placed p;
end
$$;

do $$
declare
    application_role text := current_setting('parley.application_role');
begin
    revoke all on function append_one_v2, append_several_v2 from public;
    execute format('grant execute on function append_one_v2, append_several_v2 to %I', application_role);
end
$$;
