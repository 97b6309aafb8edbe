-- `viewer` is the company that asks, null for the platform, which sees everything.

-- name: list_timeline
-- Who may know of the case sees the items in whose audience it is; a bidder knows of no case. Who speaks for the
-- creditor sees what the creditor sees, from before its time as well. Whoever did so at that time `manages`.
select
    timeline_items.id, timeline_items.type, timeline_items.at, timeline_items.recorded_at, timeline_items.position, timeline_items.part,
    timeline_items.place,
    timeline_items.title, timeline_items.description, timeline_items.data, timeline_items.actor_kind,
    coalesce(timeline_items.actor_name, users.name) as actor_name,
    companies.id as company_id, companies.name as company_name, companies.side,
    (
        select naming.data ->> 'managing_partner_id'
        from timeline_items as naming
        where naming.case_id = %(case_id)s
            and naming.type = 'managing_partner_named'
            and naming.position < timeline_items.position
        order by naming.position desc
        limit 1
    ) = companies.id::text as manages
from timeline_items
left join users on users.id = timeline_items.actor_user_id
left join companies on companies.id = users.company_id
where timeline_items.case_id = %(case_id)s
    and (timeline_items.place, timeline_items.at, timeline_items.position, timeline_items.part)
        < (%(before_place)s, %(before_at)s, %(before)s, %(before_part)s)
    and (%(types)s::text[] is null or timeline_items.type = any (%(types)s))
    and (
        %(viewer)s::uuid is null
        or exists (select from case_access where case_id = %(case_id)s and company_id = %(viewer)s)
    )
    and (
        %(viewer)s::uuid is null
        or %(viewer)s = any (timeline_items.audience)
        or (select creditor_id from cases where id = %(case_id)s and managing_partner_id = %(viewer)s)
            = any (timeline_items.audience)
    )
order by
    timeline_items.place desc, timeline_items.at desc, timeline_items.position desc, timeline_items.part desc
limit %(limit)s

-- name: list_notes
-- The client's side, which no engagement bounds, sees every note, whoever collected then; a partner those of its own.
-- The search finds the same.
select
    id, case_id, client_note_id, title, description, event_date, author_id, author_name, author_company_id, created_at,
    edited_at, position
from notes
where case_id = %(case_id)s
    and position < %(before)s
    and not deleted
    and (
        %(viewer)s::uuid is null
        or exists (
            select
            from case_access
            where case_access.case_id = %(case_id)s and case_access.company_id = %(viewer)s
                and (case_access.engagement_id is null or notes.author_company_id = %(viewer)s)
        )
    )
order by position desc
limit %(limit)s

-- name: get_note
select id, case_id, author_id, author_name, author_company_id from notes where id = %(note_id)s

-- name: list_note_versions
select revision, written_at, deleted, title, description, event_date
from note_versions
where note_id = %(note_id)s
order by revision
