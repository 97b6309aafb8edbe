-- Add one event, which nearly every append is about: as append_v1 with one element in each array, at less cost.
create function append_one_v1(
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
    content           json,
    out first_version  integer,
    out first_position bigint,
    out duplicate      boolean
) language plpgsql volatile
as $$
declare
    turn text;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'an append needs the isolation level read committed' using errcode = 'PLV03';
    end if;

    -- Assigned rather than performed: that costs no query.
    turn := pg_advisory_xact_lock(7209000);

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
    returning added.version, added.position, false into first_version, first_position, duplicate;

    if not found then
        select * into first_version, first_position, duplicate from eventlog.append_v1(
            stream_category, stream, expected, array[event_id], array[event_source], array[event_type],
            array[event_schema], array[event_time], array[event_actor], array[event_audience::text],
            array[event_subject], array[event_correlation], array[event_causation], array[content]
        );
    end if;
end
$$;

do $$
begin
    revoke all on function append_one_v1 from public;
    execute format('grant execute on function append_one_v1 to %I', current_setting('parley.application_role'));
end
$$;
