-- Who spoke for the client at a time is looked up for each item that is shown.
create index timeline_items_of_naming on timeline_items (case_id, position) where type = 'managing_partner_named';
