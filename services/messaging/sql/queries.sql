-- `viewer` is the company that asks, null for the platform, which sees everything; `reader` is the user.
-- Unread is what another company or the platform (its `author_company_id` is null) wrote past the reader's marker;
-- the platform itself has nothing unread.

-- name: find_user
select
    users.id as user_id, users.email, users.name, users.role, users.active, users.company_id,
    companies.name as company_name, companies.side, companies.country, companies.time_zone, companies.locale
from users
join companies on companies.id = users.company_id
where users.id = %(user_id)s and (%(viewer)s::uuid is null or users.company_id = %(viewer)s)

-- name: find_users_by_email
select
    users.id as user_id, users.email, users.name, users.role, users.active, users.company_id,
    companies.name as company_name, companies.side, companies.country, companies.time_zone, companies.locale
from users
join companies on companies.id = users.company_id
where lower(users.email) = lower(%(email)s) and (%(viewer)s::uuid is null or users.company_id = %(viewer)s)
order by users.active desc, users.id

-- name: list_companies
select id, side, name, country, subdivision, time_zone, locale, observes_holidays, on_decline, partner_kind
from companies
order by name, id
limit %(limit)s

-- name: list_users
select
    users.id, users.company_id, companies.name as company_name, users.email, users.name, users.role, users.active
from users
join companies on companies.id = users.company_id
order by companies.name, users.name, users.id
limit %(limit)s

-- name: list_cases
-- The cases of a company. A former partner sees the case as its engagement left it, with itself as the partner.
-- That there is a quote no partner is told: it may be a rival's. Nor by a code that tells whether there was one.
select
    cases.id,
    coalesce(engagements.reference, cases.reference) as reference,
    case
        when case_access.engagement_id is not null and coalesce(engagements.status, cases.status) = 'LeadsQuoteGiven'
            then 'Leads'
        else coalesce(engagements.status, cases.status)
    end as status,
    cases.creditor_id, creditor.name as creditor_name,
    partner.id as partner_id, partner.name as partner_name,
    coalesce(engagements.debtor_type, cases.debtor_type) as debtor_type,
    coalesce(engagements.debtor_name, cases.debtor_name) as debtor_name,
    coalesce(engagements.amount, cases.amount) as amount,
    coalesce(engagements.currency, cases.currency) as currency,
    coalesce(engagements.amount, cases.amount) - coalesce(engagements.paid, cases.paid) as outstanding,
    case
        when engagements.id is null
            and (
                case_access.engagement_id is null
                or cases.close_code not in ('No Quotes Received', 'Quotes Expired – Not Accepted')
            )
            then cases.close_code
    end as close_code,
    case when engagements.id is null then cases.exclusive_until end as exclusive_until,
    engagements.id is null and cases.closure_requested as closure_requested,
    case when engagements.id is null then cases.division_id end as division_id,
    case when engagements.id is null then cases.division_name end as division_name,
    managing.id as managing_partner_id, managing.name as managing_partner_name,
    creditor_user.id as creditor_user_id, creditor_user.name as creditor_user_name,
    partner_user.id as partner_user_id, partner_user.name as partner_user_name,
    cases.opened_at, cases.position,
    (
        select count(*)
        from threads
        join thread_participants on thread_participants.thread_id = threads.id
            and thread_participants.company_id = %(viewer)s
        join messages on messages.thread_id = threads.id
        left join read_markers on read_markers.thread_id = threads.id and read_markers.user_id = %(reader)s
        where threads.case_id = cases.id
            and messages.author_company_id is distinct from %(viewer)s
            and messages.version > coalesce(read_markers.up_to_version, 0)
    ) as unread_count
from case_access
join cases on cases.id = case_access.case_id
join companies as creditor on creditor.id = cases.creditor_id
left join engagements on engagements.id = case_access.engagement_id and engagements.ended_at is not null
left join companies as partner on partner.id = coalesce(engagements.partner_id, cases.partner_id)
left join companies as managing on managing.id = cases.managing_partner_id and engagements.id is null
left join users as creditor_user on creditor_user.id = cases.creditor_user_id and engagements.id is null
left join users as partner_user on partner_user.id = cases.partner_user_id and engagements.id is null
where case_access.company_id = %(viewer)s
    and case_access.position < %(before)s
    and (
        %(status)s::text is null
        or %(status)s = case
            when case_access.engagement_id is not null and coalesce(engagements.status, cases.status) = 'LeadsQuoteGiven'
                then 'Leads'
            else coalesce(engagements.status, cases.status)
        end
    )
