-- name: search_months
select month from search_months where company_id = %(viewer)s order by month desc

-- name: search_words
-- `terms` names the viewer's terms of some months, and the words. Found first, then looked at: few are shown.
-- Of notes those that list_notes shows. The reference is the one that the viewer knows: of a
-- lead's chat the lead's, which a partner that lost it is told no changes of.
with hits as (
    select search_entries.id, search_entries.kind, search_entries.place
    from search_entries
    where search_entries.terms @@ %(terms)s::tsquery
        and search_entries.place < %(before)s
        and (%(kind)s::text is null or search_entries.kind = %(kind)s)
        and (
            search_entries.kind <> 'message'
            or exists (
                select
                from thread_participants
                where thread_participants.thread_id = search_entries.thread_id
                    and thread_participants.company_id = %(viewer)s
            )
        )
        and (
            search_entries.kind <> 'note'
            or exists (
                select
                from notes
                join case_access on case_access.case_id = notes.case_id and case_access.company_id = %(viewer)s
                where notes.id = search_entries.id
                    and (case_access.engagement_id is null or notes.author_company_id = %(viewer)s)
            )
        )
    order by search_entries.place desc
    limit %(limit)s
)
select
    hits.id, hits.kind, hits.place,
    messages.thread_id, messages.role, threads.kind as thread_kind, threads.partnership_id,
    coalesce(threads.case_id, notes.case_id) as case_id,
    coalesce(engagements.reference, leads.case_reference, cases.reference) as case_reference,
    coalesce(messages.body, concat_ws(E'\n', notes.title, notes.description)) as text,
    coalesce(messages.author_id, notes.author_id) as author_id,
    coalesce(messages.author_name, notes.author_name) as author_name,
    coalesce(messages.author_company_id, notes.author_company_id) as author_company_id,
    coalesce(messages.created_at, notes.created_at) as at
from hits
left join messages on hits.kind = 'message' and messages.id = hits.id
left join threads on threads.id = messages.thread_id
left join notes on hits.kind = 'note' and notes.id = hits.id and not notes.deleted
left join cases on cases.id = coalesce(threads.case_id, notes.case_id)
left join case_access on case_access.case_id = cases.id and case_access.company_id = %(viewer)s
left join engagements on engagements.id = case_access.engagement_id and engagements.ended_at is not null
left join leads on leads.id = threads.lead_id and case_access.case_id is null
where messages.id is not null or notes.id is not null
order by hits.place desc

-- name: newest_unindexed
-- As search_words, without the words.
select
    newest.id, newest.kind, newest.place,
    messages.thread_id, messages.role, threads.kind as thread_kind, threads.partnership_id,
    coalesce(threads.case_id, notes.case_id) as case_id,
    coalesce(engagements.reference, leads.case_reference, cases.reference) as case_reference,
    coalesce(messages.body, concat_ws(E'\n', notes.title, notes.description)) as text,
    coalesce(messages.author_id, notes.author_id) as author_id,
    coalesce(messages.author_name, notes.author_name) as author_name,
    coalesce(messages.author_company_id, notes.author_company_id) as author_company_id,
    coalesce(messages.created_at, notes.created_at) as at
from (
    select id, kind, place from unindexed where place < %(before)s order by place desc limit %(most)s
) as newest
left join messages on newest.kind = 'message' and messages.id = newest.id
    and exists (
        select
        from thread_participants
        where thread_participants.thread_id = messages.thread_id and thread_participants.company_id = %(viewer)s
    )
left join threads on threads.id = messages.thread_id
left join notes on newest.kind = 'note' and notes.id = newest.id and not notes.deleted
left join cases on cases.id = coalesce(threads.case_id, notes.case_id)
left join case_access on case_access.case_id = cases.id and case_access.company_id = %(viewer)s
left join engagements on engagements.id = case_access.engagement_id and engagements.ended_at is not null
left join leads on leads.id = threads.lead_id and case_access.case_id is null
where (
        messages.id is not null
        or (
            notes.id is not null
            and case_access.case_id is not null
            and (case_access.engagement_id is null or notes.author_company_id = %(viewer)s)
        )
    )
    and (%(kind)s::text is null or newest.kind = %(kind)s)
order by newest.place desc

-- name: search_cases
-- As list_cases: a former partner finds the case as its engagement left it. Few match, so the rest is for those alone.
with matched as materialized (
    select visible.*
    from (
        select
            cases.id, cases.position, cases.opened_at,
            coalesce(engagements.reference, cases.reference) as reference,
            coalesce(engagements.debtor_name, cases.debtor_name) as debtor_name,
            creditor.name as creditor_name,
            coalesce(partner.name, '') as partner_name
        from case_access
        join cases on cases.id = case_access.case_id
        join companies as creditor on creditor.id = cases.creditor_id
        left join engagements on engagements.id = case_access.engagement_id and engagements.ended_at is not null
        left join companies as partner on partner.id = coalesce(engagements.partner_id, cases.partner_id)
        where case_access.company_id = %(viewer)s
    ) as visible
    where lower(visible.reference || ' ' || visible.debtor_name || ' ' || visible.creditor_name || ' ' || visible.partner_name)
        like all (%(patterns)s::text[])
), placed as (
    select
        matched.*,
        (
            extract(year from matched.opened_at at time zone 'UTC') * 12
            + extract(month from matched.opened_at at time zone 'UTC') - 1
        )::bigint * 1000000000000 + matched.position as place
    from matched
)
select id, reference, debtor_name, opened_at, place
from placed
where place < %(before)s
order by place desc
limit %(limit)s
