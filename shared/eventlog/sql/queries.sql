-- name: append_one
-- See 070_positions.pre.sql.
select added_version, added_position
from eventlog.append_one_v3(
    %s::text, %s::uuid, %s::integer,
    %s::uuid, %s::text, %s::text, %s::integer, %s::timestamptz, %s::text, %s::uuid[], %s::text,
    %s::uuid, %s::uuid, %s::json
)

-- name: append_several
-- See 070_positions.pre.sql.
select actual, positions, duplicate
from eventlog.append_several_v3(
    %s::text[], %s::uuid[], %s::integer[], %s::integer[],
    %s::integer[], %s::uuid[], %s::text[], %s::text[], %s::integer[], %s::timestamptz[], %s::text[], %s::text[],
    %s::text[], %s::uuid[], %s::uuid[], %s::json[]
)
order by number

-- name: read_stream
-- Events of one stream after a version.
select
    position, category, stream_id, version, id, source, type, schema_version, time,
    actor, audience, subject, correlation_id, causation_id, data::text
from eventlog.events
where stream_id = %s and category = %s and version > %s
order by version

-- name: read_streams
-- Events of several streams, each after its version, in one snapshot.
select
    e.position, e.category, e.stream_id, e.version, e.id, e.source, e.type, e.schema_version, e.time,
    e.actor, e.audience, e.subject, e.correlation_id, e.causation_id, e.data::text
from unnest(%s::text[], %s::uuid[], %s::integer[]) wanted (category, stream_id, after_version)
cross join lateral (
    select * from eventlog.events
    where stream_id = wanted.stream_id and category = wanted.category and version > wanted.after_version
    -- In this order, so that the index on versions is used: by the other one it would be the whole stream.
    order by version offset 0
) e
order by e.position

-- name: find
-- Those events of a stream that have these ids.
select
    e.position, e.category, e.stream_id, e.version, e.id, e.source, e.type, e.schema_version, e.time,
    e.actor, e.audience, e.subject, e.correlation_id, e.causation_id, e.data::text
from unnest(%s::uuid[]) wanted (id)
cross join lateral (
    select * from eventlog.events
    where stream_id = %s and category = %s and id = wanted.id
    -- One by one: given as a list, the ids would be looked for in the whole stream.
    offset 0
) e
order by e.version

-- name: read_all
-- See 070_positions.pre.sql.
select
    head, position, category, stream_id, version, id, source, type, schema_version, time,
    actor, audience, subject, correlation_id, causation_id, data
from eventlog.read_all_v1(%(after)s::bigint, %(until)s::bigint, %(limit)s::integer, %(categories)s::text[])

-- name: head
-- See 070_positions.pre.sql.
select eventlog.head_v1()

-- name: newest
-- The newest event that can be seen, settled or not.
select coalesce((select position from eventlog.events order by position desc limit 1), 0)

-- name: load_snapshot
-- The snapshot of a stream.
select version, schema, state from eventlog.snapshots where stream_id = %s and category = %s

-- name: save_snapshot
-- Keep a snapshot unless a newer one is there.
insert into eventlog.snapshots as kept (category, stream_id, version, schema, state)
values (%s, %s, %s, %s, %s)
on conflict (stream_id, category) do update
set version = excluded.version, schema = excluded.schema, state = excluded.state
where (kept.schema, kept.version) < (excluded.schema, excluded.version)

-- name: delete_snapshots_of_subject
-- Folded states may hold what the subject's key encrypted. Looks at the whole log: an erasure is rare.
delete from eventlog.snapshots kept
using (select distinct category, stream_id from eventlog.events where subject = %s) told
where kept.stream_id = told.stream_id and kept.category = told.category

-- name: load_keys
-- The keys of some subjects.
select subject, key from eventlog.subject_keys where subject = any (%s::text[])

-- name: create_key
-- Keep a key unless the subject has one.
insert into eventlog.subject_keys (subject, key) values (%s, %s) on conflict (subject) do nothing

-- name: delete_key
-- Destroy a subject's key.
delete from eventlog.subject_keys where subject = %s
