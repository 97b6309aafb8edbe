-- name: partners_by_id
select c.id, c.country, c.subdivision, c.time_zone, c.observes_holidays, k.mode, k.day
from companies c left join cadences k on k.partner_id = c.id
where c.id = any (%(ids)s)

-- name: active_cases
-- A portion of the active cases by id, with the month of the last survey that their engagement had.
select c.id, c.partner_id, c.engagement_id, c.activated_at, last.month
from cases c
left join lateral (
    select month from surveys s
    where s.case_id = c.id and s.engagement_id = c.engagement_id
    order by s.position desc limit 1
) last on true
where c.status = 'Active' and c.activated_at is not null and c.id > %(after)s
order by c.id
limit %(limit)s

-- name: count_active_cases
select count(*) as count from cases where status = 'Active' and activated_at is not null

-- name: overdue_surveys
select id, case_id from surveys where status = 'open' and due_at < %(now)s order by due_at, id

-- name: survey_by_id
-- The fence: the partner that is asked, the creditor once it was answered, and the platform.
select * from surveys
where id = %(id)s and (
    %(viewer)s::uuid is null or partner_id = %(viewer)s
    or (creditor_id = %(viewer)s and status = 'submitted')
)

-- name: list_surveys
select * from surveys
where position < %(before)s and (
    %(viewer)s::uuid is null or partner_id = %(viewer)s
    or (creditor_id = %(viewer)s and status = 'submitted')
)
and (%(status)s::text is null or status = %(status)s)
and (%(case_id)s::uuid is null or case_id = %(case_id)s)
order by position desc
limit %(limit)s

-- name: known_since_last_update
-- What was logged on the case in this engagement since its last submitted survey.
select kind, at, title, amount, currency
from known_entries
where case_id = %(case_id)s and (engagement_id is null or engagement_id = %(engagement_id)s)
and at > coalesce((
    select max(ended_at) from surveys
    where case_id = %(case_id)s and engagement_id = %(engagement_id)s and status = 'submitted'
), '-infinity')
order by at, id
