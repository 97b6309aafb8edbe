-- name: note_unindexed
insert into unindexed (id, kind, place) values (%(id)s, %(kind)s, %(place)s)
on conflict (id) do nothing

-- name: note_unindexed_again
-- Where it waits already its row is touched: whoever is about to take it has not seen what is new, and must not.
insert into unindexed (id, kind, place)
select id, kind, place from search_entries where id = %(id)s
union
select id, kind, place from unindexed where id = %(id)s
on conflict (id) do update set place = excluded.place

-- name: note_thread_unindexed
-- Somebody else may find all of its messages from now on.
insert into unindexed (id, kind, place)
select id, kind, place from search_entries where thread_id = %(thread_id)s
union
select unindexed.id, unindexed.kind, unindexed.place
from unindexed
join messages on messages.id = unindexed.id
where messages.thread_id = %(thread_id)s
on conflict (id) do update set place = excluded.place

-- name: note_case_notes_unindexed
-- Who speaks for the client from now on may find all of its notes.
insert into unindexed (id, kind, place)
select search_entries.id, search_entries.kind, search_entries.place
from notes
join search_entries on search_entries.id = notes.id
where notes.case_id = %(case_id)s
union
select unindexed.id, unindexed.kind, unindexed.place
from notes
join unindexed on unindexed.id = notes.id
where notes.case_id = %(case_id)s
on conflict (id) do update set place = excluded.place

-- name: take_unindexed
-- Newest first; several may take at once, and each takes others.
with taken as (
    delete from unindexed
    where id in (select id from unindexed order by place desc limit %(limit)s for update skip locked)
    returning id, kind, place
)
select
    taken.id, taken.kind, taken.place, messages.thread_id,
    coalesce(messages.body, concat_ws(' ', notes.title, notes.description)) as text,
    case taken.kind
        when 'message' then array(
            select company_id from thread_participants where thread_participants.thread_id = messages.thread_id
        )
        else array(
            select unnest(notes.audience)
            union
            select managing_partner_id
            from cases
            where cases.id = notes.case_id and managing_partner_id is not null
        )
    end as company_ids
from taken
left join messages on taken.kind = 'message' and messages.id = taken.id
left join notes on taken.kind = 'note' and notes.id = taken.id and not notes.deleted

-- name: put_search_entry
insert into search_entries (id, kind, thread_id, place, terms)
values (%(id)s, %(kind)s, %(thread_id)s, %(place)s, array_to_tsvector(%(terms)s::text[]))
on conflict (id) do update set terms = excluded.terms

-- name: add_search_month
insert into search_months (company_id, month) values (%(company_id)s, %(month)s)
on conflict (company_id, month) do nothing
