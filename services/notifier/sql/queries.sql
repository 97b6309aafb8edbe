-- name: put_company
insert into companies (company_id, side, name, time_zone, locale, country, subdivision, observes_holidays)
values (
    %(company_id)s, %(side)s, %(name)s, %(time_zone)s, %(locale)s, %(country)s, %(subdivision)s, %(observes_holidays)s
)
on conflict (company_id) do update
set side = excluded.side, name = excluded.name, time_zone = excluded.time_zone, locale = excluded.locale,
    country = excluded.country, subdivision = excluded.subdivision, observes_holidays = excluded.observes_holidays

-- name: put_user
insert into users (user_id, company_id, email, name, active, since_position)
values (%(user_id)s, %(company_id)s, %(email)s, %(name)s, true, %(position)s)
on conflict (user_id) do update
set company_id = excluded.company_id, email = excluded.email, name = excluded.name

-- name: set_user_active
update users
set active = %(active)s,
    since_position = case when %(active)s and not active then %(position)s else since_position end
where user_id = %(user_id)s

-- name: add_message
-- The message and, with it, what is undecided because of it. Only what a person wrote is told by e-mail, to creditors
-- and to partners some of whose users asked for it.
with added as (
    insert into messages (message_id, thread_id, version, role, recipient_ids, posted_at)
    values (
        %(message_id)s, %(thread_id)s, %(version)s, %(role)s, %(recipient_ids)s::uuid[], %(posted_at)s
    )
    on conflict (message_id) do nothing
)
insert into undecided_messages (thread_id, company_id, version, posted_at)
select %(thread_id)s, company_id, %(version)s, %(posted_at)s
from companies c
where company_id = any(%(recipient_ids)s::uuid[]) and %(role)s <> 'platform'
  and (
      side = 'creditor'
      or exists (select from preferences p where p.company_id = c.company_id and p.message_mail)
  )
on conflict (thread_id, company_id, version) do nothing

-- name: add_decision
insert into decisions (decision_id, thread_id, company_id, through_version, recipients, decided_at)
values (%(decision_id)s, %(thread_id)s, %(company_id)s, %(through_version)s, %(recipients)s, %(decided_at)s)
on conflict (decision_id) do nothing

-- name: drop_decided
delete from undecided_messages
where thread_id = %(thread_id)s and company_id = %(company_id)s and version <= %(through_version)s

-- name: add_mail
insert into outbox (
    mail_id, position, kind, user_id, thread_id, message_ids, state, scheduled_at
)
values (
    %(mail_id)s, %(position)s, %(kind)s, %(user_id)s, %(thread_id)s, %(message_ids)s, 'queued', %(scheduled_at)s
)
on conflict (mail_id) do nothing

-- name: note_ambiguous
update outbox set ambiguous_attempts = ambiguous_attempts || %(attempt)s::integer
where mail_id = %(mail_id)s and not ambiguous_attempts @> array[%(attempt)s::integer]

-- name: settle_mail
update outbox set state = %(state)s, reason = %(reason)s, settled_at = %(settled_at)s where mail_id = %(mail_id)s

-- name: open_task
insert into tasks (
    task_id, company_id, opened_position, open, type, title, case_id, case_reference, thread_id, created_at, due_at
)
values (
    %(task_id)s, %(company_id)s, %(position)s, true, %(type)s, %(title)s, %(case_id)s, %(case_reference)s,
    %(thread_id)s, %(created_at)s, %(due_at)s
)
on conflict (task_id) do nothing

-- name: set_task_open
update tasks set open = %(open)s where task_id = %(task_id)s

-- name: put_deadline
update tasks set due_at = %(due_at)s where task_id = %(task_id)s

-- name: put_assignee
update tasks set assignee_id = %(assignee_id)s where task_id = %(task_id)s

-- name: put_digest
insert into digests (digest_id, kind, user_id, version, last_date, through_position, through_time)
values (
    %(digest_id)s, %(kind)s, %(user_id)s, %(version)s, %(last_date)s, %(through_position)s, %(through_time)s
)
on conflict (digest_id) do update
set version = excluded.version, last_date = excluded.last_date, through_position = excluded.through_position,
    through_time = excluded.through_time
where digests.version < excluded.version

-- name: companies_with_tasks
select company_id, country, subdivision, time_zone, observes_holidays
from companies c
where side = %(side)s and exists (select from tasks t where t.company_id = c.company_id and t.open)
order by company_id

-- name: open_tasks
select opened_position, created_at, task_id, type, title, case_id, case_reference, thread_id, due_at, assignee_id
from tasks
where company_id = %(company_id)s and open and opened_position <= %(known_up_to)s

-- name: digest_readers
select u.user_id, greatest(u.since_position, coalesce(p.digest_since, 0)), d.version, d.last_date, d.through_position, d.through_time
from users u
left join preferences p on p.user_id = u.user_id
left join digests d on d.user_id = u.user_id and d.kind = %(kind)s
where u.company_id = %(company_id)s and u.active and coalesce(p.todo_digest, true)
order by u.user_id

