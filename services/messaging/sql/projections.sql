-- name: put_company
insert into companies (
    id, side, name, country, subdivision, time_zone, locale, observes_holidays, on_decline, partner_kind
)
values (
    %(id)s, %(side)s, %(name)s, %(country)s, %(subdivision)s, %(time_zone)s, %(locale)s, %(observes_holidays)s,
    %(on_decline)s, %(partner_kind)s
)
on conflict (id) do update
set name = excluded.name,
    country = excluded.country,
    subdivision = excluded.subdivision,
    time_zone = excluded.time_zone,
    locale = excluded.locale,
    observes_holidays = excluded.observes_holidays,
    on_decline = excluded.on_decline,
    partner_kind = excluded.partner_kind

-- name: add_user
insert into users (id, company_id, email, name, role, active)
values (%(id)s, %(company_id)s, %(email)s, %(name)s, %(role)s, true)
on conflict (id) do nothing

-- name: change_user
update users set email = %(email)s, name = %(name)s, role = %(role)s where id = %(id)s

-- name: set_user_active
update users set active = %(active)s where id = %(id)s

-- name: add_partnership
insert into partnerships (id, creditor_id, partner_id, established_at, position)
values (%(id)s, %(creditor_id)s, %(partner_id)s, %(established_at)s, %(position)s)
on conflict (id) do nothing

-- name: open_case
-- The creditor may know of its case from the first moment on.
with opened as (
    insert into cases (
        id, reference, creditor_id, status, debtor_type, debtor_name, amount, currency, opened_at, position
    )
    values (
        %(id)s, %(reference)s, %(creditor_id)s, %(status)s, %(debtor_type)s, %(debtor_name)s, %(amount)s,
        %(currency)s, %(opened_at)s, %(position)s
    )
    on conflict (id) do nothing
)
insert into case_access (company_id, case_id, position)
values (%(creditor_id)s, %(id)s, %(position)s)
on conflict (case_id, company_id) do nothing

-- name: change_case
update cases
set reference = %(reference)s,
    debtor_type = %(debtor_type)s,
    debtor_name = %(debtor_name)s,
    amount = %(amount)s,
    currency = %(currency)s
where id = %(id)s

-- name: move_case
-- The wish to have it closed ends with the pause that it brought.
update cases
set status = %(status)s,
    close_code = %(close_code)s,
    closure_requested = closure_requested and %(status)s = 'Paused',
    exclusive_until = coalesce(%(exclusive_until)s, exclusive_until)
where id = %(id)s

-- name: request_closure
update cases set closure_requested = true where id = %(id)s

-- name: add_payment
-- The sum is taken anew, so that doing it again changes nothing.
with added as (
    insert into case_payments (
        id, case_id, engagement_id, client_payment_id, amount, currency, paid_on, received_by, commission_paid,
        reported_by, reporter_id, reporter_company_id, reported_at, position
    )
    values (
        %(id)s, %(case_id)s, %(engagement_id)s, %(client_payment_id)s, %(amount)s, %(currency)s, %(paid_on)s,
        %(received_by)s, %(commission_paid)s, %(reported_by)s, %(reporter_id)s, %(reporter_company_id)s,
        %(reported_at)s, %(position)s
    )
    on conflict (id) do nothing
    returning case_id, amount
)
update cases set paid = cases.paid + added.amount from added where cases.id = added.case_id

-- name: put_creditor_user
update cases set creditor_user_id = %(user_id)s where id = %(id)s

-- name: put_partner_user
update cases set partner_user_id = %(user_id)s where id = %(id)s

-- name: put_division
update cases set division_id = %(division_id)s, division_name = %(division_name)s where id = %(id)s

-- name: end_managing_partner
-- One that had collected the case before sees its own time again, any other nothing.
with latest as (
    select engagements.id
    from engagements
    join case_access on case_access.case_id = engagements.case_id
        and case_access.company_id = engagements.partner_id
    where engagements.case_id = %(id)s and engagements.partner_id = %(company_id)s
        and engagements.ended_at is not null and not engagements.hidden
    order by engagements.started_at desc
    limit 1
), kept as (
    update case_access set engagement_id = latest.id
    from latest
    where case_access.case_id = %(id)s and case_access.company_id = %(company_id)s
)
delete from case_access
where case_id = %(id)s and company_id = %(company_id)s and not exists (select from latest)

