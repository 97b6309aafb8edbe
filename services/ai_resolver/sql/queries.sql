-- name: put_company_zone
-- The newest zone wins; events of one company come in order.
insert into companies (id, time_zone)
values (%(id)s, %(time_zone)s)
on conflict (id) do update set time_zone = excluded.time_zone

-- name: put_company_wish
insert into companies (id, time_zone, mode, remote_model)
values (%(id)s, 'UTC', %(mode)s, %(remote_model)s)
on conflict (id) do update set mode = excluded.mode, remote_model = excluded.remote_model

-- name: add_task
-- A task that comes back keeps nothing of its first life but its id.
insert into open_tasks (id, thread_id, side, company_id, message_id, thread_version, created_at, reopened)
values (%(id)s, %(thread_id)s, %(side)s, %(company_id)s, %(message_id)s, %(thread_version)s, %(created_at)s,
        %(reopened)s)
on conflict (id) do update set reopened = open_tasks.reopened or excluded.reopened

-- name: remove_task
delete from open_tasks where id = %(id)s

-- name: add_verdict
insert into verdicts (id, thread_id, case_id, thread_version, outcome, mode, reason, label, language, model,
                      prompt_version, classifier, threshold, tasks, judged_at, position)
values (%(id)s, %(thread_id)s, %(case_id)s, %(thread_version)s, %(outcome)s, %(mode)s, %(reason)s, %(label)s,
        %(language)s, %(model)s, %(prompt_version)s, %(classifier)s, %(threshold)s, %(tasks)s, %(judged_at)s,
        %(position)s)
on conflict (id) do nothing

-- name: dispute_verdict
update verdicts set disputed_at = coalesce(disputed_at, %(disputed_at)s) where id = %(id)s

-- name: count_candidates
select count(*) from (select 1 from open_tasks where created_at <= %(before)s group by thread_id, side) as threads

-- name: candidates
-- The next threads by id in which a side owes answers, all of whose open tasks there are old enough.
select thread_id, side,
       array_agg(id order by id),
       array_agg(company_id order by id),
       array_agg(message_id order by id),
       min(thread_version), max(thread_version),
       bool_or(reopened)
from open_tasks
where (%(after)s::uuid is null or thread_id > %(after)s)
group by thread_id, side
having max(created_at) <= %(before)s
order by thread_id, side
limit %(limit)s

-- name: companies_by_id
select id, time_zone, mode, remote_model from companies where id = any(%(ids)s)

-- name: sample
-- Some of the bursts that were called concluded, chosen by a seed that the caller gives: the same again.
select id, thread_id, thread_version, mode, reason, judged_at, disputed_at
from verdicts
where outcome = 'concluded' and judged_at >= %(since)s and judged_at < %(until)s
order by md5(id::text || %(seed)s)
limit %(limit)s

-- name: rates
-- What was called concluded since then and how much of it people brought back; shadow verdicts closed nothing.
select mode,
       count(*) filter (where outcome = 'concluded'),
       count(*) filter (where outcome = 'reply_expected'),
       count(*) filter (where outcome = 'undecided'),
       count(*) filter (where disputed_at is not null)
from verdicts
where judged_at >= %(since)s
group by mode
order by mode

-- name: disputed
select id, thread_id, thread_version, language, disputed_at
from verdicts
where disputed_at is not null
order by position
