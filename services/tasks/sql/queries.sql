-- name: put_company
-- The newest details win; events of one company come in order.
insert into companies (id, side, name, country, subdivision, time_zone, observes_holidays)
values (%(id)s, %(side)s, %(name)s, %(country)s, %(subdivision)s, %(time_zone)s, %(observes_holidays)s)
on conflict (id) do update
set name = excluded.name,
    side = excluded.side,
    country = excluded.country,
    subdivision = excluded.subdivision,
    time_zone = excluded.time_zone,
    observes_holidays = excluded.observes_holidays

-- name: companies_by_id
select id, side, name, country, subdivision, time_zone, observes_holidays
from companies
where id = any(%(ids)s)

-- name: add_task
-- Seen again, also after it was solved, it changes nothing. A side that is answered has written since what it was
-- spared automatically: that cannot come back.
with ended as (
    update tasks set reopenable = false
    where reopenable and thread_id = %(thread_id)s and side <> %(side)s
)
insert into tasks (
    id, type, title, company_id, side, case_id, case_reference, thread_id, message_id,
    created_at, due_at, calendar, time_zone, skipped_days, rule, asked_time_zone, asked_by, about_id,
    board_category, board_id
)
values (
    %(id)s, %(type)s, %(title)s, %(company_id)s, %(side)s, %(case_id)s, %(case_reference)s,
    %(thread_id)s, %(message_id)s, %(created_at)s, %(due_at)s, %(calendar)s, %(time_zone)s,
    %(skipped_days)s::date[], %(rule)s, %(asked_time_zone)s, %(asked_by)s, %(about_id)s,
    %(board_category)s, %(board_id)s
)
on conflict (id) do nothing

-- name: solve_task
-- Who was answered once stays answered: a thread that closes later withdraws only what was open.
update tasks
set solved_at = coalesce(solved_at, %(solved_at)s),
    solved_by = coalesce(solved_by, %(solved_by)s),
    answer_seconds = coalesce(answer_seconds, %(answer_seconds)s),
    reason = coalesce(reason, %(reason)s),
    automatic = coalesce(automatic, %(automatic)s),
    reopenable = %(reopenable)s,
    postponed_to = null
where id = %(id)s

-- name: reopen_task
update tasks
set solved_at = null, solved_by = null, answer_seconds = null, reason = null, automatic = null, reopenable = false
where id = %(id)s

-- name: assign_task
update tasks set assignee_id = %(assignee_id)s, assignee_name = %(assignee_name)s where id = %(id)s

-- name: postpone_task
-- A deadline that moved on has not passed yet.
update tasks
set postponed_to = %(postponed_to)s,
    overdue_since = case when due_at = %(due_at)s then overdue_since end,
    due_at = %(due_at)s
where id = %(id)s

-- name: mark_overdue
update tasks set overdue_since = %(overdue_since)s where id = %(id)s

-- name: board_of
select board_category, board_id
from tasks
where id = %(id)s
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)

-- name: newly_due
-- Open tasks whose deadline has passed without being on record, in the order of their deadlines.
select id, due_at, board_category, board_id
from tasks
where solved_at is null and overdue_since is null and due_at <= %(now)s
  and (%(after_time)s::timestamptz is null or (due_at, id) > (%(after_time)s, %(after_id)s::uuid))
order by due_at, id
limit %(limit)s

-- name: open_tasks
-- The earliest deadline first. A filter that is null lets everything pass.
select id, type, title, company_id, case_id, case_reference, thread_id,
       created_at, due_at, calendar, time_zone, skipped_days, solved_at, solved_by,
       rule, asked_time_zone, about_id, assignee_id, assignee_name, postponed_to, reason, automatic, reopenable
from tasks
where solved_at is null
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
  and (%(case_id)s::uuid is null or case_id = %(case_id)s)
  and (%(thread_id)s::uuid is null or thread_id = %(thread_id)s)
  and (%(types)s::text[] is null or type = any(%(types)s))
  and (%(assignee_id)s::uuid is null or assignee_id = %(assignee_id)s)
  and (not %(unassigned)s or assignee_id is null)
  and (%(due_before)s::timestamptz is null or due_at < %(due_before)s)
  and (%(due_from)s::timestamptz is null or due_at >= %(due_from)s)
  and (%(postponed)s::boolean is null or (postponed_to is not null and postponed_to > %(now)s) = %(postponed)s)
  and (%(after_time)s::timestamptz is null or (due_at, id) > (%(after_time)s, %(after_id)s::uuid))
order by due_at, id
limit %(limit)s