-- name: name_managing_partner
-- It sees what the creditor sees: no engagement bounds its view.
with named as (
    update cases set managing_partner_id = %(company_id)s where id = %(id)s
)
insert into case_access (company_id, case_id, position)
select %(company_id)s, cases.id, cases.position
from cases
where cases.id = %(id)s and %(company_id)s::uuid is not null
on conflict (case_id, company_id) do update set engagement_id = null

-- name: vacate_case
update cases set partner_id = null, partner_user_id = null where id = %(id)s

-- name: end_engagement
-- From now on the former partner sees the case as it was.
update engagements
set ended_at = %(ended_at)s,
    reference = cases.reference,
    status = cases.status,
    debtor_type = cases.debtor_type,
    debtor_name = cases.debtor_name,
    amount = cases.amount,
    currency = cases.currency,
    paid = cases.paid
from cases
where engagements.id = %(id)s and engagements.ended_at is null and cases.id = engagements.case_id

-- name: begin_engagement
-- A partner that comes back sees its new engagement in place of the old one; of a hidden case it knows nothing.
with engaged as (
    insert into engagements (id, case_id, partner_id, started_at, hidden)
    values (%(id)s, %(case_id)s, %(partner_id)s, %(started_at)s, %(hidden)s)
    on conflict (id) do nothing
), assigned as (
    update cases
    set partner_id = %(partner_id)s,
        partner_user_id = null,
        hidden = %(hidden)s,
        closure_requested = false,
        exclusive_until = %(exclusive_until)s
    where id = %(case_id)s
)
insert into case_access (company_id, case_id, engagement_id, position)
select %(partner_id)s, cases.id, %(id)s, cases.position
from cases
where cases.id = %(case_id)s and not %(hidden)s
on conflict (case_id, company_id) do update set engagement_id = excluded.engagement_id

-- name: release_case
with shown as (
    update cases set hidden = false where id = %(case_id)s
), known as (
    update engagements set hidden = false where id = %(id)s
)
insert into case_access (company_id, case_id, engagement_id, position)
select %(partner_id)s, cases.id, %(id)s, cases.position from cases where cases.id = %(case_id)s
on conflict (case_id, company_id) do update set engagement_id = excluded.engagement_id

-- name: open_thread
with opened as (
    insert into threads (id, kind, case_id, engagement_id, partnership_id, lead_id, position)
    values (
        %(id)s, %(kind)s, %(case_id)s, %(engagement_id)s, %(partnership_id)s, %(lead_id)s, %(position)s
    )
    on conflict (id) do nothing
)
insert into thread_participants (thread_id, company_id, role, place)
select %(id)s, participant.company_id, participant.role, participant.place
from unnest(%(company_ids)s::uuid[], %(roles)s::text[])
    with ordinality as participant (company_id, role, place)
on conflict (thread_id, company_id) do nothing

-- name: add_participant
insert into thread_participants (thread_id, company_id, role, place)
select %(thread_id)s, %(company_id)s, %(role)s, coalesce(max(place), 0) + 1
from thread_participants
where thread_id = %(thread_id)s
on conflict (thread_id, company_id) do nothing

-- name: remove_participant
delete from thread_participants
where thread_id = %(thread_id)s and company_id = %(company_id)s and role = %(role)s

-- name: close_thread
-- A partner whose time is over sees it as it is now, whoever joins, leaves or reads later.
with closed as (
    update threads set closed_reason = %(reason)s where id = %(id)s and closed_reason is null
    returning id
), parties as (
    insert into thread_parties_at_closing (thread_id, company_id, role, place)
    select closed.id, thread_participants.company_id, thread_participants.role, thread_participants.place
    from closed
    join thread_participants on thread_participants.thread_id = closed.id
    on conflict (thread_id, company_id) do nothing
)
update read_markers
set up_to_version_at_closing = up_to_version
from closed
where read_markers.thread_id = closed.id

