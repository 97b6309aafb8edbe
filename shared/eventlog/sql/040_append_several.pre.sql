-- Do several appends, each to another stream, in one commit: each as append_v1 would have done it, except that one that
-- is refused stops none of the others. Return a row for each, numbered from 1 in the order given: the version that its
-- stream was at, and the first position given to it, null where nothing was written; that is a conflict unless
-- `duplicate` is true.
--
-- The first four arrays have one element per append, `sizes` being how many events it has; the others have one element
-- per event. One statement looks at all streams and writes all events, so no stream may be named twice.
create function append_several_v1(
    categories      text[],
    streams         uuid[],
    expected        integer[],
    sizes           integer[],
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
    with offered as (
        select
            o.n::integer as n, o.category, o.stream, o.wanted, o.size,
            (sum(o.size) over (order by o.n) - o.size)::integer as before
        from unnest(categories, streams, expected, sizes) with ordinality o (category, stream, wanted, size, n)
    ),
    seen as (
        select
            o.*,
            (select count(*) from eventlog.events e
                where e.stream_id = o.stream and e.category = o.category
                    and e.id = any (ids[o.before + 1 : o.before + o.size])) as known,
            coalesce((select e.version from eventlog.events e
                where e.stream_id = o.stream and e.category = o.category
                order by e.version desc limit 1), 0) as version
        from offered o
    ),
    judged as (
        select s.*, s.known = 0 and (s.wanted is null or s.version = s.wanted) as accepted
        from seen s
    ),
    placed as (
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
            p.before_position + k.place, p.category, p.stream, p.version + k.place,
            ids[k.at], sources[k.at], types[k.at], schema_versions[k.at], times[k.at], actors[k.at],
            audiences[k.at]::uuid[], subjects[k.at], correlation_ids[k.at], causation_ids[k.at], contents[k.at]
        from placed p
        cross join lateral (
            select place, p.before + place as at from generate_series(1, p.size) place
        ) k
        where p.accepted
    )
    select
        p.n, p.version, case when p.accepted then (p.before_position + 1)::bigint end, p.known = p.size
    from placed p;
end
$$;

do $$
begin
    revoke all on function append_several_v1 from public;
    execute format('grant execute on function append_several_v1 to %I', current_setting('parley.application_role'));
end
$$;