order by case_access.position desc
limit %(limit)s

-- name: list_all_cases
select
    cases.id, cases.reference, cases.status,
    cases.creditor_id, creditor.name as creditor_name,
    partner.id as partner_id, partner.name as partner_name,
    cases.debtor_type, cases.debtor_name, cases.amount, cases.currency, cases.opened_at, cases.position,
    cases.amount - cases.paid as outstanding, cases.close_code, cases.exclusive_until, cases.closure_requested,
    cases.division_id, cases.division_name,
    managing.id as managing_partner_id, managing.name as managing_partner_name,
    creditor_user.id as creditor_user_id, creditor_user.name as creditor_user_name,
    partner_user.id as partner_user_id, partner_user.name as partner_user_name,
    0 as unread_count
from cases
join companies as creditor on creditor.id = cases.creditor_id
left join companies as partner on partner.id = cases.partner_id
left join companies as managing on managing.id = cases.managing_partner_id
left join users as creditor_user on creditor_user.id = cases.creditor_user_id
left join users as partner_user on partner_user.id = cases.partner_user_id
where cases.position < %(before)s
    and (%(status)s::text is null or cases.status = %(status)s)
    and (%(creditor_id)s::uuid is null or cases.creditor_id = %(creditor_id)s)
    and (%(partner_id)s::uuid is null or cases.partner_id = %(partner_id)s)
    and (%(reference)s::text is null or position(lower(%(reference)s) in lower(cases.reference)) > 0)
order by cases.position desc
limit %(limit)s

-- name: list_case_ids
select id from cases order by position

-- name: get_case
-- As list_cases; the platform sees what the creditor sees.
select
    cases.id,
    coalesce(engagements.reference, cases.reference) as reference,
    case
        when case_access.engagement_id is not null and coalesce(engagements.status, cases.status) = 'LeadsQuoteGiven'
            then 'Leads'
        else coalesce(engagements.status, cases.status)
    end as status,
    cases.creditor_id, creditor.name as creditor_name,
    partner.id as partner_id, partner.name as partner_name,
    coalesce(engagements.debtor_type, cases.debtor_type) as debtor_type,
    coalesce(engagements.debtor_name, cases.debtor_name) as debtor_name,
    coalesce(engagements.amount, cases.amount) as amount,
    coalesce(engagements.currency, cases.currency) as currency,
    coalesce(engagements.amount, cases.amount) - coalesce(engagements.paid, cases.paid) as outstanding,
    case
        when engagements.id is null
            and (
                case_access.engagement_id is null
                or cases.close_code not in ('No Quotes Received', 'Quotes Expired – Not Accepted')
            )
            then cases.close_code
    end as close_code,
    case when engagements.id is null then cases.exclusive_until end as exclusive_until,
    engagements.id is null and cases.closure_requested as closure_requested,
    case when engagements.id is null then cases.division_id end as division_id,
    case when engagements.id is null then cases.division_name end as division_name,
    managing.id as managing_partner_id, managing.name as managing_partner_name,
    creditor_user.id as creditor_user_id, creditor_user.name as creditor_user_name,
    partner_user.id as partner_user_id, partner_user.name as partner_user_name,
    cases.opened_at, cases.position,
    (
        select count(*)
        from threads
        join thread_participants on thread_participants.thread_id = threads.id
            and thread_participants.company_id = %(viewer)s
        join messages on messages.thread_id = threads.id
        left join read_markers on read_markers.thread_id = threads.id and read_markers.user_id = %(reader)s
        where threads.case_id = cases.id
            and messages.author_company_id is distinct from %(viewer)s
            and messages.version > coalesce(read_markers.up_to_version, 0)
    ) as unread_count
from case_access
join cases on cases.id = case_access.case_id
join companies as creditor on creditor.id = cases.creditor_id
left join engagements on engagements.id = case_access.engagement_id and engagements.ended_at is not null
left join companies as partner on partner.id = coalesce(engagements.partner_id, cases.partner_id)
left join companies as managing on managing.id = cases.managing_partner_id and engagements.id is null
left join users as creditor_user on creditor_user.id = cases.creditor_user_id and engagements.id is null
left join users as partner_user on partner_user.id = cases.partner_user_id and engagements.id is null
where case_access.case_id = %(case_id)s and case_access.company_id = coalesce(%(viewer)s, cases.creditor_id)

-- name: case_is_visible
select 1
from cases
where id = %(case_id)s
    and (
        %(viewer)s::uuid is null
        or exists (
            select from case_access where case_access.case_id = cases.id and case_access.company_id = %(viewer)s
        )
    )