-- name: solved_tasks
-- The latest solved first. A filter that is null lets everything pass.
select id, type, title, company_id, case_id, case_reference, thread_id,
       created_at, due_at, calendar, time_zone, skipped_days, solved_at, solved_by,
       rule, asked_time_zone, about_id, assignee_id, assignee_name, postponed_to, reason, automatic, reopenable
from tasks
where solved_at is not null
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
  and (%(case_id)s::uuid is null or case_id = %(case_id)s)
  and (%(thread_id)s::uuid is null or thread_id = %(thread_id)s)
  and (%(types)s::text[] is null or type = any(%(types)s))
  and (%(assignee_id)s::uuid is null or assignee_id = %(assignee_id)s)
  and (not %(unassigned)s or assignee_id is null)
  and (%(due_before)s::timestamptz is null or due_at < %(due_before)s)
  and (%(due_from)s::timestamptz is null or due_at >= %(due_from)s)
  and (%(after_time)s::timestamptz is null or (solved_at, id) < (%(after_time)s, %(after_id)s::uuid))
order by solved_at desc, id desc
limit %(limit)s

-- name: task_by_id
select id, type, title, company_id, case_id, case_reference, thread_id,
       created_at, due_at, calendar, time_zone, skipped_days, solved_at, solved_by,
       rule, asked_time_zone, about_id, assignee_id, assignee_name, postponed_to, reason, automatic, reopenable
from tasks
where id = %(id)s
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)

-- name: open_tasks_per_case
select case_id, count(*)
from tasks
where solved_at is null
  and case_id = any(%(case_ids)s)
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
group by case_id

-- name: open_tasks_per_type
-- Open tasks that lists show now, by type, and how many of them are overdue.
select type, count(*) as count, count(*) filter (where due_at < %(now)s) as overdue
from tasks
where solved_at is null
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
  and (postponed_to is null or postponed_to <= %(now)s)
group by type

-- name: open_task_groups
-- Open tasks by thread, those without one each for itself; the group whose first task is due first comes first.
with groups as (
    select coalesce(thread_id, id) as group_id, count(*) as count,
           count(*) filter (where due_at < %(now)s) as overdue_count,
           min(due_at) as first_due_at, (array_agg(id order by due_at, id))[1] as first_id
    from tasks
    where solved_at is null
      and (%(company_id)s::uuid is null or company_id = %(company_id)s)
      and (%(types)s::text[] is null or type = any(%(types)s))
      and (postponed_to is null or postponed_to <= %(now)s)
    group by 1
),
page as (
    select *
    from groups
    where %(after_time)s::timestamptz is null or (first_due_at, group_id) > (%(after_time)s, %(after_id)s::uuid)
    order by first_due_at, group_id
    limit %(limit)s
)
select page.group_id, page.count, page.overdue_count, page.first_due_at,
       t.id, t.type, t.title, t.company_id, t.case_id, t.case_reference, t.thread_id,
       t.created_at, t.due_at, t.calendar, t.time_zone, t.skipped_days, t.solved_at, t.solved_by,
       t.rule, t.asked_time_zone, t.about_id, t.assignee_id, t.assignee_name, t.postponed_to, t.reason,
       t.automatic, t.reopenable
from page
join tasks t on t.id = page.first_id
order by page.first_due_at, page.group_id

-- name: sla_by_month
-- How timely partners were, by the month, in the zone of who owed it, that a task came due in. What was withdrawn or
-- solved automatically counts for nothing, what is open for nothing until its deadline.
select
    company_id,
    to_char(due_at at time zone time_zone, 'YYYY-MM') as month,
    count(*) filter (where solved_at <= due_at) as in_time,
    count(*) filter (where solved_at is null or solved_at > due_at) as late,
    percentile_cont(0.5) within group (order by answer_seconds)
        filter (where answer_seconds is not null) / 3600.0 as median_hours,
    percentile_cont(0.9) within group (order by answer_seconds)
        filter (where answer_seconds is not null) / 3600.0 as p90_hours,
    count(*) filter (where type = 'ReplyToCaseSurvey') as surveys,
    avg(
        greatest(0, 1 - greatest(0, extract(epoch from coalesce(solved_at, %(now)s) - due_at)) / (7 * 86400.0))
    ) filter (where type = 'ReplyToCaseSurvey') as survey_score
from tasks
where side = 'partner'
  and type = any(%(types)s)
  and (solved_by is null or solved_by not in ('withdrawn', 'automatic'))
  and (solved_at is not null or due_at < %(now)s)
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
  and (%(asked_by)s::uuid is null or asked_by = %(asked_by)s)
  -- A day on either side, for the zones; the month itself is cut by the line below.
  and due_at >= %(from)s and due_at < %(until)s
  and to_char(due_at at time zone time_zone, 'YYYY-MM') between %(first_month)s and %(last_month)s
group by 1, 2
order by 2 desc, 1
