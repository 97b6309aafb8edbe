-- name: try_lock
-- One rebuild of a service at a time, for as long as its session lives. Two numbers: with one it could look like the mark
-- of an append.
select pg_try_advisory_lock(7208, hashtext(%(name)s));

-- name: put_checkpoint
insert into checkpoints (name, position) values (%(name)s, %(position)s);

-- name: live_checkpoint
select position from {live}.checkpoints where name = %(name)s;

-- name: lock_live_checkpoint
select position from {live}.checkpoints where name = %(name)s for update;

-- name: delete_live_checkpoint
delete from {live}.checkpoints where name = %(name)s;

-- name: live_parked
select stream, min(version) from {live}.parked_events group by stream;

-- name: live_ahead
select stream, version from {live}.projected_ahead where position <= %(head)s;

-- name: copy_parked
insert into parked_events select * from {live}.parked_events where position <= %(head)s;

-- name: copy_ahead
insert into projected_ahead select * from {live}.projected_ahead where position <= %(head)s;