-- name: list_payments
-- A partner, and nobody else, is bound to its engagements.
select
    case_payments.id, case_payments.client_payment_id, case_payments.case_id, case_payments.amount,
    case_payments.currency, case_payments.paid_on, case_payments.received_by, case_payments.commission_paid,
    case_payments.reported_by, case_payments.reporter_id, users.name as reporter_name,
    case_payments.reporter_company_id, case_payments.reported_at
from case_payments
left join users on users.id = case_payments.reporter_id
where case_payments.case_id = %(case_id)s
    and (
        %(viewer)s::uuid is null
        or exists (
            select
            from case_access
            left join engagements on engagements.case_id = case_access.case_id
                and engagements.partner_id = %(viewer)s
            where case_access.case_id = %(case_id)s and case_access.company_id = %(viewer)s
                and (case_access.engagement_id is null or engagements.id = case_payments.engagement_id)
        )
    )
order by case_payments.position desc

-- name: list_threads
-- Those of a case, those of partnerships, or one alone: one of the three parameters says which. Oldest first.
-- A partner whose time is over (`frozen`) sees who took part when it ended.
select
    threads.id, threads.kind, threads.case_id, threads.partnership_id, threads.lead_id,
    threads.closed_reason is null as writable,
    (
        select json_agg(
            json_build_object(
                'company_id', parties.company_id,
                'name', companies.name,
                'role', parties.role
            )
            order by parties.place
        )
        from (
            select company_id, role, place
            from thread_participants
            where thread_participants.thread_id = threads.id and not view.frozen
            union all
            select company_id, role, place
            from thread_parties_at_closing
            where thread_parties_at_closing.thread_id = threads.id and view.frozen
        ) as parties
        join companies on companies.id = parties.company_id
    ) as participants,
    (
        select messages.created_at
        from messages
        where messages.thread_id = threads.id
        order by messages.version desc
        limit 1
    ) as last_message_at,
    (
        select count(*)
        from messages
        left join read_markers on read_markers.thread_id = messages.thread_id
            and read_markers.user_id = %(reader)s
        where %(viewer)s::uuid is not null
            and messages.thread_id = threads.id
            and messages.author_company_id is distinct from %(viewer)s
            and messages.version > coalesce(read_markers.up_to_version, 0)
    ) as unread_count
from threads
cross join lateral (
    select coalesce(threads.closed_reason, 'merged') <> 'merged' and exists (
        select
        from thread_participants
        where thread_participants.thread_id = threads.id
            and thread_participants.company_id = %(viewer)s
            and thread_participants.role = 'partner'
    ) as frozen
) as view
where (
        threads.id = %(thread_id)s
        or threads.case_id = %(case_id)s
        or threads.partnership_id = any(%(partnership_ids)s)
    )
    and (
        %(viewer)s::uuid is null
        or exists (
            select
            from thread_participants
            where thread_participants.thread_id = threads.id and thread_participants.company_id = %(viewer)s
        )
    )
order by threads.position

-- name: list_all_threads
select
    threads.id, threads.kind, threads.case_id, threads.partnership_id, threads.closed_reason, threads.position,
    cases.reference,
    (select count(*) from messages where messages.thread_id = threads.id) as message_count
from threads
left join cases on cases.id = threads.case_id
where threads.position < %(before)s
    and (%(case_id)s::uuid is null or threads.case_id = %(case_id)s)
    and (%(kind)s::text is null or threads.kind = %(kind)s)
    and (%(writable)s::boolean is null or (threads.closed_reason is null) = %(writable)s)
    and (
        %(company_id)s::uuid is null
        or exists (
            select
            from thread_participants
            where thread_participants.thread_id = threads.id and thread_participants.company_id = %(company_id)s
        )
    )
order by threads.position desc
limit %(limit)s

-- name: thread_is_visible
select 1
from threads
where id = %(thread_id)s
    and (
        %(viewer)s::uuid is null
        or exists (
            select
            from thread_participants
            where thread_participants.thread_id = threads.id and thread_participants.company_id = %(viewer)s
        )
    )

-- name: list_older_messages
-- `seen`: somebody of the other side than the author's has read that far, a managing partner being on the creditor's;
-- for a partner whose time is over (`frozen`), had read that far when it ended.
select
    messages.id, messages.thread_id, messages.version, messages.client_message_id, messages.role,
    messages.author_id, messages.author_name, messages.author_company_id, messages.body, messages.attachments,
    messages.created_at,
    exists (
        select
        from read_markers
        where read_markers.thread_id = messages.thread_id
            and read_markers.company_id is distinct from messages.author_company_id
            and (messages.role not in ('creditor', 'managing_partner') or read_markers.company_id = view.partner_id)
            and read_markers.up_to_version >= messages.version
            and (
                not view.frozen
                or read_markers.company_id = %(viewer)s
                or read_markers.up_to_version_at_closing >= messages.version
            )
    ) as seen
