-- What can be found by words. `place` orders hits, newest first: the month times 10^12, plus the position in the
-- log. `terms` holds the words, and for each company that may find it one term `#<company>/<month>`: so one index
-- serves tenant, month and words together, and a tenant's search costs by its own messages. Who may see a hit is
-- looked up where the thing itself is, all the same.
create table search_entries (
    id        uuid primary key,
    kind      text not null,
    thread_id uuid,
    place     bigint not null,
    terms     tsvector not null
);

create index search_entries_by_terms on search_entries using gin (terms);
create index search_entries_of_thread on search_entries (thread_id) where thread_id is not null;

-- The months in which there is something of a company: a search goes back through them until it has found enough.
create table search_months (
    company_id uuid not null,
    month      integer not null,
    primary key (company_id, month)
);

-- What is not in search_entries yet, or to be put there anew: that costs more than all the rest of a message, and is
-- done in portions beside the subscription. A search looks through the newest of these itself.
create table unindexed (
    id    uuid primary key,
    kind  text not null,
    place bigint not null
);

create index unindexed_by_place on unindexed (place);
