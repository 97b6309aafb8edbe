-- name: read_relay_checkpoint
select position from relay_checkpoint;

-- name: advance_relay_checkpoint
-- Never backwards: a leader that slept and woke knows less than the one that took over.
update relay_checkpoint set position = %(position)s where position < %(position)s;
