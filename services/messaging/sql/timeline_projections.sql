-- name: add_timeline_item
insert into timeline_items (
    id, case_id, type, position, part, place, at, recorded_at, title, description, actor_kind, actor_user_id,
    actor_name, data, audience
)
values (
    %(id)s, %(case_id)s, %(type)s, %(position)s, %(part)s, %(position)s, %(recorded_at)s, %(recorded_at)s, %(title)s,
    %(description)s, %(actor_kind)s, %(actor_user_id)s, %(actor_name)s, %(data)s, %(audience)s
)
on conflict (id) do nothing

-- name: add_dated_timeline_item
-- Its place is behind the last thing of the case that had happened by then, as the log stood when it was written.
insert into timeline_items (
    id, case_id, type, position, part, place, at, recorded_at, title, description, actor_kind, actor_user_id,
    actor_name, data, audience
)
select
    %(id)s, %(case_id)s, %(type)s, %(position)s, %(part)s, coalesce(max(earlier.position), 0), %(at)s, %(recorded_at)s,
    %(title)s, %(description)s, %(actor_kind)s, %(actor_user_id)s, %(actor_name)s, %(data)s, %(audience)s
from timeline_items as earlier
where earlier.case_id = %(case_id)s
    and earlier.place = earlier.position
    and earlier.position < %(position)s
    and earlier.at <= %(at)s
on conflict (id) do nothing

-- name: change_note_item
-- The note says something else; it stays where it is in the log, and is placed anew where it is dated.
update timeline_items
set title = %(title)s,
    description = %(description)s,
    data = %(data)s,
    at = coalesce(%(at)s, recorded_at),
    place = case
        when %(at)s::timestamptz is null then position
        else (
            select coalesce(max(earlier.position), 0)
            from timeline_items as earlier
            where earlier.case_id = timeline_items.case_id
                and earlier.place = earlier.position
                and earlier.position < timeline_items.position
                and earlier.at <= %(at)s
        )
    end
where id = %(id)s

-- name: delete_note_item
-- What is left says that there was a note.
update timeline_items
set type = 'note_deleted', title = 'Note deleted', description = null, data = %(data)s
where id = %(id)s

-- name: forget_managing_time
-- Who spoke for the client sees no more of that time, even if it collects the case later or did so before.
update timeline_items
set audience = array_remove(audience, %(company_id)s::uuid)
where case_id = %(case_id)s
    and %(company_id)s::uuid = any (audience)
    and position > (
        select max(naming.position)
        from timeline_items as naming
        where naming.case_id = %(case_id)s
            and naming.type = 'managing_partner_named'
            and naming.data ->> 'managing_partner_id' = %(company_id)s::uuid::text
    )
    and data ->> 'respondent_id' is distinct from %(company_id)s::uuid::text

-- name: remember_email
insert into timeline_emails (mail_id, case_id, user_id, kind, recipient_name)
values (%(mail_id)s, %(case_id)s, %(user_id)s, %(kind)s, %(recipient_name)s)
on conflict (mail_id) do nothing

-- name: add_sent_email
insert into timeline_items (
    id, case_id, type, position, place, at, recorded_at, title, description, actor_kind, actor_user_id, actor_name,
    data, audience
)
select
    %(mail_id)s, timeline_emails.case_id, 'email_sent', %(position)s, %(position)s, %(recorded_at)s, %(recorded_at)s,
    'E-mail sent', 'To ' || timeline_emails.recipient_name, 'system', null, null,
    jsonb_build_object(
        'mail_id', timeline_emails.mail_id, 'user_id', timeline_emails.user_id, 'kind', timeline_emails.kind
    ),
    %(audience)s
from timeline_emails
where timeline_emails.mail_id = %(mail_id)s
on conflict (id) do nothing

-- name: log_note
with first_version as (
    insert into note_versions (note_id, revision, written_at, deleted, title, description, event_date)
    values (%(id)s, 1, %(created_at)s, false, %(title)s, %(description)s, %(event_date)s)
    on conflict (note_id, revision) do nothing
)
insert into notes (
    id, case_id, client_note_id, author_id, author_name, author_company_id, title, description, event_date, created_at,
    deleted, position, audience
)
values (
    %(id)s, %(case_id)s, %(client_note_id)s, %(author_id)s, %(author_name)s, %(author_company_id)s, %(title)s,
    %(description)s, %(event_date)s, %(created_at)s, false, %(position)s, %(audience)s
)
on conflict (id) do nothing

-- name: edit_note
with next_version as (
    insert into note_versions (note_id, revision, written_at, deleted, title, description, event_date)
    values (%(id)s, %(version)s, %(edited_at)s, false, %(title)s, %(description)s, %(event_date)s)
    on conflict (note_id, revision) do nothing
)
update notes
set title = %(title)s, description = %(description)s, event_date = %(event_date)s, edited_at = %(edited_at)s
where id = %(id)s

-- name: delete_note
with last_version as (
    insert into note_versions (note_id, revision, written_at, deleted)
    values (%(id)s, %(version)s, %(deleted_at)s, true)
    on conflict (note_id, revision) do nothing
)
update notes set deleted = true where id = %(id)s
