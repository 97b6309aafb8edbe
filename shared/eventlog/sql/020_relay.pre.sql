-- How far the log has been published. One row, which only moves forward.
create table relay_checkpoint (
    one      boolean primary key default true check (one),
    position bigint  not null check (position >= 0)
);

insert into relay_checkpoint (position) values (0);

do $$
begin
    execute format('grant select, update on relay_checkpoint to %I', current_setting('parley.application_role'));
end
$$;
