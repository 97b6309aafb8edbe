-- name: put_company
-- The newest details win; events of one company come in order.
insert into companies (id, name, country, subdivision, time_zone, observes_holidays)
values (%(id)s, %(name)s, %(country)s, %(subdivision)s, %(time_zone)s, %(observes_holidays)s)
on conflict (id) do update
set name = excluded.name,
    country = excluded.country,
    subdivision = excluded.subdivision,
    time_zone = excluded.time_zone,
    observes_holidays = excluded.observes_holidays

-- name: companies_by_id
select id, name, country, subdivision, time_zone, observes_holidays
from companies
where id = any(%(ids)s)

-- name: add_task
-- Seen again, also after it was solved, it changes nothing.
insert into tasks (
    id, type, title, company_id, side, case_id, case_reference, thread_id, message_id,
    created_at, due_at, calendar, time_zone, skipped_days
)
values (
    %(id)s, %(type)s, %(title)s, %(company_id)s, %(side)s, %(case_id)s, %(case_reference)s,
    %(thread_id)s, %(message_id)s, %(created_at)s, %(due_at)s, %(calendar)s, %(time_zone)s,
    %(skipped_days)s::date[]
)
on conflict (id) do nothing

-- name: solve_task
update tasks
set solved_at = %(solved_at)s, solved_by = %(solved_by)s
where id = %(id)s

-- name: open_tasks
-- The earliest deadline first. A filter that is null lets everything pass.
select id, type, title, company_id, case_id, case_reference, thread_id,
       created_at, due_at, calendar, time_zone, skipped_days, solved_at, solved_by
from tasks
where solved_at is null
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
  and (%(case_id)s::uuid is null or case_id = %(case_id)s)
  and (%(thread_id)s::uuid is null or thread_id = %(thread_id)s)
  and (%(due_before)s::timestamptz is null or due_at < %(due_before)s)
  and (%(due_from)s::timestamptz is null or due_at >= %(due_from)s)
  and (%(after_time)s::timestamptz is null or (due_at, id) > (%(after_time)s, %(after_id)s::uuid))
order by due_at, id
limit %(limit)s

-- name: solved_tasks
-- The latest solved first. A filter that is null lets everything pass.
select id, type, title, company_id, case_id, case_reference, thread_id,
       created_at, due_at, calendar, time_zone, skipped_days, solved_at, solved_by
from tasks
where solved_at is not null
  and (%(company_id)s::uuid is null or company_id = %(company_id)s)
  and (%(case_id)s::uuid is null or case_id = %(case_id)s)
  and (%(thread_id)s::uuid is null or thread_id = %(thread_id)s)
  and (%(after_time)s::timestamptz is null or (solved_at, id) < (%(after_time)s, %(after_id)s::uuid))
order by solved_at desc, id desc
limit %(limit)s

-- name: task_by_id
select id, type, title, company_id, case_id, case_reference, thread_id,
       created_at, due_at, calendar, time_zone, skipped_days, solved_at, solved_by
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