from messages
cross join (
    select
        partner.company_id as partner_id,
        coalesce(partner.company_id = %(viewer)s and threads.closed_reason <> 'merged', false) as frozen
    from threads
    left join thread_participants as partner on partner.thread_id = threads.id and partner.role = 'partner'
    where threads.id = %(thread_id)s
) as view
where messages.thread_id = %(thread_id)s
    and messages.version < %(before)s
    and (
        %(viewer)s::uuid is null
        or exists (
            select
            from thread_participants
            where thread_participants.thread_id = %(thread_id)s and thread_participants.company_id = %(viewer)s
        )
    )
order by messages.version desc
limit %(limit)s

-- name: list_newer_messages
-- As list_older_messages, the other way round.
select
    messages.id, messages.thread_id, messages.version, messages.client_message_id, messages.role,
    messages.author_id, messages.author_name, messages.author_company_id, messages.body, messages.attachments,
    messages.created_at,
    exists (
        select
        from read_markers
        where read_markers.thread_id = messages.thread_id
            and read_markers.company_id is distinct from messages.author_company_id
            and (messages.role not in ('creditor', 'managing_partner') or read_markers.company_id = view.partner_id)
            and read_markers.up_to_version >= messages.version
            and (
                not view.frozen
                or read_markers.company_id = %(viewer)s
                or read_markers.up_to_version_at_closing >= messages.version
            )
    ) as seen
from messages
cross join (
    select
        partner.company_id as partner_id,
        coalesce(partner.company_id = %(viewer)s and threads.closed_reason <> 'merged', false) as frozen
    from threads
    left join thread_participants as partner on partner.thread_id = threads.id and partner.role = 'partner'
    where threads.id = %(thread_id)s
) as view
where messages.thread_id = %(thread_id)s
    and messages.version > %(after)s
    and (
        %(viewer)s::uuid is null
        or exists (
            select
            from thread_participants
            where thread_participants.thread_id = %(thread_id)s and thread_participants.company_id = %(viewer)s
        )
    )
order by messages.version
limit %(limit)s

-- name: message_version
select version from messages where id = %(message_id)s and thread_id = %(thread_id)s

-- name: list_partnerships
-- Of one partnership alone where one is named. Cases count where the pair works on them now; what was collected, and
-- earned by quotes that won, in all the partner's time. Money is never added across currencies. The creditor is not told
-- what its partner earns. A quote earns in the engagement that began when it won, and in no other of the partner's.
select
    partnerships.id, partnerships.established_at, partnerships.position,
    partnerships.creditor_id, creditor.name as creditor_name,
    partnerships.partner_id, partner.name as partner_name,
    counts.total_cases, counts.active_cases, value.total_value, collected.amount_collected, revenue.partner_revenue