-- name: put_preferences
insert into preferences (
    user_id, company_id, case_notifications, todo_digest, message_mail, locale
)
values (
    %(user_id)s, %(company_id)s, %(case_notifications)s, %(todo_digest)s, %(message_mail)s, %(locale)s
)
on conflict (user_id) do update
set company_id = excluded.company_id, case_notifications = excluded.case_notifications,
    todo_digest = excluded.todo_digest, message_mail = excluded.message_mail, locale = excluded.locale,
    digest_since = case
        when excluded.todo_digest and not preferences.todo_digest then %(position)s
        else preferences.digest_since
    end

-- name: suppress_address
insert into suppressed_addresses (user_id, company_id, address, mail_id, since)
values (%(user_id)s, %(company_id)s, %(address)s, %(mail_id)s, %(since)s)
on conflict (user_id) do update
set address = excluded.address, mail_id = excluded.mail_id, since = excluded.since

-- name: restore_address
delete from suppressed_addresses where user_id = %(user_id)s

-- name: suppressed_addresses
select s.user_id, s.company_id, s.address, s.mail_id, s.since
from suppressed_addresses s
order by since desc, user_id

-- name: recipients_of_company
select u.user_id, u.company_id, u.email as address, u.name, u.active, c.side,
       coalesce(p.locale, c.locale) as locale, c.time_zone
from users u join companies c using (company_id) left join preferences p using (user_id)
where u.company_id = %(company_id)s
order by u.user_id

-- name: recipients_by_id
select u.user_id, u.company_id, u.email as address, u.name, u.active, c.side,
       coalesce(p.locale, c.locale) as locale, c.time_zone
from users u join companies c using (company_id) left join preferences p using (user_id)
where u.user_id = any(%(user_ids)s)

-- name: bursts
-- Every undecided burst, the earliest due first; they are few, since each is decided within minutes.
select thread_id, company_id, min(posted_at) as first_at, max(posted_at) as last_at,
       least(max(posted_at) + %(quiet)s, min(posted_at) + %(max_wait)s) as due_at
from undecided_messages
group by thread_id, company_id
order by due_at, thread_id, company_id

-- name: message
select message_id, thread_id, version, role, recipient_ids, posted_at
from messages where message_id = %(message_id)s

-- name: message_versions
select message_id, version from messages where message_id = any(%(message_ids)s)

-- name: companies_by_id
select company_id, side, name from companies where company_id = any(%(company_ids)s) order by side, name

-- name: decision_on
-- The decision that covers a version of the thread: the first one that reached it.
select decision_id, recipients, decided_at
from decisions
where thread_id = %(thread_id)s and company_id = %(company_id)s and through_version >= %(version)s
order by through_version
limit 1

-- name: mails_quoting
-- `left_until` is set while nobody is to try: in the reader's quiet hours, or after the mail server did not take it.
select o.mail_id, o.user_id, o.state, o.reason, o.scheduled_at, o.settled_at,
       case when d.next_attempt_at > clock_timestamp() then d.next_attempt_at end as left_until
from outbox o left join notifier_delivery.deliveries d using (mail_id)
where o.message_ids @> array[%(message_id)s::uuid]

-- name: reached_meanwhile
-- Whether the reader of the e-mail was sent another one since this one was scheduled.
select exists (
    select from outbox this
    join outbox other using (user_id)
    where this.mail_id = %(mail_id)s and other.state = 'sent' and other.settled_at >= this.scheduled_at
)

-- name: outbox
-- The newest e-mails first, of one state or of all.
select o.mail_id, o.kind, o.state, o.user_id, u.email, o.thread_id, cardinality(o.message_ids) as messages,
       o.scheduled_at, o.settled_at, cardinality(o.ambiguous_attempts) as ambiguous, o.reason, coalesce(d.tries, 0) as tries,
       case when o.state = 'queued' then d.next_attempt_at end as next_attempt_at
from outbox o
left join users u using (user_id)
left join notifier_delivery.deliveries d using (mail_id)
where %(state)s::text is null or o.state = %(state)s
order by o.position desc
limit %(limit)s

-- name: adopt
-- Take scheduled e-mails into the senders' work. One that is settled in the log and not yet in these rows may come
-- back by this: its sender looks at the log first and finds nothing to do.
insert into notifier_delivery.deliveries (mail_id)
select o.mail_id
from outbox o
where o.state = 'queued'
  and not exists (select from notifier_delivery.deliveries d where d.mail_id = o.mail_id)
order by o.position
limit 200
on conflict (mail_id) do nothing

-- name: claim
select mail_id, tries, clock_timestamp() - adopted_at
from notifier_delivery.deliveries
where next_attempt_at <= clock_timestamp()
order by next_attempt_at
limit %(most)s
for update skip locked

-- name: frozen
select mail_id, sender, recipient, content, open_attempt, frozen_at
from notifier_delivery.frozen_mails where mail_id = any(%(mail_ids)b)

