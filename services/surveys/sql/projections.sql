-- name: put_company
insert into companies (id, name, country, subdivision, time_zone, observes_holidays)
values (%(id)s, %(name)s, %(country)s, %(subdivision)s, %(time_zone)s, %(observes_holidays)s)
on conflict (id) do update
set name = excluded.name, country = excluded.country, subdivision = excluded.subdivision,
    time_zone = excluded.time_zone, observes_holidays = excluded.observes_holidays

-- name: set_cadence
insert into cadences (partner_id, mode, day) values (%(partner_id)s, %(mode)s, %(day)s)
on conflict (partner_id) do update set mode = excluded.mode, day = excluded.day

-- name: open_case
insert into cases (id, status) values (%(id)s, %(status)s) on conflict (id) do nothing

-- name: assign_case
-- An engagement is active from its assignment where the case is active already.
update cases
set partner_id = %(partner_id)s, engagement_id = %(engagement_id)s,
    activated_at = case when status = 'Active' then %(at)s::timestamptz end
where id = %(id)s and engagement_id is distinct from %(engagement_id)s

-- name: move_case
update cases
set status = %(status)s,
    activated_at = coalesce(
        activated_at,
        case when %(status)s = 'Active' and partner_id is not null then %(at)s::timestamptz end
    )
where id = %(id)s

-- name: open_survey
insert into surveys (
    id, case_id, case_reference, engagement_id, creditor_id, partner_id, currency, month, requested_at, due_at, position
) values (
    %(id)s, %(case_id)s, %(case_reference)s, %(engagement_id)s, %(creditor_id)s, %(partner_id)s, %(currency)s,
    %(month)s, %(requested_at)s, %(due_at)s, %(position)s
) on conflict (id) do nothing

-- name: refresh_survey
update surveys set month = %(month)s where id = %(id)s

-- name: save_draft
update surveys set draft = %(draft)s where id = %(id)s and status = 'open'

-- name: end_survey
update surveys
set status = %(status)s, ended_at = %(ended_at)s, report = %(report)s, draft = null
where id = %(id)s

-- name: put_known_entry
-- A note that was edited keeps the time at which it was logged.
insert into known_entries (id, case_id, engagement_id, kind, at, title, amount, currency)
values (%(id)s, %(case_id)s, %(engagement_id)s, %(kind)s, %(at)s, %(title)s, %(amount)s, %(currency)s)
on conflict (id) do update set title = excluded.title

-- name: drop_known_entry
delete from known_entries where id = %(id)s