from partnerships
join companies as creditor on creditor.id = partnerships.creditor_id
join companies as partner on partner.id = partnerships.partner_id
cross join lateral (
    select count(*) as total_cases, count(*) filter (where cases.status = 'Active') as active_cases
    from cases
    where cases.creditor_id = partnerships.creditor_id and cases.partner_id = partnerships.partner_id
        and (not cases.hidden or %(viewer)s is distinct from partnerships.partner_id)
) as counts
cross join lateral (
    select json_agg(json_build_object('currency', currency, 'amount', amount::text) order by currency) as total_value
    from (
        select cases.currency, sum(cases.amount) as amount
        from cases
        where cases.creditor_id = partnerships.creditor_id and cases.partner_id = partnerships.partner_id
            and (not cases.hidden or %(viewer)s is distinct from partnerships.partner_id)
        group by cases.currency
    ) as sums
) as value
cross join lateral (
    select
        json_agg(json_build_object('currency', currency, 'amount', amount::text) order by currency) as amount_collected
    from (
        select case_payments.currency, sum(case_payments.amount) as amount
        from engagements
        join cases on cases.id = engagements.case_id and cases.creditor_id = partnerships.creditor_id
        join case_payments on case_payments.engagement_id = engagements.id
        where engagements.partner_id = partnerships.partner_id
            and (not engagements.hidden or %(viewer)s is distinct from partnerships.partner_id)
        group by case_payments.currency
    ) as sums
) as collected
cross join lateral (
    select
        json_agg(json_build_object('currency', currency, 'amount', amount::text) order by currency) as partner_revenue
    from (
        select fees.currency, round(sum(fees.amount), 2) as amount
        from (
            select case_payments.currency, case_payments.amount * bids.success_fee_percent / 100 as amount
            from bids
            join leads on leads.id = bids.lead_id and leads.creditor_id = partnerships.creditor_id
            join engagements on engagements.case_id = leads.case_id and engagements.partner_id = bids.partner_id
                and engagements.started_at = leads.ended_at
            join case_payments on case_payments.engagement_id = engagements.id
            where bids.partner_id = partnerships.partner_id and bids.outcome = 'won'
                and bids.success_fee_percent is not null
            union all
            select bids.currency, bids.fixed_fee
            from bids
            join leads on leads.id = bids.lead_id and leads.creditor_id = partnerships.creditor_id
            where bids.partner_id = partnerships.partner_id and bids.outcome = 'won' and bids.fixed_fee is not null
        ) as fees
        group by fees.currency
    ) as sums
    where %(viewer)s is distinct from partnerships.creditor_id
) as revenue
where (%(partnership_id)s::uuid is null or partnerships.id = %(partnership_id)s)
    and partnerships.position < %(before)s
    and (%(viewer)s::uuid is null or %(viewer)s in (partnerships.creditor_id, partnerships.partner_id))
order by partnerships.position desc
limit %(limit)s

-- name: list_leads
-- A creditor sees the leads of its cases with every bid, and so does who speaks for it; a partner those it was invited
-- to with its own bid alone, and over when that is: the lead itself may go on with quotes of others.
select
    leads.id, leads.case_id, leads.case_reference, leads.creditor_id, creditor.name as creditor_name,
    leads.debtor_type, leads.debtor_name, leads.amount, leads.currency, leads.opened_at, leads.closes_at,
    leads.calendar, leads.time_zone, leads.skipped_days, leads.max_quotes, leads.outcome, seen.ended_at,
    leads.position, view.sees_all,
    (
        select json_agg(
            json_build_object(
                'partner_id', bids.partner_id,
                'partner_name', partner.name,
                'invited_at', bids.invited_at,
                'custom_quote', bids.custom_quote,
                'quote_id', bids.quote_id,
                'success_fee_percent', bids.success_fee_percent::text,
                'fixed_fee', bids.fixed_fee::text,
                'currency', bids.currency,
                'comment', bids.comment,
                'author_id', bids.author_id,
                'author_name', bids.author_name,
                'submitted_at', bids.submitted_at,
                'outcome', bids.outcome
            )
            order by bids.invited_at, partner.name
        )
        from bids
        join companies as partner on partner.id = bids.partner_id
        where bids.lead_id = leads.id
            and (
                %(viewer)s::uuid is null
                or %(viewer)s in (leads.creditor_id, bids.partner_id, cases.managing_partner_id)
            )
    ) as bids,
    (
        select count(*)
        from threads
        join thread_participants on thread_participants.thread_id = threads.id
            and thread_participants.company_id = %(viewer)s
        join messages on messages.thread_id = threads.id
        left join read_markers on read_markers.thread_id = threads.id and read_markers.user_id = %(reader)s
        where threads.lead_id = leads.id
            and messages.author_company_id is distinct from %(viewer)s
            and messages.version > coalesce(read_markers.up_to_version, 0)
    ) as unread_count
from leads
join companies as creditor on creditor.id = leads.creditor_id
left join cases on cases.id = leads.case_id
left join bids as own on own.lead_id = leads.id and own.partner_id = %(viewer)s
cross join lateral (
    select %(viewer)s::uuid is null
        or %(viewer)s in (leads.creditor_id, coalesce(cases.managing_partner_id, leads.creditor_id)) as sees_all
) as view
cross join lateral (
    select case when view.sees_all then leads.ended_at else coalesce(own.ended_at, leads.ended_at) end as ended_at
) as seen
where (%(lead_id)s::uuid is null or leads.id = %(lead_id)s)
    and (%(case_id)s::uuid is null or leads.case_id = %(case_id)s)
    and (%(status)s::text is null or (%(status)s = 'open') = (seen.ended_at is null))
    and leads.position < %(before)s
    and (view.sees_all or own.partner_id is not null)
order by leads.position desc
limit %(limit)s

-- name: running_leads
select id, position from leads where ended_at is null and position > %(after)s order by position limit %(limit)s
