-- An event may be several items of a timeline, such as an update with all that it reports; `part` counts them.
alter table timeline_items add column part integer not null default 0;

drop index timeline_items_of_case;
create index timeline_items_of_case on timeline_items (case_id, place, at, position, part);