-- name: add_message
with message as (
    insert into messages (
        id, thread_id, version, client_message_id, role, author_id, author_name, author_company_id, body,
        attachments, created_at
    )
    values (
        %(id)s, %(thread_id)s, %(version)s, %(client_message_id)s, %(role)s, %(author_id)s, %(author_name)s,
        %(author_company_id)s, %(body)s, %(attachments)s::jsonb, %(created_at)s
    )
    on conflict (id) do nothing
)
insert into unindexed (id, kind, place) values (%(id)s, 'message', %(place)s)
on conflict (id) do nothing

-- name: add_message_of_case
-- As add_message, with the message's item on the timeline of its case.
with message as (
    insert into messages (
        id, thread_id, version, client_message_id, role, author_id, author_name, author_company_id, body,
        attachments, created_at
    )
    values (
        %(id)s, %(thread_id)s, %(version)s, %(client_message_id)s, %(role)s, %(author_id)s, %(author_name)s,
        %(author_company_id)s, %(body)s, %(attachments)s::jsonb, %(created_at)s
    )
    on conflict (id) do nothing
),
item as (
    insert into timeline_items (
        id, case_id, type, position, part, place, at, recorded_at, title, description, actor_kind, actor_user_id,
        actor_name, data, audience
    )
    values (
        %(id)s, %(case_id)s, %(type)s, %(position)s, 0, %(position)s, %(created_at)s, %(created_at)s, %(title)s,
        %(body)s, %(actor_kind)s, %(actor_user_id)s, %(author_name)s, %(data)s::jsonb, %(audience)s::uuid[]
    )
    on conflict (id) do nothing
)
insert into unindexed (id, kind, place) values (%(id)s, 'message', %(place)s)
on conflict (id) do nothing

-- name: mark_read
-- A marker never goes back.
insert into read_markers (thread_id, user_id, company_id, up_to_version, read_at)
values (%(thread_id)s, %(user_id)s, %(company_id)s, %(up_to_version)s, %(read_at)s)
on conflict (thread_id, user_id) do update
set up_to_version = excluded.up_to_version, read_at = excluded.read_at
where read_markers.up_to_version < excluded.up_to_version

-- name: open_lead
insert into leads (
    id, case_id, case_reference, creditor_id, debtor_type, debtor_name, amount, currency, opened_at, closes_at,
    calendar, time_zone, skipped_days, max_quotes, position
)
values (
    %(id)s, %(case_id)s, %(case_reference)s, %(creditor_id)s, %(debtor_type)s, %(debtor_name)s, %(amount)s,
    %(currency)s, %(opened_at)s, %(closes_at)s, %(calendar)s, %(time_zone)s, %(skipped_days)s, %(max_quotes)s,
    %(position)s
)
on conflict (id) do nothing

-- name: change_lead
-- What is quoted on is the case as it is; once the lead is over nobody who lost it is told of changes.
update leads
set case_reference = %(case_reference)s,
    debtor_type = %(debtor_type)s,
    debtor_name = %(debtor_name)s,
    amount = %(amount)s,
    currency = %(currency)s
where case_id = %(case_id)s and ended_at is null

-- name: add_bid
insert into bids (lead_id, partner_id, invited_at, custom_quote, position)
select leads.id, %(partner_id)s, %(invited_at)s, %(custom_quote)s, leads.position
from leads
where leads.id = %(lead_id)s
on conflict (lead_id, partner_id) do nothing

-- name: give_quote
update bids
set quote_id = %(quote_id)s,
    success_fee_percent = %(success_fee_percent)s,
    fixed_fee = %(fixed_fee)s,
    currency = %(currency)s,
    comment = %(comment)s,
    author_id = %(author_id)s,
    author_name = %(author_name)s,
    submitted_at = %(submitted_at)s
where lead_id = %(lead_id)s and partner_id = %(partner_id)s

-- name: end_bid
update bids
set outcome = %(outcome)s, ended_at = %(ended_at)s
where lead_id = %(lead_id)s and partner_id = %(partner_id)s

-- name: end_lead
update leads set outcome = %(outcome)s, ended_at = %(ended_at)s where id = %(id)s