-- name: freeze
insert into notifier_delivery.frozen_mails (mail_id, sender, recipient, content)
select * from unnest(%(mail_ids)b::uuid[], %(senders)b::text[], %(recipients)b::text[], %(contents)b::bytea[])
on conflict (mail_id) do nothing
returning mail_id, frozen_at

-- name: freeze_anew
-- In place of the bytes that the claimer found, and of no others: those may be on their way in somebody else's hands.
update notifier_delivery.frozen_mails kept
set sender = new.sender, recipient = new.recipient, content = new.content, frozen_at = clock_timestamp()
from unnest(
    %(mail_ids)b::uuid[], %(senders)b::text[], %(recipients)b::text[], %(contents)b::bytea[], %(found)b::timestamptz[]
) new (mail_id, sender, recipient, content, found)
where kept.mail_id = new.mail_id and kept.frozen_at = new.found and kept.open_attempt is null
returning kept.mail_id, kept.frozen_at

-- name: open_attempt
update notifier_delivery.frozen_mails set open_attempt = %(attempt)s
where mail_id = %(mail_id)s and open_attempt is null

-- name: close_attempt
update notifier_delivery.frozen_mails set open_attempt = null
where mail_id = %(mail_id)s and open_attempt = %(attempt)s

-- name: postpone
update notifier_delivery.deliveries
set tries = tries + 1, next_attempt_at = clock_timestamp() + %(delay)s
where mail_id = %(mail_id)s

-- name: hold
update notifier_delivery.deliveries set next_attempt_at = clock_timestamp() + %(delay)s where mail_id = %(mail_id)s

-- name: drop_frozen
delete from notifier_delivery.frozen_mails where mail_id = any(%(mail_ids)s)

-- name: drop_deliveries
delete from notifier_delivery.deliveries where mail_id = any(%(mail_ids)s)

-- name: add_notice
insert into notices (
    notification_id, position, company_id, user_ids, kind, case_id, case_reference, thread_id, facts, recipients, created_at
)
values (
    %(notification_id)s, %(position)s, %(company_id)s, %(user_ids)s::uuid[], %(kind)s, %(case_id)s, %(case_reference)s,
    %(thread_id)s, %(facts)s, %(recipients)s, %(created_at)s
)
on conflict (notification_id) do nothing

-- name: add_notice_reads
insert into notice_reads (user_id, notification_id)
select %(user_id)s, unnest(%(notification_ids)s::uuid[])
on conflict do nothing

-- name: put_notice_mark
insert into notice_marks (user_id, up_to_position) values (%(user_id)s, %(up_to_position)s)
on conflict (user_id) do update set up_to_position = greatest(notice_marks.up_to_position, excluded.up_to_position)

-- name: notices
-- A page of what one user is told, the newest first; nothing from before it came to its company.
select n.notification_id, n.position, n.kind, n.case_id, n.case_reference, n.thread_id, n.facts, n.created_at,
       coalesce(n.position <= m.up_to_position, false) or r.user_id is not null as read
from notices n
join users u on u.user_id = %(user_id)s and u.company_id = n.company_id
left join notice_marks m on m.user_id = u.user_id
left join notice_reads r on r.user_id = u.user_id and r.notification_id = n.notification_id
where n.company_id = %(company_id)s and n.position > u.since_position
  and (n.user_ids = '{}' or u.user_id = any(n.user_ids))
  and (%(before)s::bigint is null or n.position < %(before)s)
  and (not %(unread)s or (r.user_id is null and coalesce(n.position > m.up_to_position, true)))
order by n.position desc
limit %(limit)s

-- name: unread_notices
select count(*)
from notices n
join users u on u.user_id = %(user_id)s and u.company_id = n.company_id
left join notice_marks m on m.user_id = u.user_id
where n.company_id = %(company_id)s and n.position > greatest(u.since_position, coalesce(m.up_to_position, 0))
  and (n.user_ids = '{}' or u.user_id = any(n.user_ids))
  and not exists (
      select from notice_reads r where r.user_id = u.user_id and r.notification_id = n.notification_id
  )

-- name: notice_positions
select n.notification_id, n.position
from notices n
join users u on u.user_id = %(user_id)s and u.company_id = n.company_id
where n.company_id = %(company_id)s and n.notification_id = any(%(ids)s) and n.position > u.since_position
  and (n.user_ids = '{}' or u.user_id = any(n.user_ids))

-- name: company_of_user
select company_id from users where user_id = %(user_id)s::uuid

-- name: notice
select notification_id, company_id, user_ids, recipients, created_at from notices where notification_id = %(notification_id)s

-- name: mails_of_notice
select o.mail_id, o.user_id, o.state, o.reason, o.scheduled_at, o.settled_at,
       case when d.next_attempt_at > clock_timestamp() then d.next_attempt_at end as left_until
from outbox o left join notifier_delivery.deliveries d using (mail_id)
where o.mail_id = any(%(mail_ids)s)
