-- name: ensure_checkpoint
insert into checkpoints (name, position) values (%(name)s, 0) on conflict do nothing;

-- name: read_checkpoint
select position from checkpoints where name = %(name)s;

-- name: lock_checkpoint
-- No row: another replica is at work.
select position from checkpoints where name = %(name)s for update skip locked;

-- name: wait_for_checkpoint
select position from checkpoints where name = %(name)s for update;

-- name: advance_checkpoint
-- One round trip for the two: rows that say "ahead of the checkpoint" go when it gets there.
with passed as (delete from projected_ahead where position <= %(position)s)
update checkpoints set position = %(position)s where name = %(name)s;

-- name: find_marks
-- What is special about these streams: the version they are projected up to, the version from which they are parked.
select stream, version, null from projected_ahead where stream = any (%(streams)s)
union all
select stream, null, min(version) from parked_events where stream = any (%(streams)s) group by stream;

-- name: put_ahead
insert into projected_ahead (stream, version, position) values (%(stream)s, %(version)s, %(position)s)
on conflict (stream) do update set version = excluded.version, position = excluded.position
where projected_ahead.version < excluded.version;

-- name: park_event
insert into parked_events (stream, version, position, event_id, type, poisoned, error, attempts)
values (%(stream)s, %(version)s, %(position)s, %(event_id)s, %(type)s, %(poisoned)s, %(error)s, %(attempts)s)
on conflict (stream, version) do nothing;

-- name: count_poisoned
select count(*) from parked_events where poisoned;

-- name: list_parked
select stream, version, position, event_id, type, poisoned, error, attempts, parked_at
from parked_events
where %(stream)s::text is null or stream = %(stream)s
order by position;

-- name: first_parked
select stream, version, position, event_id, type, poisoned, error, attempts, parked_at
from parked_events
where stream = %(stream)s
order by version
limit 1;

-- name: unpark_event
delete from parked_events where stream = %(stream)s and version = %(version)s;

-- name: note_failed_retry
update parked_events
set poisoned = true, error = %(error)s, attempts = attempts + 1
where stream = %(stream)s and version = %(version)s;
