-- Every reader keeps to marks now, and every append takes its positions from the sequence: appends need to take turns no
-- more, but for those who still wait for one.
drop function append_several_v2;
drop function append_one_v2;

select pg_advisory_xact_lock(7209000);
select setval('positions', greatest(
    pg_sequence_last_value('eventlog.positions'), (select coalesce(max(position), 0) from events)
));

-- What every append does first. Whoever takes this lock alone has no append under way.
create or replace function begin_append_v1() returns void language plpgsql volatile as $$
declare
    done text;
begin
    done := pg_advisory_xact_lock_shared(7209000);
end
$$;

do $$
begin
    execute format('revoke update on sequence eventlog.positions from %I', current_setting('parley.application_role'));
end
$$;
