-- `viewer` is the company that asks, null for the platform, which sees everything.

-- name: list_timeline
-- The companies that work on a case are in the audience of what they may see, and nobody else is.
select
    timeline_items.id, timeline_items.type, timeline_items.at, timeline_items.recorded_at, timeline_items.position, timeline_items.place,
    timeline_items.title, timeline_items.description, timeline_items.data, timeline_items.actor_kind,
    coalesce(timeline_items.actor_name, users.name) as actor_name,
    companies.id as company_id, companies.name as company_name, companies.side
from timeline_items
left join users on users.id = timeline_items.actor_user_id
left join companies on companies.id = users.company_id
where timeline_items.case_id = %(case_id)s
    and (timeline_items.place, timeline_items.at, timeline_items.position)
        < (%(before_place)s, %(before_at)s, %(before)s)
    and (%(types)s::text[] is null or timeline_items.type = any (%(types)s))
    and (%(viewer)s::uuid is null or %(viewer)s = any (timeline_items.audience))
order by timeline_items.place desc, timeline_items.at desc, timeline_items.position desc
limit %(limit)s

-- name: list_notes
select
    id, case_id, client_note_id, title, description, event_date, author_id, author_name, author_company_id, created_at,
    edited_at, position
from notes
where case_id = %(case_id)s
    and position < %(before)s
    and not deleted
    and (%(viewer)s::uuid is null or %(viewer)s = any (audience))
order by position desc
limit %(limit)s

-- name: get_note
select id, case_id, author_id, author_name, author_company_id from notes where id = %(note_id)s

-- name: list_note_versions
select revision, written_at, deleted, title, description, event_date
from note_versions
where note_id = %(note_id)s
order by revision
